import assert from 'node:assert/strict'
import { test } from 'node:test'
import { load } from './load.mjs'

const { areaIn, grouped, moneyIn, shifted, stamp } = await load('ui/figures.ts')

test('figures are grouped without becoming floats', () => {
  assert.equal(grouped('12345678901234567890.1200'), '12,345,678,901,234,567,890.12')
  assert.equal(grouped('-1000'), '-1,000')
  assert.equal(grouped('20000/3'), '20,000/3')
  assert.equal(grouped('0.5'), '0.5')
  assert.equal(grouped('n/a'), 'n/a')
})

test('the point moves exactly', () => {
  assert.equal(shifted('61642720', 4), '6164.272')
  assert.equal(shifted('616427.20', 4), '61.64272')
  assert.equal(shifted('5', 4), '0.0005')
  assert.equal(shifted('0', 4), '0')
  assert.equal(shifted('1000000', 4), '100')
  assert.equal(shifted('20000/3', 4), null)
})

test('a unit that is not the column’s is written out', () => {
  assert.equal(moneyIn({ value: '1000000', unit: 'CNY' }, 4), '100')
  assert.equal(moneyIn({ value: '100', unit: 'USD' }, 4), '100 USD')
  assert.equal(areaIn({ value: '10222', unit: 'm2' }), '10,222')
  assert.equal(areaIn(null), '')
})

test('a time of record keeps the ledger’s clock', () => {
  assert.equal(stamp('2026-11-20T08:12:31Z'), '2026-11-20 08:12 UTC')
  assert.equal(stamp('2026-11-20T08:12:31.5+08:00'), '2026-11-20 08:12 +08:00')
  assert.equal(stamp('yesterday'), 'yesterday')
})
