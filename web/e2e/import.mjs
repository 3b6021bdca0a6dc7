// A clerk uploads a workbook with three faults, sees them, takes them along, uploads the mended one, and sees the
// case changed; then takes a department's form and files it. It writes to the store.
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually, expect, picture, settled, visit } from './browser.mjs'
import { write } from './workbook.mjs'

const CASE = `IMPORT-${Date.now()}`
const HEADING = ['supervision_no', 'project', 'location', 'city', 'district', 'area_ha', 'price_wan', 'signed']

async function choose(page, path) {
  await page.setInputFiles('[data-import-file]', path)
  await page.click('[data-look]')
  await page.waitForSelector('[data-preview]')
}

async function faulty(page, folder, store) {
  const path = join(store, 'faulty.xlsx')
  write(path, [HEADING, [CASE, '项目', '坐落', '示例市', '中区', 'abc', 'xyz', '2020-02-30'], [`${CASE}-2`, '项目二', '坐落二', '示例市', '中区', 1, 100, '2020-01-01']])
  await choose(page, path)
  expect((await page.locator('[data-faulty-row="2"]').count()) === 3, 'the three faults of the row should be told')
  expect((await page.getAttribute('[data-record]', 'disabled')) !== null, 'nothing should be imported while a row is faulty')
  expect((await page.locator('[data-nothing]').count()) === 1, 'it should be said that nothing is imported')
  await picture(page, folder, '33-import')
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('[data-faults]')])
  const bytes = await readFile(await download.path())
  expect(bytes.subarray(0, 2).toString() === 'PK', 'the faulty rows should come as a workbook')
}

async function mended(page, store, area) {
  const path = join(store, `mended-${area}.xlsx`)
  write(path, [HEADING, [CASE, '项目', '坐落', '示例市', '中区', area, 100, '2020-02-28']])
  await choose(page, path)
  await page.click('[data-record]')
  await page.waitForSelector('[data-recorded]')
}

async function changed(page, folder, store, to) {
  await mended(page, store, 1.5)
  const path = join(store, 'again.xlsx')
  write(path, [HEADING, [CASE, '项目', '坐落', '示例市', '中区', 2.5, 100, '2020-02-28']])
  await choose(page, path)
  expect((await page.textContent('[data-count="changed"]')).startsWith('1'), 'the case should count as changed')
  const shown = await page.textContent(`[data-sample="${CASE}"]`)
  expect(shown.includes('15,000') && shown.includes('25,000'), `before and after should be shown: ${shown}`)
  await picture(page, folder, '34-import-changed')
  await page.click('[data-record]')
  await page.waitForSelector('[data-recorded]')
  const file = await (await fetch(to(`/api/cases/${CASE}`))).json()
  expect(file.facts.find((fact) => fact.name === 'area')?.value === '25000', 'the case should have its new area')
}

async function report(page, store) {
  await page.selectOption('[data-report-department]', 'tax')
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('[data-report-form]')])
  expect((await readFile(await download.path())).subarray(0, 2).toString() === 'PK', 'the form should be a workbook')
  const path = join(store, 'report.csv')
  await writeFile(path, `case_id,reported_on,tax\n${CASE},2026-01-15,123456\n`)
  await page.fill('[data-report-by]', '税务窗口')
  await page.setInputFiles('[data-report-file]', path)
  await page.click('[data-report-look]')
  await page.waitForSelector('[data-filed]')
  await page.click('[data-report-send]')
  await eventually(async () => (await page.textContent('[data-filed]')).includes('已报送'), 'the report should be filed')
}

export async function importJourney(browser, address, folder) {
  const { context, page, faults, to } = await visit(browser, address)
  const store = await mkdtemp(join(tmpdir(), 'landcycle-import-'))
  await page.goto(to('/import?lang=zh'))
  await settled(page)
  await faulty(page, folder, store)
  await changed(page, folder, store, to)
  await report(page, store)
  expect(faults.length === 0, faults.join('\n'))
  await context.close()
}
