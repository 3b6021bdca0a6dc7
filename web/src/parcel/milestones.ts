/** The parcel's life as agreed and actual dates, taken from its facts; nothing is computed from law here. */
import type { Fact } from '../api/types'

export type Step = 'signed' | 'delivery' | 'start' | 'suspension' | 'completion' | 'production' | 'full_capacity'

interface StepFacts { step: Step; agreed: string | null; actual: string }

export const STEPS: StepFacts[] = [
  { step: 'signed', agreed: null, actual: 'signed_on' },
  { step: 'delivery', agreed: 'deliver_due_on', actual: 'delivered_on' },
  { step: 'start', agreed: 'start_due_on', actual: 'started_on' },
  { step: 'suspension', agreed: null, actual: 'suspended_on' },
  { step: 'completion', agreed: 'complete_due_on', actual: 'completed_on' },
  { step: 'production', agreed: 'produce_due_on', actual: 'produced_on' },
  { step: 'full_capacity', agreed: 'full_capacity_due_on', actual: 'full_capacity_on' },
]

/** A date, reported not to be (`none`), or not known. */
export type Day = { state: 'date'; day: string } | { state: 'none' } | { state: 'unknown' }

export interface Milestone { step: Step; agreed: Day | null; agreedFact: string | null; actual: Day; actualFact: string }

const ISO = /^\d{4}-\d\d-\d\d$/

export function asDay(value: string | undefined): Day {
  if (value === undefined || value === '') return { state: 'unknown' }
  return ISO.test(value) ? { state: 'date', day: value } : { state: 'none' }
}

export function milestones(facts: Fact[]): Milestone[] {
  const values = new Map(facts.map((fact) => [fact.name, fact.value]))
  return STEPS.map(({ step, agreed, actual }) => ({
    step,
    agreed: agreed === null ? null : asDay(values.get(agreed)),
    agreedFact: agreed,
    actual: asDay(values.get(actual)),
    actualFact: actual,
  })).filter((item) => item.step !== 'suspension' || item.actual.state === 'date')
}

/** Whole days since 1970, for placing on the axis only. */
export function dayNumber(day: string): number {
  return Math.round(Date.parse(`${day}T00:00:00Z`) / 86_400_000)
}

export function lateness(milestone: Milestone): number | null {
  const { agreed, actual } = milestone
  if (agreed?.state !== 'date' || actual.state !== 'date') return null
  return dayNumber(actual.day) - dayNumber(agreed.day)
}
