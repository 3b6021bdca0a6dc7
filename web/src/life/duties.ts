/** The order and the look of duties: what presses comes first, what is done last. */
import type { Duty, DutyState } from '../api/types'

export const STATES: DutyState[] = ['escalated', 'overdue', 'unreported', 'near', 'unknown', 'ahead', 'late', 'met']

const DONE: DutyState[] = ['late', 'met']

export function isDone(duty: Duty): boolean {
  return DONE.includes(duty.state)
}

/** By state, then by day; those without a day after those with one. */
export function pressing<D extends Duty>(duties: D[]): D[] {
  const place = (duty: D) => STATES.indexOf(duty.state)
  return [...duties].sort((a, b) => place(a) - place(b) || (a.due ?? '9').localeCompare(b.due ?? '9') || a.duty.localeCompare(b.duty))
}

export type DutyTone = 'bad' | 'warn' | 'neutral' | 'unknown' | 'good' | 'void'

const TONES: Record<DutyState, DutyTone> = {
  escalated: 'bad', overdue: 'bad', unreported: 'warn', near: 'warn', unknown: 'unknown', ahead: 'neutral', late: 'neutral', met: 'good',
}

export function toneOfState(state: DutyState): DutyTone {
  return TONES[state] ?? 'neutral'
}
