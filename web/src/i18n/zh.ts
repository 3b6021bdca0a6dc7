/** The Chinese catalogue, a file for each area; its keys are the keys. */
import { account } from './zh/account'
import { listing } from './zh/listing'
import { map } from './zh/map'
import { parcel } from './zh/parcel'
import { policy } from './zh/policy'
import { shell } from './zh/shell'
import { supervision } from './zh/supervision'
import { supply } from './zh/supply'

export const zh = {
  ...shell,
  ...account,
  ...parcel,
  ...policy,
  ...supply,
  ...listing,
  ...supervision,
  ...map,
} as const

export type Key = keyof typeof zh
