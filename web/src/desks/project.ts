/** A project as it is filled in, in the address so that a link brings it back, and as it is sent. */
import type { LocationQuery } from 'vue-router'
import type { Desk } from '../api/types'
import { single } from '../shell/view'

const FACT = 'f.'
const FLOORS = 'floors'
const PARTS = 3

export interface Floor { floor: string; use: string; area: string }
export interface Project { package: string; values: Record<string, string>; floors: Floor[] }

/** Floors are kept as lines of `floor|use|area`. */
export function fromQuery(query: LocationQuery): Project {
  const values: Record<string, string> = {}
  for (const key of Object.keys(query)) {
    if (key.startsWith(FACT)) values[key.slice(FACT.length)] = single(query[key])
  }
  const lines = single(query[FLOORS]).split('\n').map((line) => line.split('|')).filter((line) => line.length === PARTS)
  const floors = lines.map(([floor = '', use = '', area = '']) => ({ floor, use, area }))
  return { package: single(query['package']), values, floors }
}

export function toQuery(project: Project): Record<string, string> {
  const query: Record<string, string> = {}
  if (project.package) query['package'] = project.package
  for (const [name, value] of Object.entries(filled(project.values))) query[FACT + name] = value
  const floors = whole(project.floors)
  if (floors.length > 0) query[FLOORS] = floors.map((line) => [line.floor, line.use, line.area].map((part) => part.replace(/[|\n]/g, ' ')).join('|')).join('\n')
  return query
}

export function filled(values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]): [string, string] => [name, value.trim()]).filter(([, value]) => value !== ''))
}

/** Rows in which something was entered that counts. */
export function whole(floors: Floor[]): Floor[] {
  return floors.filter((line) => line.use !== '' && line.area.trim() !== '')
}

/** Numbers of the form that are filled in: what can be moved to see what follows. */
export function movable(desk: Desk, values: Record<string, string>): { name: string; base: number; low: number; high: number; step: number }[] {
  return desk.asks.flatMap((fact) => {
    const base = Number(values[fact.name])
    if (fact.kind !== 'number' || !values[fact.name] || !Number.isFinite(base) || base <= 0) return []
    const size = 10 ** Math.floor(Math.log10(base))
    const step = base === Math.round(base) && size < 100 ? 1 : size / 100
    return [{ name: fact.name, base, low: 0, high: Math.max(step, base * 2), step }]
  })
}
