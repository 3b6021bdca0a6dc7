/** States of a listing: their words, their tones, and what can be done in each. */
import type { Listing, ListingRow } from '../api/types'
import { t } from '../i18n/language'
import type { ChipTone } from '../shell/view'

export type ListingState = ListingRow['state']

export const STATES: readonly ListingState[] = ['receiving', 'opening', 'to_rank', 'ranked', 'awarded', 'failed']

const WORDS = {
  receiving: 'listing.state.receiving',
  opening: 'listing.state.opening',
  to_rank: 'listing.state.to_rank',
  ranked: 'listing.state.ranked',
  awarded: 'listing.state.awarded',
  failed: 'listing.state.failed',
} as const
const TONES: Record<ListingState, ChipTone> = {
  receiving: 'good', opening: 'warn', to_rank: 'warn', ranked: 'neutral', awarded: 'neutral', failed: 'void',
}

export const stateWord = (state: ListingState): string => t(WORDS[state])
export const toneOfState = (state: ListingState): ChipTone => TONES[state]

/** How long the step that runs still lasts; the last day counts to its end. */
export function countdown(row: Pick<ListingRow, 'state' | 'days'>): string {
  if (row.days === null) return ''
  if (row.days === 0) return t(row.state === 'receiving' ? 'listing.closes.today' : 'listing.opens.today')
  return t(row.state === 'receiving' ? 'listing.closes.in' : 'listing.opens.in', { n: row.days })
}

/** A moment of the store's clock as people in China read it. */
export function inChina(moment: string | null): string {
  if (moment === null) return ''
  const date = new Date(moment)
  if (Number.isNaN(date.getTime())) return moment
  return new Date(date.getTime() + 8 * 3_600_000).toISOString().replace('T', ' ').replace(/Z$/, '')
}

/** Bids that stand: neither withdrawn nor of no effect. */
export function standing(listing: Listing): number {
  return listing.bids.filter((bid) => bid.withdrawn_at === null).length
}
