/** What a person has entered for an act, and the request that it becomes. */
import type { Act, ActRequest, FactForm } from '../api/types'

/** `none` is the ledger's word for a date that is known not to have happened. */
export const NONE = 'none'

export interface Draft {
  on: string
  by: string
  origin: string
  values: Record<string, string>
  /** Dates that are said not to have happened. */
  none: Record<string, boolean>
}

export function fresh(on: string, by: string): Draft {
  return { on, by, origin: '', values: {}, none: {} }
}

/** The facts that are filled in; what is left empty is not said at all. */
export function given(draft: Draft, facts: FactForm[]): Record<string, string> {
  const all = facts.map((fact): [string, string] => {
    const not = fact.kind === 'date' && draft.none[fact.name] === true
    return [fact.name, not ? NONE : (draft.values[fact.name] ?? '').trim()]
  })
  return Object.fromEntries(all.filter(([, value]) => value !== ''))
}

export function request(act: Act, draft: Draft, key: string, dryRun: boolean): ActRequest {
  return {
    act: act.name,
    on: draft.on,
    by: draft.by.trim(),
    origin: draft.origin.trim(),
    facts: given(draft, [...act.asks, ...act.takes]),
    key,
    dry_run: dryRun,
  }
}

/** The fields that every act needs and that are still empty. */
export function unfilled(draft: Draft): ('on' | 'by')[] {
  return (['on', 'by'] as const).filter((name) => draft[name].trim() === '')
}

export function isYesNo(fact: FactForm): boolean {
  return fact.kind === 'code' && fact.values.length === 2 && fact.values[0]?.code === 'yes' && fact.values[1]?.code === 'no'
}
