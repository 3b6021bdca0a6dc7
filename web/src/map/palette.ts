/** Colours of classes, from the tokens: tones keep theirs, steps run from little to much. */
import type { MapAbout, MapClass } from '../api/types'

/** Tones of several classes follow each other, so that two good grades are told apart. */
const TONES: Record<string, string[]> = {
  good: ['--good-fill', '--map-6', '--map-4'],
  warn: ['--warn-fill', '--map-2'],
  bad: ['--bad-fill', '--map-8'],
}
const HUES = ['--map-1', '--map-2', '--map-3', '--map-4', '--map-5', '--map-6', '--map-7', '--map-8']
/** Without an order of a life the strongest hues come first. */
const OTHERS = ['--map-7', '--map-3', '--map-6', '--map-8', '--map-4', '--map-2', '--map-5']
const STEPS = ['--map-step-1', '--map-step-2', '--map-step-3', '--map-step-4', '--map-step-5']
export const ZONES = ['--map-zone-1', '--map-zone-2', '--map-zone-3', '--map-zone-4']

export function tokens(about: MapAbout): Map<string, string> {
  const met = new Map<string, number>()
  const next = (kind: string): number => {
    const at = met.get(kind) ?? 0
    met.set(kind, at + 1)
    return at
  }
  const steps = about.classes.filter((one) => one.code.startsWith('step_')).length
  const token = (one: MapClass): string => {
    if (one.code === 'unknown') return '--unknown-fill'
    if (one.code === 'not_applicable') return '--void-fill'
    if (about.steps) {
      const at = next('step')
      // Few steps take the ends of the scale.
      return STEPS[steps < 2 ? 2 : Math.round((at * (STEPS.length - 1)) / (steps - 1))] ?? '--map-1'
    }
    const toned = TONES[one.tone]
    if (toned) return toned[next(one.tone) % toned.length] ?? '--map-1'
    if (about.by === 'stage') return HUES[next('life') % HUES.length] ?? '--map-1'
    if (one.code === 'none' || one.code === 'zero' || one.code === 'no') return '--map-1'
    return OTHERS[next('hue') % OTHERS.length] ?? '--map-1'
  }
  return new Map(about.classes.map((one) => [one.code, token(one)]))
}

/** The value of a token as it is now, light or dark. */
export function colour(token: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(token).trim() || '#888888'
}
