/** The lines of a plan as a table of districts and uses, and back: a cell with one line may be typed into. */
import { sum } from './decimal'

export type Row = Record<string, string>
export interface Draft {
  facts: Record<string, string>
  zone: Record<string, string>
  sheets: Record<string, Row[]>
}

export const DISTRICT = 'district'
export const AREA = 'line_area'

export interface Cell {
  lines: number[]
  /** The sum of its lines; null where one cannot be read, empty without lines. */
  total: string | null
}
export interface Grid {
  districts: string[]
  columns: string[]
  cells: Cell[][]
  rowTotals: (string | null)[]
  columnTotals: (string | null)[]
  total: string | null
}

/** Lines without a district or a code stand under the empty name. */
export function grid(rows: readonly Row[], by: string, codes: readonly string[]): Grid {
  const districts = [...new Set(rows.map((row) => row[DISTRICT] ?? ''))]
  const open = rows.some((row) => !codes.includes(row[by] ?? ''))
  const columns = [...codes, ...(open ? [''] : [])]
  const at = (code: string) => (codes.includes(code) ? code : '')
  const areas = (wanted: (row: Row) => boolean) => sum(rows.filter(wanted).map((row) => row[AREA] ?? ''))
  const cells = districts.map((district) => columns.map((column) => {
    const fits = (row: Row) => (row[DISTRICT] ?? '') === district && at(row[by] ?? '') === column
    const lines = rows.flatMap((row, index) => (fits(row) ? [index] : []))
    return { lines, total: lines.length === 0 ? '' : areas(fits) }
  }))
  return {
    districts,
    columns,
    cells,
    rowTotals: districts.map((district) => areas((row) => (row[DISTRICT] ?? '') === district)),
    columnTotals: columns.map((column) => areas((row) => at(row[by] ?? '') === column)),
    total: areas(() => true),
  }
}

/** What is typed into a cell: into its line, or into a new one. Empty takes the area of the line away. */
export function typed(rows: readonly Row[], cell: Cell, place: { district: string; by: string; code: string }, text: string): Row[] {
  if (cell.lines.length > 1) return [...rows]
  const [only] = cell.lines
  if (only !== undefined) return rows.map((row, index) => (index === only ? { ...row, [AREA]: text } : row))
  if (text.trim() === '') return [...rows]
  // A line that says its district alone has been waiting for this.
  const waiting = rows.findIndex((row) => (row[DISTRICT] ?? '') === place.district && (row[place.by] ?? '') === '' && (row[AREA] ?? '') === '')
  if (waiting >= 0) return rows.map((row, index) => (index === waiting ? { ...row, [AREA]: text, ...(place.code === '' ? {} : { [place.by]: place.code }) } : row))
  const line: Row = { [AREA]: text }
  if (place.district !== '') line[DISTRICT] = place.district
  if (place.code !== '') line[place.by] = place.code
  return [...rows, line]
}

/** A draft without what is empty, as it is sent. */
export function trimmed(draft: Draft): Draft {
  const full = (texts: Record<string, string>) => Object.fromEntries(Object.entries(texts).filter(([, text]) => (text ?? '').trim() !== ''))
  const sheets = Object.entries(draft.sheets).map(([sheet, rows]) => [sheet, rows.map(full)] as const)
  return { facts: full(draft.facts), zone: full(draft.zone), sheets: Object.fromEntries(sheets) }
}

export function empty(): Draft {
  return { facts: {}, zone: {}, sheets: {} }
}

/** A plan of a year that has just been begun. */
export function begun(city: string | null, year: string): Draft {
  const facts: Record<string, string> = { plan_from: `${year}-01-01`, plan_until: `${year}-12-31` }
  if (city !== null) facts['city'] = city
  return { facts, zone: {}, sheets: { lines: [] } }
}
