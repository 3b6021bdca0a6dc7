/** The work list's view as its address, and what the server is asked for. */
export interface WorkQuery { department: string; district: string; state: string; within: string; duty: string; done: string; offset: number }

export const PAGE = 500

type Entries = Record<string, string | number>

/** `one` reads a value of the address, of several the first. */
export function fromAddress(one: (name: string) => string): WorkQuery {
  const offset = one('offset')
  return {
    department: one('department'),
    district: one('district'),
    state: one('state'),
    within: /^\d{1,5}$/.test(one('within')) ? one('within') : '',
    duty: one('duty'),
    done: one('done') === '' ? '' : '1',
    offset: /^\d{1,9}$/.test(offset) ? Number(offset) : 0,
  }
}

/** Only what is chosen. */
export function toAddress(view: WorkQuery): Entries {
  return Object.fromEntries(Object.entries(view).filter(([, value]) => value !== '' && value !== 0))
}

/** The filters without the page: a calendar holds all lines. */
export function filters(view: WorkQuery): Entries {
  return toAddress({ ...view, offset: 0 })
}
