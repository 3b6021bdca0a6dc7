/** From a number to the list that is behind it. */
import type { LocationQueryRaw } from 'vue-router'
import { router } from '../router'

export interface Target { to: string; query: LocationQueryRaw }

/** Cases under a filter. */
export function cases(query: LocationQueryRaw): Target {
  return { to: router.resolve({ name: 'portfolio' }).path, query }
}

/** Lines of the work list under a filter. */
export function work(query: LocationQueryRaw): Target {
  return { to: router.resolve({ name: 'work' }).path, query }
}
