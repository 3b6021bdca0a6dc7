/** What the address of a comparison says: two packages or a reform, and two dates. */
import type { LocationQuery } from 'vue-router'

export interface Asked {
  left: string
  right: string
  reform: string
  left_as_of: string
  right_as_of: string
}

const first = (value: LocationQuery[string] | undefined): string => {
  const one = Array.isArray(value) ? value[0] : value
  return typeof one === 'string' ? one : ''
}

/** Dates that the address leaves out are those of the page, or the store's own. */
export function asked(query: LocationQuery, usual: string): Asked {
  const day = (name: string): string => first(query[name]) || first(query['as_of']) || usual
  return {
    left: first(query['left']), right: first(query['right']), reform: first(query['reform']),
    left_as_of: day('left_as_of'), right_as_of: day('right_as_of'),
  }
}

/** Whether the sides can differ at all. */
export function distinct(view: Asked): boolean {
  return view.reform !== '' || (view.right !== '' && view.right !== view.left) || view.left_as_of !== view.right_as_of
}

/** Changes in which both sides have decided: not the law beginning or ceasing to speak, nor a fact still owed. */
export function decided(moves: { from: string; to: string; cases: number }[]): number {
  const open = ['unknown', 'not_applicable']
  return moves.filter((move) => !open.includes(move.from) && !open.includes(move.to)).reduce((sum, move) => sum + move.cases, 0)
}
