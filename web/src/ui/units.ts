/** Units in the reader's words, where the catalogue has one. */
import { word } from '../i18n/language'
import { unitText } from './figures'

export function unitWord(unit: string | null): string {
  if (unit === null || unit === '') return ''
  const known = word('unit', unit)
  return known === unit ? unitText(unit) : known
}
