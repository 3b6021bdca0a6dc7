/** Exact decimals for sums on the page: hectares are added as people add them, never as floats. */

const DECIMAL = /^([+-]?)(\d+)(?:\.(\d+))?$/
const PLACES = 8

/** In units of 10^-8; null where the text is no plain decimal. */
export function parsed(text: string): bigint | null {
  const match = DECIMAL.exec(text.trim().replace(/,/g, ''))
  if (!match || (match[3] ?? '').length > PLACES) return null
  const digits = BigInt((match[2] ?? '') + (match[3] ?? '').padEnd(PLACES, '0'))
  return match[1] === '-' ? -digits : digits
}

export function written(units: bigint): string {
  const sign = units < 0n ? '-' : ''
  const digits = (units < 0n ? -units : units).toString().padStart(PLACES + 1, '0')
  const part = digits.slice(-PLACES).replace(/0+$/, '')
  return `${sign}${digits.slice(0, -PLACES)}${part === '' ? '' : `.${part}`}`
}

/** The sum of texts; empty ones add nothing, one that cannot be read leaves the sum open. */
export function sum(texts: Iterable<string>): string | null {
  let all = 0n
  for (const text of texts) {
    if (text.trim() === '') continue
    const units = parsed(text)
    if (units === null) return null
    all += units
  }
  return written(all)
}

/** For drawing alone: where a mark stands, not what is said. */
export function drawn(text: string | null | undefined): number | null {
  if (text === null || text === undefined || text === '') return null
  const fraction = /^(-?\d+)\/(\d+)$/.exec(text)
  const number = fraction ? Number(fraction[1]) / Number(fraction[2]) : Number(text)
  return Number.isFinite(number) ? number : null
}

/** A number with at most so many places, for reading: fractions and long decimals are cut. */
export function short(text: string | null | undefined, places = 4): string {
  const number = drawn(text)
  if (number === null) return ''
  const known = parsed(text ?? '')
  if (known !== null && (/\.(\d+)$/.exec(text ?? '')?.[1] ?? '').length <= places) return written(known)
  return number.toFixed(places).replace(/\.?0+$/, '')
}
