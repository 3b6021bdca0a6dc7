/** Acts under the parts of a life that they belong to; within each in the order of the server. */
import type { Act } from '../api/types'

export const GROUPS = ['record', 'supply', 'works', 'tenure', 'covenant', 'idle', 'end', 'other'] as const
export type Group = (typeof GROUPS)[number]

const MEMBERS: Record<Exclude<Group, 'other'>, string[]> = {
  record: ['take_over', 'reserve'],
  supply: ['offer', 'withdraw_offer', 'sign'],
  works: ['deliver', 'start', 'suspend', 'resume', 'complete', 'produce', 'reach_capacity', 'change_dates', 'inspect'],
  tenure: ['apply_conversion', 'convert', 'refuse_conversion', 'apply_renewal', 'renew', 'refuse_renewal', 'transfer', 'divide', 'mortgage', 'discharge', 'change_equity'],
  covenant: ['evaluate', 'rectify', 'cure', 'take_measure', 'terminate', 'rescind'],
  idle: [
    'suspect', 'inquire', 'reply', 'clear', 'find_idle', 'file_idle', 'publish_idle', 'agree_disposal', 'notify_mortgagees', 'tell_hearing',
    'request_hearing', 'hold_hearing', 'levy_fee', 'pay_fee', 'decide_takeback', 'contest', 'uphold', 'annul', 'annul_takeback', 'announce_cancellation',
    'apply_enforcement', 'cancel_registration', 'dispose',
  ],
  end: ['buy_back', 'swap', 'exit_voluntarily', 'take_for_public_interest', 'expire'],
}

export function groupOf(name: string): Group {
  return GROUPS.find((group) => group !== 'other' && MEMBERS[group].includes(name)) ?? 'other'
}

/** Groups without an act are left out. */
export function grouped(acts: Act[]): { group: Group; acts: Act[] }[] {
  return GROUPS.map((group) => ({ group, acts: acts.filter((act) => groupOf(act.name) === group) })).filter(({ acts: some }) => some.length > 0)
}
