/** The two languages of the page. A key missing from a catalogue is a type error. */
import { ref } from 'vue'
import type { Text } from '../api/types'
import { en } from './en'
import { zh, type Key } from './zh'

export type Language = 'zh' | 'en'

const STORED_AS = 'landcycle.language'
const catalogues: Record<Language, Record<Key, string>> = { zh, en }

export function asLanguage(value: unknown): Language | null {
  return value === 'zh' || value === 'en' ? value : null
}

function stored(): Language | null {
  try {
    return asLanguage(localStorage.getItem(STORED_AS))
  } catch {
    // Storage may be forbidden; the address still carries the language.
    return null
  }
}

const current = ref<Language>(stored() ?? 'zh')

export function language(): Language {
  return current.value
}

export function setLanguage(next: Language): void {
  current.value = next
  document.documentElement.lang = next === 'zh' ? 'zh-CN' : 'en'
  try {
    localStorage.setItem(STORED_AS, next)
  } catch {
    // As above.
  }
}

export function t(key: Key, values: Record<string, string | number> = {}): string {
  return catalogues[current.value][key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}

/** Several words in a row, with the pause of the language between them. */
export function listed(words: string[]): string {
  return words.join(t('list.gap'))
}

/** For codes that come from the server: the catalogue's word if it has one, else the code itself. */
export function word(prefix: string, code: string): string {
  const key = `${prefix}.${code}`
  const catalogue: Record<string, string> = catalogues[current.value]
  return Object.hasOwn(catalogue, key) ? (catalogue[key] ?? code) : code
}

/** The server's text in the reader's language. */
export function pick(text: Text | string | null | undefined): string {
  if (text === null || text === undefined) return ''
  return typeof text === 'string' ? text : text[current.value] || text.zh || text.en
}
