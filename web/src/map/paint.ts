/** What the map draws, as MapLibre takes it. */
import type { ExpressionSpecification, FilterSpecification, LayerSpecification } from 'maplibre-gl'
import type { MapAbout, MapLayer } from '../api/types'
import { colour, tokens, ZONES } from './palette'

/** Metres of a column for a floor area as large as the ground: to be seen, not to scale. */
const COLUMN = 20
export const PARCELS = 'parcels'
const COUNTS = 'parcels-counts'

export const OUTLINES = 'outlines'
export const EDGES = 'outline-edges'
export const COLUMNS = 'columns'
export const CELLS = 'cells'
export const CHOSEN = 'chosen'

const list = (codes: string[]): ExpressionSpecification => ['literal', codes]

export function fill(about: MapAbout): ExpressionSpecification {
  const pairs = [...tokens(about)].flatMap(([code, token]) => [code, colour(token)])
  return ['match', ['get', 'class'], ...pairs, colour('--map-1')] as unknown as ExpressionSpecification
}

/** Outlines whose class is not hidden. */
export function shown(hidden: string[]): FilterSpecification {
  return ['!', ['in', ['get', 'class'], list(hidden)]]
}

const count = (code: string): ExpressionSpecification => ['coalesce', ['get', `n:${code}`], 0]

function visible(about: MapAbout, hidden: string[]): string[] {
  return about.classes.map((one) => one.code).filter((code) => !hidden.includes(code))
}

function sum(codes: string[]): ExpressionSpecification {
  return ['+', 0, ...codes.map(count)] as ExpressionSpecification
}

/** A cell has the colour of the class that most of its visible parcels have. */
export function cellPaint(about: MapAbout, hidden: string[]) {
  const codes = visible(about, hidden)
  const of = tokens(about)
  const cases = codes.flatMap((code) => [['==', count(code), ['var', 'most']], colour(of.get(code) ?? '--map-1')])
  const none = colour('--map-1')
  const hue = codes.length === 0 ? none : ['let', 'most', ['max', 0, ...codes.map(count)], ['case', ...cases, none]]
  return {
    'circle-color': hue as unknown as ExpressionSpecification,
    'circle-radius': ['interpolate', ['linear'], ['sqrt', sum(codes)], 1, 2.5, 5, 5, 20, 8, 100, 13] as ExpressionSpecification,
    'circle-opacity': 0.88,
    'circle-stroke-color': colour('--map-edge'),
    'circle-stroke-width': 0.8,
  }
}

export function cellFilter(about: MapAbout, hidden: string[]): FilterSpecification {
  return ['>', sum(visible(about, hidden)), 0] as FilterSpecification
}

/** Zones by level: each has its tint. */
export function zoneTint(layer: MapLayer): ExpressionSpecification | string {
  const pairs = layer.levels.flatMap((level, at) => [level.code, colour(ZONES[at % ZONES.length] ?? '')])
  const usual = colour(ZONES[0] ?? '')
  if (pairs.length === 0) return usual
  return ['match', ['coalesce', ['get', 'level'], ''], ...pairs, usual] as unknown as ExpressionSpecification
}

export const zoneSource = (layer: string): string => `zones-${layer}`

export function zoneLayers(layer: MapLayer): LayerSpecification[] {
  const source = zoneSource(layer.name)
  const tint = zoneTint(layer)
  return [
    { id: `${source}-fill`, type: 'fill', source, 'source-layer': layer.name, paint: { 'fill-color': tint, 'fill-opacity': 0.12 } },
    { id: `${source}-line`, type: 'line', source, 'source-layer': layer.name, paint: { 'line-color': tint, 'line-width': 2, 'line-dasharray': layer.illustrative ? [3, 1.6] : [1, 0] } },
  ]
}

export function parcelLayers(about: MapAbout, hidden: string[], tall: boolean): LayerSpecification[] {
  const from = about.outlines_from
  const columns: LayerSpecification = {
    id: COLUMNS, type: 'fill-extrusion', source: PARCELS, 'source-layer': PARCELS, minzoom: from, filter: shown(hidden),
    layout: { visibility: tall ? 'visible' : 'none' },
    paint: { 'fill-extrusion-color': fill(about), 'fill-extrusion-height': ['*', COLUMN, ['coalesce', ['get', 'density'], 0]], 'fill-extrusion-opacity': 0.85 },
  }
  const all: LayerSpecification[] = [
    { id: OUTLINES, type: 'fill', source: PARCELS, 'source-layer': PARCELS, minzoom: from, filter: shown(hidden), paint: { 'fill-color': fill(about), 'fill-opacity': 0.86, 'fill-antialias': false } },
    { id: EDGES, type: 'line', source: PARCELS, 'source-layer': PARCELS, minzoom: from, filter: shown(hidden), paint: { 'line-color': colour('--map-edge'), 'line-width': ['interpolate', ['linear'], ['zoom'], 10, 0.2, 14, 0.8, 17, 1.4] } },
    columns,
    { id: CHOSEN, type: 'line', source: PARCELS, 'source-layer': PARCELS, minzoom: from, filter: ['==', ['get', 'case_id'], ''], paint: { 'line-color': colour('--ink'), 'line-width': 3 } },
  ]
  if (from > 0) {
    all.unshift({ id: CELLS, type: 'circle', source: PARCELS, 'source-layer': COUNTS, maxzoom: from, filter: cellFilter(about, hidden), paint: cellPaint(about, hidden) })
  }
  return all
}
