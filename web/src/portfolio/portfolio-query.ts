/** The portfolio's view as its address: what is filtered, how it is sorted, which page. */
import type { LocationQuery } from 'vue-router'
import { queryText } from '../api/resource'
import { single } from '../shell/view'

export interface PortfolioQuery {
  q: string
  city: string
  district: string
  package: string
  rule: string
  outcome: string
  stage: string
  open: string
  sort: string
  offset: number
  limit: number
}

export const PAGE_SIZES = [25, 50, 100]
export const FIRST_VIEW: PortfolioQuery = {
  q: '', city: '', district: '', package: '', rule: '', outcome: '', stage: '', open: '', sort: 'case_id', offset: 0, limit: 25,
}

function count(value: unknown, otherwise: number): number {
  const text = single(value)
  return /^\d{1,9}$/.test(text) ? Number(text) : otherwise
}

export function fromAddress(query: LocationQuery): PortfolioQuery {
  const limit = count(query['limit'], FIRST_VIEW.limit)
  return {
    q: single(query['q']),
    city: single(query['city']),
    district: single(query['district']),
    package: single(query['package']),
    rule: single(query['rule']),
    outcome: single(query['outcome']),
    stage: single(query['stage']),
    open: single(query['open']),
    sort: single(query['sort']) || FIRST_VIEW.sort,
    offset: count(query['offset'], 0),
    limit: PAGE_SIZES.includes(limit) ? limit : FIRST_VIEW.limit,
  }
}

/** Only what differs from the first view, so that addresses stay short. */
export function toAddress(view: PortfolioQuery): Record<string, string> {
  const entries: Record<string, string> = {}
  for (const key of Object.keys(FIRST_VIEW) as (keyof PortfolioQuery)[]) {
    if (view[key] !== FIRST_VIEW[key]) entries[key] = String(view[key])
  }
  return entries
}

export function toRequest(view: PortfolioQuery, asOf: string): string {
  return `/api/cases${queryText({ ...view, as_of: asOf })}`
}

/** A first click sorts upwards, the second downwards. */
export function nextSort(current: string, key: string): string {
  return current === key ? `-${key}` : key
}

export function sortState(current: string, key: string): 'ascending' | 'descending' | 'none' {
  if (current === key) return 'ascending'
  return current === `-${key}` ? 'descending' : 'none'
}
