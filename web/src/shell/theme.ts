/** Light, dark, or as the system has it; remembered on this machine. */
import { ref } from 'vue'

export const THEMES = ['auto', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]
const STORED_AS = 'landcycle.theme'

function stored(): Theme {
  try {
    const found = localStorage.getItem(STORED_AS)
    return THEMES.find((theme) => theme === found) ?? 'auto'
  } catch {
    // Storage may be forbidden; the system decides then.
    return 'auto'
  }
}

export const theme = ref<Theme>(stored())

export function setTheme(next: Theme): void {
  theme.value = next
  if (next === 'auto') document.documentElement.removeAttribute('data-theme')
  else document.documentElement.setAttribute('data-theme', next)
  try {
    localStorage.setItem(STORED_AS, next)
  } catch {
    // As above.
  }
}
