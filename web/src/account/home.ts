/** The first page of each kind of work: what a role may do says where its day begins. */
const HOMES: [needs: string, path: string][] = [
  ['accounts.manage', '/accounts'],
  ['audit.read', '/audit'],
  ['plan.write', '/plan'],
  ['listing.write', '/listings'],
  ['parcels.act', '/overview'],
  ['bid', '/listings'],
  ['parcels.read', '/'],
  ['laboratory', '/compare'],
]

export function homeOf(may: (needs: string) => boolean): string {
  return HOMES.find(([needs]) => may(needs))?.[1] ?? '/public'
}
