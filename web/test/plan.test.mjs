import assert from 'node:assert/strict'
import { test } from 'node:test'
import { load } from './load.mjs'

const { parsed, written, sum, short, drawn } = await load('plan/decimal.ts')
const { concerns, filtered, keys, parties, years } = await load('linkage/entries.ts')
const { frame, path } = await load('layer-book/projection.ts')

test('areas are added exactly, and what cannot be read leaves the sum open', () => {
  assert.equal(sum(['0.1', '0.2', '']), '0.3')
  assert.equal(sum(['1,000.5', '-0.5']), '1000')
  assert.equal(sum(['12', '1500 mu']), null)
  assert.equal(sum([]), '0')
  assert.equal(written(parsed('12345678901234567890.12345678')), '12345678901234567890.12345678')
  assert.equal(parsed('0.123456789'), null)
})

test('long figures are cut for reading, fractions are drawn', () => {
  assert.equal(short('20000/3', 2), '6666.67')
  assert.equal(short('40', 4), '40')
  assert.equal(short(null), '')
  assert.equal(drawn('1/4'), 0.25)
  assert.equal(drawn('n/a'), null)
})

const entry = (own) => ({ key: 'K', on: '2024-02-01', act: 'moved', holder: '', other: '', undone_by: '', ...own })

test('a party is a place and all that lies in it', () => {
  const all = [entry({ key: 'A', holder: 'East/One' }), entry({ key: 'B', holder: 'Eastern', on: '2025-01-01' }), entry({ key: 'C', other: 'East', undone_by: 'D' })]
  assert.equal(concerns(all[0], 'East'), true)
  assert.equal(concerns(all[1], 'East'), false)
  assert.deepEqual(filtered(all, { party: 'East', year: '', act: '' }).map((one) => one.key), ['A', 'C'])
  assert.deepEqual(filtered(all, { party: '', year: '2025', act: '' }).map((one) => one.key), ['B'])
  assert.deepEqual(parties(all), ['East', 'East/One', 'Eastern'])
  assert.deepEqual(years(all), ['2024', '2025'])
  assert.deepEqual(keys(all), ['B', 'A'])
})

test('a drawing keeps everything in its frame, north up', () => {
  const square = { type: 'Polygon', coordinates: [[[116, 39], [117, 39], [117, 40], [116, 40], [116, 39]]] }
  const around = frame([square], 640, 460, 20)
  const [x, y] = around.place([116, 40])
  const [x2, y2] = around.place([117, 39])
  assert.ok(x >= 20 && x2 <= 620 && y === 20 && y2 > y && y2 <= 440.001)
  assert.ok(path(square, around.place).startsWith('M') && path(square, around.place).endsWith('Z'))
  assert.equal(frame([], 640, 460, 20), null)
})
