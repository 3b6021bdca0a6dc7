/** The map's view as its address: where it looks, by what it is coloured, what is hidden, what is selected. */
import type { LocationQuery, LocationQueryRaw } from 'vue-router'
import { single } from '../shell/view'

export interface Camera { zoom: number; lat: number; lon: number }

export interface MapView {
  by: string
  hidden: string[]
  /** Layers that are not drawn: all are at first. */
  off: string[]
  tall: boolean
  at: Camera | null
  parcel: string
  /** `layer/place`. */
  zone: string
}

const list = (value: unknown): string[] => single(value).split(',').filter((part) => part !== '')

function camera(text: string): Camera | null {
  const parts = text.split('/').map(Number)
  const [zoom, lat, lon] = parts
  if (parts.length !== 3 || zoom === undefined || lat === undefined || lon === undefined || !parts.every(Number.isFinite)) return null
  return zoom >= 0 && zoom <= 22 && Math.abs(lat) <= 85 && Math.abs(lon) <= 180 ? { zoom, lat, lon } : null
}

export function fromAddress(query: LocationQuery): MapView {
  return {
    by: single(query['by']) || 'stage',
    hidden: list(query['hidden']),
    off: list(query['off']),
    tall: single(query['tall']) === '1',
    at: camera(single(query['at'])),
    parcel: single(query['case']),
    zone: single(query['zone']),
  }
}

/** Entries of the view; what is usual is left out, so that equal views have equal addresses. */
export function toAddress(view: MapView): LocationQueryRaw {
  const entries: [string, string][] = [
    ['by', view.by === 'stage' ? '' : view.by],
    ['hidden', view.hidden.join(',')],
    ['off', view.off.join(',')],
    ['tall', view.tall ? '1' : ''],
    ['at', view.at ? `${view.at.zoom.toFixed(2)}/${view.at.lat.toFixed(5)}/${view.at.lon.toFixed(5)}` : ''],
    ['case', view.parcel],
    ['zone', view.zone],
  ]
  return Object.fromEntries(entries.filter(([, value]) => value !== ''))
}

export const NAMES = ['by', 'hidden', 'off', 'tall', 'at', 'case', 'zone']
