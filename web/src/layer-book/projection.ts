/** Where outlines stand in a drawing: north up, one scale, everything in the frame. */
import type { Geometry, Position } from '../api/types'

export function rings(geometry: Geometry): Position[][] {
  return geometry.type === 'Polygon' ? geometry.coordinates : geometry.coordinates.flat()
}

export interface Frame {
  width: number
  height: number
  place: (point: Position) => [number, number]
  perMetre: number
}

const METRES_PER_DEGREE = 111_320

/** A frame around all of them; null where there is nothing to draw. */
export function frame(all: readonly Geometry[], width: number, most: number, margin: number): Frame | null {
  let [west, east, south, north] = [Infinity, -Infinity, Infinity, -Infinity]
  for (const geometry of all) {
    for (const ring of rings(geometry)) {
      for (const point of ring) {
        const [x = 0, y = 0] = point
        west = Math.min(west, x)
        east = Math.max(east, x)
        south = Math.min(south, y)
        north = Math.max(north, y)
      }
    }
  }
  if (!Number.isFinite(west)) return null
  const shrink = Math.cos((((south + north) / 2) * Math.PI) / 180)
  const wide = Math.max((east - west) * shrink * METRES_PER_DEGREE, 1)
  const tall = Math.max((north - south) * METRES_PER_DEGREE, 1)
  const perMetre = Math.min((width - 2 * margin) / wide, (most - 2 * margin) / tall)
  const left = (width - wide * perMetre) / 2
  const place = (point: Position): [number, number] => [
    left + ((point[0] ?? 0) - west) * shrink * METRES_PER_DEGREE * perMetre,
    margin + (north - (point[1] ?? 0)) * METRES_PER_DEGREE * perMetre,
  ]
  return { width, height: tall * perMetre + 2 * margin, place, perMetre }
}

export function path(geometry: Geometry, place: Frame['place']): string {
  const point = (one: Position) => place(one).map((number) => number.toFixed(1)).join(' ')
  return rings(geometry).map((ring) => `M${ring.map(point).join('L')}Z`).join('')
}
