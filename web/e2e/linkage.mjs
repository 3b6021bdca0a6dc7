// Opens a book of linkage, gives land up, uses credit, is refused with the reason, and sees the balances.
import { eventually, expect, picture, settled, visit } from './browser.mjs'

const BOOK = `e2e-${Date.now().toString(36)}`
const GIVING = '示例甲区/一镇'
const USING = '示例乙区/园区街道'

async function open(page, to) {
  await page.goto(to('/linkage'))
  await settled(page)
  await page.click('[data-open-book] summary')
  await page.fill('[data-new-book]', BOOK)
  await page.fill('[data-new-title]', '示例台账')
  await page.fill('[data-new-on]', '2024-01-02')
  await page.fill('[data-new-by]', '示例市')
  await page.click('[data-open]')
  await eventually(() => page.url().includes(encodeURIComponent(BOOK)), 'the new book should be shown')
  await page.waitForSelector('[data-operation]')
}

async function act(page, name, fields, facts = {}) {
  await page.click(`[data-operation] [data-act="${name}"]`)
  for (const [field, text] of Object.entries({ on: '2024-06-30', by: '示例市', ...fields })) await page.fill(`[data-operation] [data-field="${field}"]`, text)
  for (const [fact, text] of Object.entries(facts)) {
    const field = page.locator(`[data-operation] [data-fact="${fact}"]`)
    if (text === 'yes') await field.locator('input[value="yes"]').check()
    else if (await field.locator('select').count() > 0) await field.locator('select').selectOption(text)
    else await field.locator('input[type="text"]').fill(text)
  }
}

export async function linkageJourney(browser, address, folder) {
  const { context, page, faults, to } = await visit(browser, address)
  await open(page, to)
  await act(page, 'give-up', { place: GIVING, parcel: `${BOOK}-1`, key: 'TC-1' }, { area: 'many', outside: 'yes', verified: 'yes' })
  await page.click('[data-do]')
  await page.waitForSelector('[data-wrong-fields]')
  expect((await page.textContent('[data-wrong-fields]')).includes('many'), 'the field at fault should be named')
  await page.fill('[data-operation] [data-fact="area"] input', '3')
  await page.click('[data-dry]')
  await page.waitForSelector('[data-result="would"]')
  expect(await page.locator('[data-journal] tbody tr').count() === 1, 'a trial records nothing')
  await page.click('[data-do]')
  await page.waitForSelector('[data-result="done"]')
  await page.waitForSelector(`[data-place="${GIVING}"]`)
  await picture(page, folder, '45-linkage')
  await act(page, 'use', { place: USING, project: '示例项目' }, { area: '1', in_park: 'yes', money: '5000000' })
  await page.click('[data-do]')
  await page.waitForSelector('[data-result="refused"] [data-refusal]')
  const code = await page.getAttribute('[data-refusal]', 'data-refusal')
  expect(/^L\d\d$/.test(code), `a refusal has its code, not ${code}`)
  await picture(page, folder, '46-linkage-refused')
  await page.goto(to(`/refusals/${code}`))
  await page.waitForSelector('[data-refusal-page]')
  await page.goto(to(`/linkage?book=${BOOK}&party=${encodeURIComponent(GIVING)}`))
  await page.waitForSelector(`[data-place="${GIVING}"]`)
  expect(await page.locator('[data-places] tbody tr').count() === 1, 'the address should bring the filter back')
  await page.waitForSelector('.chart svg')
  expect(faults.filter((fault) => !/status of 422/.test(fault)).length === 0, faults.join('\n'))
  await context.close()
}
