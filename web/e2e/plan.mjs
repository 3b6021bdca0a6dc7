// Drafts a plan that fails a constraint, sees the equation, mends it, adopts it, and sees it tracked.
import { readFile } from 'node:fs/promises'
import { eventually, expect, picture, settled, visit } from './browser.mjs'

/** A name of its own, so that the journey can be walked again over the same store. */
const PLAN = `e2e-${Date.now().toString(36)}`

async function draft(page, folder, to) {
  await page.goto(to('/plan'))
  await settled(page)
  await page.selectOption('[data-package]', 'sample-city')
  await page.fill('[data-year]', '2026')
  await picture(page, folder, '40-plans')
  await page.click('[data-begin]')
  await page.waitForSelector('[data-plan-grid]')
  await page.fill('[data-fact="plan_total"] input', '100')
  await page.selectOption('[data-fact="plan_level"] select', 'city_plan')
  for (const [district, area] of [['中区', '40'], ['东区', '50']]) {
    await page.fill('[data-new-district]', district)
    await page.press('[data-new-district]', 'Enter')
    await page.fill(`[data-cell="${district}|plan_industrial"]`, area)
    await page.locator(`[data-line$="|line_source"]`).last().selectOption('plan_stock')
    await page.locator(`[data-line$="|line_month"]`).last().fill('3')
    await page.locator(`[data-line$="|line_month"]`).last().press('Tab')
  }
  await page.waitForSelector('[data-constraint="plan_by_use"][data-state="fails"]')
  const said = await page.textContent('[data-constraint="plan_by_use"]')
  expect(said.includes('90') && said.includes('100') && said.includes('≠') && said.includes('10 公顷'), `the equation with its numbers: ${said}`)
  expect(await page.locator('[data-constraint="plan_by_use"] [data-cite]').count() > 0, 'it should open to its clause')
  await picture(page, folder, '41-plan-fails')
}

async function refusedFile(page) {
  await page.setInputFiles('[data-upload]', { name: 'lines.csv', mimeType: 'text/csv', buffer: Buffer.from('区,计划用途,计划面积 [公顷]\n中区,产业用地,many\n') })
  await page.waitForSelector('[data-upload-faults]')
  const said = await page.textContent('[data-upload-faults]')
  expect(said.includes('many') && said.includes('2'), `the cell at fault should be named: ${said}`)
}

async function mend(page, folder) {
  await page.fill('[data-cell="东区|plan_industrial"]', '60')
  await page.press('[data-cell="东区|plan_industrial"]', 'Tab')
  await eventually(async () => (await page.getAttribute('[data-constraint="plan_by_use"]', 'data-state')) === 'holds', 'a mended sum should hold')
  expect((await page.textContent('[data-grid-total]')).trim() === '100', 'the grid adds up')
  await page.reload()
  await page.waitForSelector('[data-plan-grid]')
  expect((await page.inputValue('[data-cell="东区|plan_industrial"]')) === '60', 'a draft survives a reload')
  await page.waitForSelector('[data-constraint]')
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('[data-workbook]')])
  expect((await readFile(await download.path())).subarray(0, 2).toString() === 'PK', 'the draft as a workbook')
  await page.setInputFiles('[data-upload]', { name: 'plan.xlsx', mimeType: 'application/octet-stream', buffer: await readFile(await download.path()) })
  await page.waitForSelector('.taken')
  await page.waitForSelector('[data-adopt]:not([disabled])')
  await picture(page, folder, '42-plan-mended')
}

async function adopt(page, folder) {
  await page.click('[data-adopt]')
  await page.fill('[data-id]', PLAN)
  await page.fill('[data-on]', '2026-01-05')
  await page.fill('[data-adopt-form] [data-by]', '规划科')
  if (await page.locator('[data-despite]').count() > 0) await page.fill('[data-despite]', '示例')
  await picture(page, folder, '43-plan-adopt')
  await page.click('[data-confirm]')
  await page.waitForSelector('[data-track]')
  await page.waitForSelector('[data-months]')
  await page.waitForSelector('.chart svg')
  const rows = await page.locator('[data-months] tbody tr').count()
  expect(rows === 12, `twelve months of the plan, not ${rows}`)
  expect((await page.textContent('[data-months] tbody tr:nth-child(3)')).includes('100'), 'what is planned stands in its month')
  await page.fill('[data-elsewhere]', '0')
  await page.press('[data-elsewhere]', 'Tab')
  await picture(page, folder, '44-plan-tracked')
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('[data-paper]')])
  expect((await readFile(await download.path())).subarray(0, 2).toString() === 'PK', 'the paper should be a DOCX file')
}

export async function planJourney(browser, address, folder) {
  const { context, page, faults, to } = await visit(browser, address)
  await draft(page, folder, to)
  await refusedFile(page)
  await mend(page, folder)
  await adopt(page, folder)
  await page.goto(to('/plan'))
  await page.waitForSelector(`[data-plan="${PLAN}"]`)
  expect(faults.length === 0, faults.join('\n'))
  await context.close()
}
