/** Several words in a row, as the reader's language lists them. */
import { language } from '../i18n/language'

export function inWords(words: string[]): string {
  return new Intl.ListFormat(language(), { type: 'conjunction' }).format(words)
}
