/** Figures as text: exact decimals and fractions are grouped and shifted, never turned into floats. */
import type { Quantity } from '../api/types'

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/

export function grouped(text: string): string {
  const fraction = /^(-?\d+)\/(\d+)$/.exec(text)
  if (fraction) return `${grouped(fraction[1] ?? '')}/${grouped(fraction[2] ?? '')}`
  const match = DECIMAL.exec(text)
  if (!match) return text
  const [, sign = '', whole = '', part = ''] = match
  const places = part.replace(/0+$/, '')
  const groups = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return `${sign}${groups}${places === '' ? '' : `.${places}`}`
}

/** Divides by a power of ten by moving the point; null where the text is no decimal. */
export function shifted(text: string, digits: number): string | null {
  const match = DECIMAL.exec(text)
  if (!match) return null
  const [, sign = '', whole = '', part = ''] = match
  const padded = whole.padStart(digits + 1, '0')
  const point = padded.length - digits
  const moved = `${padded.slice(0, point)}.${padded.slice(point)}${part}`
  return sign + moved.replace(/\.?0+$/, '').replace(/^0+(?=\d)/, '')
}

/** A column states its unit once in the header: money is shown in 10^digits CNY. */
export function moneyIn(quantity: Quantity | null, digits: number): string {
  if (!quantity) return ''
  const moved = quantity.unit === 'CNY' ? shifted(String(quantity.value), digits) : null
  return moved === null ? `${grouped(String(quantity.value))} ${quantity.unit}` : grouped(moved)
}

export function areaIn(quantity: Quantity | null): string {
  if (!quantity) return ''
  const figure = grouped(String(quantity.value))
  return quantity.unit === 'm2' ? figure : `${figure} ${unitText(quantity.unit)}`
}

export function unitText(unit: string | null): string {
  return (unit ?? '').replace(/\bm2\b/g, 'm²')
}

/** 2026-11-23T08:00:00Z → 2026-11-23 08:00 UTC: the ledger's own clock, not the reader's. */
export function stamp(recorded: string): string {
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/.exec(recorded)
  if (!match) return recorded
  const zone = match[3] === 'Z' || match[3] === undefined ? 'UTC' : match[3]
  return `${match[1]} ${match[2]} ${zone}`
}

/** `sample-city@sha256:248781…` with the first twelve signs of its sum. */
export function shortDigest(text: string): string {
  const match = /^(.*?)([0-9a-f]{12})[0-9a-f]{52}$/.exec(text)
  return match ? `${(match[1] ?? '').replace('sha256:', '')}${match[2]}…` : text
}
