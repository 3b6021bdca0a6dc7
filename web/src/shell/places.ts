/** The pages of the masthead, in their groups: what a caller may not open is not offered. */
import { t } from '../i18n/language'
import type { Key } from '../i18n/zh'

export interface Place { to: string; label: string; here: boolean }
export interface Group { name: string; label: string; places: Place[]; here: boolean }

interface Entry { to: string; label: Key; needs: string }
/** Every page that a link of the masthead opens, with the permission that its data ask for. */
const SINGLE: Entry[] = [
  { to: '/overview', label: 'nav.overview', needs: 'parcels.read' },
  { to: '/map', label: 'nav.map', needs: 'parcels.read' },
  { to: '/', label: 'nav.portfolio', needs: 'parcels.read' },
]
const GROUPS: { name: string; label: Key; entries: Entry[] }[] = [
  { name: 'supply', label: 'nav.group.supply', entries: [
    { to: '/plan', label: 'nav.plan', needs: 'plan.read' },
    { to: '/linkage', label: 'nav.linkage', needs: 'linkage.read' },
    { to: '/layers', label: 'nav.layers', needs: 'layers.read' },
    { to: '/desks/price', label: 'nav.price', needs: 'public' },
    { to: '/desks/screen', label: 'nav.screen', needs: 'public' },
    { to: '/desks/mix', label: 'nav.mix', needs: 'public' },
    { to: '/desks/diagnosis', label: 'nav.diagnosis', needs: 'public' },
    { to: '/listings', label: 'nav.listings', needs: 'listing.read' },
  ] },
  { name: 'work', label: 'nav.group.work', entries: [
    { to: '/work', label: 'nav.work', needs: 'work.read' },
    { to: '/evaluation', label: 'nav.evaluation', needs: 'parcels.read' },
    { to: '/idle', label: 'nav.idle', needs: 'parcels.read' },
    { to: '/credit', label: 'nav.credit', needs: 'parcels.read' },
    { to: '/proposals', label: 'nav.proposals', needs: 'parcels.act' },
    { to: '/import', label: 'nav.import', needs: 'report' },
  ] },
  { name: 'policy', label: 'nav.group.policy', entries: [
    { to: '/laws', label: 'nav.laws', needs: 'public' },
    { to: '/documents', label: 'nav.library', needs: 'public' },
    { to: '/parameters', label: 'nav.parameters', needs: 'public' },
    { to: '/compare', label: 'nav.compare', needs: 'laboratory' },
    { to: '/refusals', label: 'nav.refusals', needs: 'public' },
    { to: '/public', label: 'nav.public', needs: 'public' },
  ] },
]
const OWN: Entry[] = [
  { to: '/account', label: 'nav.account', needs: 'signed_in' },
  { to: '/accounts', label: 'nav.accounts', needs: 'accounts.manage' },
  { to: '/audit', label: 'nav.audit', needs: 'audit.read' },
]

/** Whether an address lies at a place; the parcels are where the parcel files are. */
export function lies(path: string, at: string): boolean {
  if (at === '/') return path === '/' || path.startsWith('/cases')
  return path === at || path.startsWith(`${at}/`)
}

function offered(entries: Entry[], path: string, may: (needs: string) => boolean): Place[] {
  return entries.filter((entry) => may(entry.needs)).map((entry) => ({ to: entry.to, label: t(entry.label), here: lies(path, entry.to) }))
}

export function singles(path: string, may: (needs: string) => boolean): Place[] {
  return offered(SINGLE, path, may)
}

export function groups(path: string, may: (needs: string) => boolean): Group[] {
  const all = GROUPS.map(({ name, label, entries }) => ({ name, label: t(label), places: offered(entries, path, may) }))
  return all.filter((group) => group.places.length > 0).map((group) => ({ ...group, here: group.places.some((place) => place.here) }))
}

export function own(path: string, may: (needs: string) => boolean): Place[] {
  return offered(OWN, path, may)
}

/** What the page at an address asks for, by its longest place; pages that are on no list are open. */
export function needed(path: string): string {
  const entries = [...SINGLE, ...GROUPS.flatMap((group) => group.entries), ...OWN].filter((entry) => lies(path, entry.to))
  return entries.sort((a, b) => b.to.length - a.to.length)[0]?.needs ?? 'public'
}
