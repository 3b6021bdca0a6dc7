/** What every page shares: the server's status, the assessment date, and links that keep both. */
import { computed, shallowRef } from 'vue'
import { useRoute, type LocationQueryRaw } from 'vue-router'
import { ApiFault, read } from '../api/resource'
import type { RuleSummary, Status, Tone } from '../api/types'
import { language, t } from '../i18n/language'

const status = shallowRef<Status | null>(null)
const statusFault = shallowRef<ApiFault | null>(null)

export async function loadStatus(): Promise<void> {
  try {
    status.value = await read<Status>('/api/status')
    statusFault.value = null
  } catch (error) {
    statusFault.value = error instanceof ApiFault ? error : new ApiFault(0, null)
  }
}

export function useStatus() {
  return { status, statusFault }
}

export function single(value: unknown): string {
  const first: unknown = Array.isArray(value) ? value[0] : value
  return typeof first === 'string' ? first : ''
}

/** The date in the address, or the store's own; `chosen` tells the two apart. */
export function useAsOf() {
  const route = useRoute()
  const chosen = computed(() => single(route.query['as_of']))
  const asOf = computed(() => chosen.value || (status.value?.as_of ?? ''))
  return { chosen, asOf }
}

export function useKeptQuery() {
  const { chosen } = useAsOf()
  return computed<LocationQueryRaw>(() => ({
    lang: language(),
    ...(chosen.value ? { as_of: chosen.value } : {}),
  }))
}

export function ruleByName(name: string): RuleSummary | undefined {
  const short = name.slice(name.lastIndexOf('/') + 1)
  return status.value?.rules.find((rule) => rule.name === short)
}

export type ChipTone = Tone | 'unknown' | 'void'

/** Unknown and not applicable never borrow the tone of a finding. */
export function toneOf(rule: string, code: string): ChipTone {
  if (code === 'unknown') return 'unknown'
  if (code === 'not_applicable') return 'void'
  return ruleByName(rule)?.outcomes.find((outcome) => outcome.code === code)?.tone ?? 'neutral'
}

export function setTitle(part: string): void {
  document.title = part === '' ? t('app.name') : `${part} · ${t('app.name')}`
}
