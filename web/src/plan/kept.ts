/** Drafts that are being written, kept for as long as the window is open. */
import type { Draft } from './grid'

const STORED_AS = 'landcycle.plan.'

export function kept(name: string): Draft | null {
  try {
    const text = sessionStorage.getItem(STORED_AS + name)
    return text === null ? null : (JSON.parse(text) as Draft)
  } catch {
    // Storage may be forbidden, or hold something else; the draft then begins anew.
    return null
  }
}

export function keep(name: string, draft: Draft): void {
  try {
    sessionStorage.setItem(STORED_AS + name, JSON.stringify(draft))
  } catch {
    // As above.
  }
}

export function forget(name: string): void {
  try {
    sessionStorage.removeItem(STORED_AS + name)
  } catch {
    // As above.
  }
}
