/** Lines of the journal, as filters and sums need them. */
import type { LinkageEntry } from '../api/types'

export interface Filter {
  party: string
  year: string
  act: string
}

/** A party is a place, or everything that lies in it. */
export function concerns(entry: LinkageEntry, party: string): boolean {
  return [entry.holder, entry.other].some((place) => place === party || place.startsWith(`${party}/`))
}

export function filtered(entries: readonly LinkageEntry[], filter: Filter): LinkageEntry[] {
  return entries.filter((entry) =>
    (filter.party === '' || concerns(entry, filter.party)) &&
    (filter.year === '' || entry.on.startsWith(filter.year)) &&
    (filter.act === '' || entry.act === filter.act))
}

/** Every place that is named, a district before its townships. */
export function parties(entries: readonly LinkageEntry[]): string[] {
  const named = entries.flatMap((entry) => [entry.holder, entry.other]).filter((place) => place !== '')
  const districts = named.map((place) => place.split('/')[0] ?? place)
  return [...new Set([...districts, ...named])].sort((a, b) => a.localeCompare(b, 'zh'))
}

export function years(entries: readonly LinkageEntry[]): string[] {
  return [...new Set(entries.map((entry) => entry.on.slice(0, 4)))].sort()
}

/** Numbers of operations that are not undone, the last first: what another operation may refer to. */
export function keys(entries: readonly LinkageEntry[], act?: string): string[] {
  const open = entries.filter((entry) => entry.undone_by === '' && entry.act !== 'opened' && (act === undefined || entry.act === act))
  return [...new Set(open.map((entry) => entry.key))].reverse()
}
