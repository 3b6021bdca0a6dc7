/** Who acts, remembered for as long as the window is open. */
const STORED_AS = 'landcycle.by'

export function remembered(): string {
  try {
    return sessionStorage.getItem(STORED_AS) ?? ''
  } catch {
    // Storage may be forbidden; the name is then entered each time.
    return ''
  }
}

export function remember(by: string): void {
  try {
    sessionStorage.setItem(STORED_AS, by)
  } catch {
    // As above.
  }
}
