import assert from 'node:assert/strict'
import { test } from 'node:test'
import { load } from './load.mjs'

const { asDay, lateness, milestones } = await load('parcel/milestones.ts')
const fact = (name, value) => ({ name, value })

test('unknown is not “has not happened”', () => {
  assert.deepEqual(asDay(undefined), { state: 'unknown' })
  assert.deepEqual(asDay(''), { state: 'unknown' })
  assert.deepEqual(asDay('none'), { state: 'none' })
  assert.deepEqual(asDay('2026-02-28'), { state: 'date', day: '2026-02-28' })
})

test('days late are counted only between two dates', () => {
  const life = milestones([fact('start_due_on', '2024-02-28'), fact('started_on', '2024-03-01'), fact('complete_due_on', '2025-01-01'), fact('completed_on', 'none')])
  assert.equal(lateness(life.find((item) => item.step === 'start')), 2)
  assert.equal(lateness(life.find((item) => item.step === 'completion')), null)
})

test('a suspension is shown only where one is dated', () => {
  assert.ok(!milestones([]).some((item) => item.step === 'suspension'))
  assert.ok(milestones([fact('suspended_on', '2024-01-01')]).some((item) => item.step === 'suspension'))
})
