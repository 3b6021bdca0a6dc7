/** Arrow keys over nested <details>: up and down move, right opens, left closes or goes to the parent. */

function visible(summary: HTMLElement): boolean {
  let above = summary.parentElement?.parentElement?.closest('details') ?? null
  while (above) {
    if (!above.open) return false
    above = above.parentElement?.closest('details') ?? null
  }
  return true
}

export function moveInTree(event: KeyboardEvent): void {
  const from = event.target
  const root = event.currentTarget
  if (!(from instanceof HTMLElement) || !(root instanceof HTMLElement) || from.tagName !== 'SUMMARY') return
  const details = from.parentElement as HTMLDetailsElement
  const all = [...root.querySelectorAll<HTMLElement>('summary')].filter(visible)
  const here = all.indexOf(from)
  let target: HTMLElement | null | undefined = null
  switch (event.key) {
    case 'ArrowDown': target = all[here + 1]; break
    case 'ArrowUp': target = all[here - 1]; break
    case 'Home': target = all[0]; break
    case 'End': target = all[all.length - 1]; break
    case 'ArrowRight':
      if (details.open) target = details.querySelector<HTMLElement>(':scope > .body summary')
      else details.open = true
      break
    case 'ArrowLeft':
      if (details.open) details.open = false
      else target = details.parentElement?.closest('details')?.querySelector<HTMLElement>(':scope > summary')
      break
    default: return
  }
  event.preventDefault()
  target?.focus()
}
