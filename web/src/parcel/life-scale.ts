/** Where days lie on the life line: true to scale up to the last event, folded from there to the term's end. */
import { dayNumber } from './milestones'

export interface Scale { x: (day: string) => number; fold: number | null; ticks: { x: number; label: string }[] }

const SHARE_BEFORE_FOLD = 0.84
const HALF_LABEL = 14
const FOLD_WHEN_LONGER = 2.2

export function lifeScale(near: string[], end: string | null, width: number): Scale {
  const days = near.map(dayNumber)
  const first = Math.min(...days)
  const pad = Math.max(120, (Math.max(...days) - first) * 0.04)
  const from = first - pad
  const last = Math.max(...days) + pad
  const until = end === null ? last : Math.max(dayNumber(end), last)
  const folded = until - from > FOLD_WHEN_LONGER * (last - from)
  const knee = folded ? width * SHARE_BEFORE_FOLD : width
  const straightTo = folded ? last : until + (until > last ? pad : 0)
  const place = (number: number) =>
    number <= straightTo
      ? ((number - from) / (straightTo - from)) * knee
      : knee + ((number - straightTo) / (until - straightTo)) * (width - knee) * 0.86
  return { x: (day) => place(dayNumber(day)), fold: folded ? knee : null, ticks: yearTicks(from, straightTo, place, knee) }
}

function yearTicks(from: number, to: number, place: (day: number) => number, width: number): Scale['ticks'] {
  const firstYear = new Date(from * 86_400_000).getUTCFullYear() + 1
  const lastYear = new Date(to * 86_400_000).getUTCFullYear()
  const fitting = Math.max(1, Math.floor(width / 48))
  const step = [1, 2, 5, 10, 20, 50].find((each) => (lastYear - firstYear + 1) / each <= fitting) ?? 100
  const ticks: Scale['ticks'] = []
  for (let year = Math.ceil(firstYear / step) * step; year <= lastYear; year += step) {
    const x = place(dayNumber(`${year}-01-01`))
    if (x > HALF_LABEL && x < width - HALF_LABEL) ticks.push({ x, label: String(year) })
  }
  return ticks
}

export interface Label { x: number; width: number; level: number; left: number }

/** Labels take the lowest free row; those near the right edge end there. */
export function stack(marks: { x: number; width: number }[], edge: number): Label[] {
  const taken: number[] = []
  const order = marks.map((mark, index) => ({ ...mark, index })).sort((a, b) => a.x - b.x)
  const labels: Label[] = []
  for (const mark of order) {
    const left = Math.max(0, Math.min(mark.x - 6, edge - mark.width))
    let level = taken.findIndex((end) => end + 8 <= left)
    if (level < 0) level = taken.length
    taken[level] = left + mark.width
    labels[mark.index] = { x: mark.x, width: mark.width, level, left }
  }
  return labels
}
