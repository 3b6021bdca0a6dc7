// A bid sealed by the page is the bid sealed by the command line, to the byte.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { load } from './load.mjs'

const seal = await load('listings/seal.ts')
const { bids, numbers, bounds } = JSON.parse(await readFile(new URL('sealed-bids.json', import.meta.url), 'utf8'))

test('every bid of the command line has the same key, digest and seal here', async () => {
  assert.ok(bids.length >= 300)
  for (const bid of bids) {
    const salt = Uint8Array.from(Buffer.from(bid.salt, 'hex'))
    const key = seal.keyText(bid.listing, bid.bidder, bid.figures, salt)
    assert.equal(key, bid.key)
    const digest = await seal.digestOf(key)
    assert.equal(digest, bid.digest)
    assert.equal(digest, createHash('sha256').update(key, 'utf8').digest('hex'))
    assert.equal(seal.sealText(bid.listing, bid.bidder, digest), bid.sealed)
    assert.deepEqual(seal.named(bid.key), { kind: 'key', listing: bid.listing, bidder: bid.bidder })
    assert.deepEqual(seal.named(bid.sealed), { kind: 'sealed', listing: bid.listing, bidder: bid.bidder })
  }
})

test('numbers come to the one spelling that a key takes, or are refused', () => {
  assert.ok(numbers.some((number) => number.canonical === null) && numbers.some((number) => number.canonical !== null))
  for (const number of numbers) assert.equal(seal.canonical(number.text, number.digits, bounds), number.canonical, JSON.stringify(number))
})

test('fresh random bytes each time, and what cannot stand in a line is no bid', async () => {
  const figures = { tax_committed: '5000000' }
  const [one, other] = await Promise.all([seal.seal('L-1', 'A', figures), seal.seal('L-1', 'A', figures)])
  assert.notEqual(one.digest, other.digest)
  assert.match(one.key, /^salt=[0-9a-f]{64}$/m)
  const salt = new Uint8Array(seal.SALT_BYTES)
  for (const bidder of ['', ' A', 'A ', 'A=B', 'A\nB', '\u3000A', 'x'.repeat(201), '企'.repeat(67)]) assert.throws(() => seal.keyText('L-1', bidder, figures, salt), seal.NoLine)
  for (const name of ['listing', 'bidder', 'salt']) assert.throws(() => seal.keyText('L-1', 'A', { [name]: '1' }, salt), seal.NoLine)
  assert.equal(seal.named('nothing'), null)
})
