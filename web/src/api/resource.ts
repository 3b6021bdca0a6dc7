/** Reading the HTTP API: one reactive resource per address, the last request wins. */
import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import type { Problem } from './types'

export class ApiFault extends Error {
  constructor(readonly status: number, readonly problem: Problem | null) {
    super(problem?.code ?? `http-${status}`)
  }
}

export async function read<A>(path: string, signal?: AbortSignal): Promise<A> {
  return answer<A>(await fetch(path, { headers: { accept: 'application/json' }, signal: signal ?? null }))
}

/** Sends something to be done; a fault without status means that no answer came. */
export async function send<A>(path: string, body: unknown, method: 'POST' | 'PUT' = 'POST'): Promise<A> {
  const headers = { accept: 'application/json', 'content-type': 'application/json' }
  try {
    return await answer<A>(await fetch(path, { method, headers, body: JSON.stringify(body) }))
  } catch (error) {
    throw error instanceof ApiFault ? error : new ApiFault(0, null)
  }
}

/** Ends something. */
export async function remove(path: string): Promise<void> {
  try {
    await answer<null>(await fetch(path, { method: 'DELETE', headers: { accept: 'application/json' } }))
  } catch (error) {
    throw error instanceof ApiFault ? error : new ApiFault(0, null)
  }
}

/** Sends something for which a file comes back. */
export async function sendForFile(path: string, body: unknown): Promise<Blob> {
  const response = await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  if (response.ok) return response.blob()
  const type = response.headers.get('content-type') ?? ''
  throw new ApiFault(response.status, type.includes('json') ? ((await response.json()) as Problem) : null)
}

export async function answer<A>(response: Response): Promise<A> {
  const type = response.headers.get('content-type') ?? ''
  if (!response.ok) {
    const problem = type.includes('json') ? ((await response.json()) as Problem) : null
    throw new ApiFault(response.status, problem)
  }
  if (response.status === 204) return null as A
  // An unknown path is answered with the page itself: that is not data.
  if (!type.includes('json')) throw new ApiFault(404, null)
  return (await response.json()) as A
}

export interface Resource<A> {
  data: ShallowRef<A | null>
  fault: ShallowRef<ApiFault | null>
  loading: Ref<boolean>
  retry: () => void
}

/** `path` may give null while an input is still missing; the former data stay until the next arrive. */
export function useResource<A>(path: () => string | null): Resource<A> {
  const data = shallowRef<A | null>(null)
  const fault = shallowRef<ApiFault | null>(null)
  const loading = ref(false)
  let running: AbortController | null = null

  async function load(address: string | null): Promise<void> {
    running?.abort()
    if (address === null) return
    const mine = new AbortController()
    running = mine
    loading.value = true
    try {
      const answer = await read<A>(address, mine.signal)
      if (running !== mine) return
      data.value = answer
      fault.value = null
    } catch (error) {
      if (running !== mine || mine.signal.aborted) return
      data.value = null
      fault.value = error instanceof ApiFault ? error : new ApiFault(0, null)
    } finally {
      if (running === mine) loading.value = false
    }
  }

  watch(path, (address) => void load(address), { immediate: true })
  onScopeDispose(() => running?.abort())
  return { data, fault, loading, retry: () => void load(path()) }
}

/** Query text without the empty entries, so that equal views have equal addresses. */
export function queryText(entries: Record<string, string | number | null | undefined>): string {
  const query = new URLSearchParams()
  for (const [key, value] of Object.entries(entries)) {
    if (value !== null && value !== undefined && value !== '') query.set(key, String(value))
  }
  const text = query.toString()
  return text === '' ? '' : `?${text}`
}
