import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import ts from 'typescript'

/** The grid adds with the decimals beside it: both are put into one module. */
async function both() {
  const text = async (name) => (await readFile(new URL(`../src/plan/${name}.ts`, import.meta.url), 'utf8')).replace(/^import .*$/gm, '')
  const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 }
  const { outputText } = ts.transpileModule(`${await text('decimal')}\n${await text('grid')}`, { compilerOptions: options })
  return import(`data:text/javascript;base64,${Buffer.from(outputText).toString('base64')}`)
}
const { begun, grid, trimmed, typed } = await both()

const CODES = ['plan_industrial', 'plan_residential']
const rows = [
  { district: 'East', line_use: 'plan_industrial', line_area: '10.5' },
  { district: 'East', line_use: 'plan_industrial', line_area: '2' },
  { district: 'West', line_use: 'plan_residential', line_area: '7' },
  { district: 'West', line_area: '1' },
]

test('lines become districts across uses, with their sums', () => {
  const table = grid(rows, 'line_use', CODES)
  assert.deepEqual(table.districts, ['East', 'West'])
  assert.deepEqual(table.columns, [...CODES, ''])
  assert.deepEqual(table.cells[0][0], { lines: [0, 1], total: '12.5' })
  assert.deepEqual(table.cells[0][1], { lines: [], total: '' })
  assert.deepEqual(table.rowTotals, ['12.5', '8'])
  assert.deepEqual(table.columnTotals, ['12.5', '7', '1'])
  assert.equal(table.total, '20.5')
})

test('a cell of one line is typed into, an empty one makes a line, one of several stays', () => {
  const table = grid(rows, 'line_use', CODES)
  const place = (district, code) => ({ district, by: 'line_use', code })
  assert.equal(typed(rows, table.cells[1][1], place('West', CODES[1]), '9')[2].line_area, '9')
  assert.deepEqual(typed(rows, table.cells[0][1], place('East', CODES[1]), '3').at(-1), { line_area: '3', district: 'East', line_use: CODES[1] })
  assert.deepEqual(typed(rows, table.cells[0][0], place('East', CODES[0]), '3'), rows)
  assert.deepEqual(typed(rows, table.cells[0][1], place('East', CODES[1]), ' '), rows)
  const waiting = [{ district: 'North' }]
  assert.deepEqual(typed(waiting, { lines: [], total: '' }, place('North', CODES[0]), '4'), [{ district: 'North', line_use: CODES[0], line_area: '4' }])
})

test('what is empty is not sent, and a plan begins with its year', () => {
  const draft = begun('City', '2026')
  draft.sheets.lines.push({ district: 'East', line_area: ' ' })
  assert.deepEqual(trimmed(draft).sheets.lines, [{ district: 'East' }])
  assert.equal(trimmed(draft).facts.plan_until, '2026-12-31')
})
