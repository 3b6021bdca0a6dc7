/** Light, dark, or as the system has it; remembered on this machine. What is drawn in colours of the page
    watches `dark`. */
import { computed, ref, watchEffect } from 'vue'

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
const system = window.matchMedia('(prefers-color-scheme: dark)')
const systemDark = ref(system.matches)
system.addEventListener('change', () => { systemDark.value = system.matches })

/** Whether the page is dark now. */
export const dark = computed(() => (theme.value === 'auto' ? systemDark.value : theme.value === 'dark'))

/** The style sheets read the word on the document; it is there before anything else hears of a change. */
export function dress(): void {
  watchEffect(() => { document.documentElement.dataset['theme'] = dark.value ? 'dark' : 'light' }, { flush: 'sync' })
}

export function setTheme(next: Theme): void {
  theme.value = next
  try {
    localStorage.setItem(STORED_AS, next)
  } catch {
    // As above.
  }
}
