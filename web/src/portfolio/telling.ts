/** Which rules have something to tell about the parcels in view: of a hundred rules, those with findings come first. */
import type { CodeCount, RuleSummary } from '../api/types'
import type { ChipTone } from '../shell/view'

/** Rules that stand open when none has a finding. */
const FALLBACK = 6

const SILENT = new Set(['unknown', 'not_applicable'])

function known(counts: CodeCount[]): CodeCount[] {
  return counts.filter((item) => item.count > 0 && !SILENT.has(item.code))
}

/** The rules with findings, and the one that filters; the rest behind them, in their order. */
export function telling(rules: RuleSummary[], facets: Record<string, CodeCount[]>, chosen: string, toneOf: (rule: string, code: string) => ChipTone): { first: RuleSummary[]; rest: RuleSummary[] } {
  const finding = (rule: RuleSummary): boolean =>
    known(facets[rule.name] ?? []).some((item) => ['bad', 'warn'].includes(toneOf(rule.name, item.code)))
  let first = rules.filter((rule) => rule.name === chosen || finding(rule))
  if (first.length === 0) first = rules.filter((rule) => known(facets[rule.name] ?? []).length > 0).slice(0, FALLBACK)
  if (first.length === 0) first = rules.slice(0, FALLBACK)
  return { first, rest: rules.filter((rule) => !first.includes(rule)) }
}
