/** The stages of a life in their order, and where each lies from the present one. */
export const STAGES = ['unplaced', 'reserved', 'offered', 'contracted', 'building', 'completed', 'operating', 'ended'] as const
export type LifeStage = (typeof STAGES)[number]

export type Place = 'before' | 'here' | 'after'

export function places(present: string): { stage: LifeStage; place: Place }[] {
  const at = STAGES.findIndex((stage) => stage === present)
  return STAGES.map((stage, index) => ({ stage, place: index === at ? 'here' : index < at ? 'before' : 'after' }))
}
