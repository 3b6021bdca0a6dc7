import assert from 'node:assert/strict'
import { test } from 'node:test'
import { load } from './load.mjs'

const { telling } = await load('portfolio/telling.ts')
const rule = (name) => ({ name })
const rules = ['a', 'b', 'c', 'd'].map(rule)
const tone = (name, code) => (code === 'fail' ? 'bad' : 'neutral')
const names = (list) => list.map((item) => item.name)

test('rules with findings come first, in their order', () => {
  const facets = { a: [{ code: 'unknown', count: 9 }], b: [{ code: 'fail', count: 1 }], c: [{ code: 'pass', count: 9 }], d: [{ code: 'fail', count: 2 }] }
  const { first, rest } = telling(rules, facets, '', tone)
  assert.deepEqual([names(first), names(rest)], [['b', 'd'], ['a', 'c']])
})

test('a finding that no parcel in view has is none', () => {
  const facets = { b: [{ code: 'fail', count: 0 }], c: [{ code: 'pass', count: 3 }] }
  assert.deepEqual(names(telling(rules, facets, '', tone).first), ['c'])
})

test('the rule that filters stays open', () => {
  assert.deepEqual(names(telling(rules, { b: [{ code: 'fail', count: 1 }] }, 'c', tone).first), ['b', 'c'])
})

test('with nothing known some rules are shown all the same', () => {
  assert.deepEqual(names(telling(rules, {}, '', tone).first), ['a', 'b', 'c', 'd'])
})
