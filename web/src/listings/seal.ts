/** Sealing a bid on the bidder's own machine, byte for byte as `landcycle bid seal` does: a key of lines with 32
    random bytes stays with the bidder, its SHA-256 digest is handed in. Nothing here speaks to the server. */

const KEY = 'landcycle bid 1'
const SEAL = 'landcycle sealed bid 1'
export const SALT_BYTES = 32
/** Bytes of the longest name or value. */
const LONGEST = 200
const RESERVED = ['listing', 'bidder', 'salt']

export interface Sealed {
  /** The text of bid.key, which the bidder keeps. */
  key: string
  /** The text of bid.sealed, which is handed in. */
  sealed: string
  digest: string
}

/** A value that cannot stand in a line of a key. */
export class NoLine extends Error {
  constructor(readonly name: string) {
    super(name)
  }
}

const bytesOf = (text: string) => new TextEncoder().encode(text)

function fits(text: string): boolean {
  return text !== '' && bytesOf(text).length <= LONGEST && !/^\p{White_Space}|\p{White_Space}$|[=\p{Cc}]/u.test(text)
}

/** The order of bytes, which UTF-16 does not keep. */
function byBytes(a: string, b: string): number {
  const [left, right] = [bytesOf(a), bytesOf(b)]
  for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
    const step = (left[at] ?? 0) - (right[at] ?? 0)
    if (step !== 0) return step
  }
  return left.length - right.length
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** The key of a bid: its lines in one order and one spelling. */
export function keyText(listing: string, bidder: string, figures: Record<string, string>, salt: Uint8Array): string {
  const names = Object.keys(figures).sort(byBytes)
  for (const [name, value] of [['listing', listing], ['bidder', bidder]] as const) if (!fits(value)) throw new NoLine(name)
  for (const name of names) if (!fits(name) || !fits(figures[name] ?? '') || RESERVED.includes(name)) throw new NoLine(name)
  const lines = names.map((name) => `${name}=${figures[name]}`)
  return [KEY, `listing=${listing}`, `bidder=${bidder}`, ...lines, `salt=${hex(salt)}`, ''].join('\n')
}

/** SHA-256 of a text's bytes: what `sha256sum bid.key` says. */
export async function digestOf(text: string): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytesOf(text))))
}

/** Seals a bid with fresh random bytes of the system. */
export async function seal(listing: string, bidder: string, figures: Record<string, string>): Promise<Sealed> {
  const key = keyText(listing, bidder, figures, crypto.getRandomValues(new Uint8Array(SALT_BYTES)))
  const digest = await digestOf(key)
  return { key, digest, sealed: sealText(listing, bidder, digest) }
}

export function sealText(listing: string, bidder: string, digest: string): string {
  return `${SEAL}\nlisting=${listing}\nbidder=${bidder}\ndigest=${digest}\n`
}

/** Whether this browser can seal: pages over plain HTTP from another machine are given no digests. */
export function canSeal(): boolean {
  return globalThis.crypto?.subtle !== undefined
}

/** Listing and bidder of a key or a sealed bid, as far as it can be read. */
export function named(text: string): { kind: 'key' | 'sealed'; listing: string; bidder: string } | null {
  const [head, listing = '', bidder = ''] = text.split('\n')
  const kind = head === KEY ? 'key' : head === SEAL ? 'sealed' : null
  if (kind === null || !listing.startsWith('listing=') || !bidder.startsWith('bidder=')) return null
  return { kind, listing: listing.slice('listing='.length), bidder: bidder.slice('bidder='.length) }
}

export interface Bounds {
  min: string
  max: string
  decimals: number
}

const NUMBER = /^\d+(?:\.\d+)?$/

/** A decimal as a whole number of the smallest steps; null where it has more places. */
function steps(text: string, decimals: number): bigint | null {
  const negative = text.startsWith('-')
  const [whole = '0', part = ''] = (negative ? text.slice(1) : text).split('.')
  const places = part.replace(/0+$/, '')
  if (places.length > decimals) return null
  const value = BigInt(whole + places.padEnd(decimals, '0'))
  return negative ? -value : value
}

/** A number as people write it, in a unit that is 10^digits of the key's, in the key's one spelling. */
export function canonical(written: string, digits: number, bounds: Bounds): string | null {
  const text = written.trim().replace(/[,，\s]/g, '')
  if (!NUMBER.test(text)) return null
  const [whole = '', part = ''] = text.split('.')
  const padded = part.padEnd(digits, '0')
  const moved = `${whole}${padded.slice(0, digits)}.${padded.slice(digits)}`
  const plain = moved.replace(/0+$/, '').replace(/\.$/, '').replace(/^0+(?=\d)/, '')
  const [value, min, max] = [steps(plain, bounds.decimals), steps(bounds.min, bounds.decimals), steps(bounds.max, bounds.decimals)]
  return value === null || min === null || max === null || value < min || value > max ? null : plain
}
