/** The English catalogue: a key that the Chinese one has and this lacks is a type error. */
import { account } from './en/account'
import { listing } from './en/listing'
import { map } from './en/map'
import { parcel } from './en/parcel'
import { policy } from './en/policy'
import { shell } from './en/shell'
import { supervision } from './en/supervision'
import { supply } from './en/supply'
import type { Key } from './zh'

export const en: Record<Key, string> = {
  ...shell,
  ...account,
  ...parcel,
  ...policy,
  ...supply,
  ...listing,
  ...supervision,
  ...map,
}
