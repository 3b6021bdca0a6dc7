/** Who is signed in, and what they may do; the API decides, the page only follows. */
import { computed, shallowRef } from 'vue'
import { read, remove, send } from '../api/resource'
import type { Session } from '../api/types'

const session = shallowRef<Session | null>(null)

export async function loadSession(): Promise<void> {
  session.value = await read<Session>('/api/session')
}

export function useSession() {
  const account = computed(() => session.value?.account ?? null)
  /** There are accounts, and nobody is signed in. */
  const outside = computed(() => session.value?.accounts === true && account.value === null)
  return { session, account, outside }
}

export function may(needs: string): boolean {
  return needs === 'public' || (session.value?.may.includes(needs) ?? false)
}

export async function signIn(name: string, password: string): Promise<void> {
  session.value = await send<Session>('/api/session', { name, password })
}

export async function signOut(): Promise<void> {
  await remove('/api/session')
  await loadSession()
}
