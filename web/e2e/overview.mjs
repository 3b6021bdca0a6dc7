// A supervisor goes from the overview to an overdue case in two clicks, and looks at the desks of supervision.
import { eventually, expect, picture, settled, visit } from './browser.mjs'

async function numbersAreLists(page, to) {
  const told = await (await fetch(to('/api/overview'))).json()
  const overdue = told.duties.states.find((state) => state.name === 'overdue').count
  expect(overdue > 0, 'the sample city should have overdue duties')
  await page.goto(to('/overview?lang=zh'))
  await settled(page)
  await page.waitForSelector('[data-duty-state="overdue"]')
  expect((await page.textContent('[data-duty-state="overdue"]')).includes(overdue.toLocaleString('en')), 'the overdue duties should be counted')
  return overdue
}

async function twoClicks(page, folder, overdue) {
  await picture(page, folder, '30-overview')
  await page.click('[data-duty-state="overdue"]')
  await page.waitForSelector('[data-filter="state"]')
  await eventually(async () => Number(await page.getAttribute('[data-total]', 'data-total')) === overdue, 'the list should hold what was counted')
  const states = await page.locator('tr[data-state]').evaluateAll((rows) => [...new Set(rows.map((row) => row.dataset.state))])
  expect(states.join() === 'overdue', `only overdue duties were asked for: ${states}`)
  await page.locator('main table tbody tr a').first().click()
  await settled(page)
  await eventually(() => page.url().includes('/cases/'), 'the second click should open the parcel')
}

async function findings(page, to) {
  await page.goto(to('/overview?lang=zh'))
  await page.waitForSelector('[data-finding-rule="idle_land"] [data-outcome="not_started"]')
  const count = await page.getAttribute('[data-finding-rule="idle_land"] [data-outcome="not_started"]', 'data-count')
  await page.click('[data-finding-rule="idle_land"] [data-outcome="not_started"]')
  await page.waitForSelector('[data-chosen-finding]')
  await eventually(async () => (await page.getAttribute('[data-total]', 'data-total')) === count, 'a finding should open the parcels behind it')
  await page.goto(to('/overview?lang=zh'))
  await page.waitForSelector('[data-stage="building"]')
  const building = await page.getAttribute('[data-stage="building"]', 'data-count')
  await page.click('[data-stage="building"]')
  await page.waitForSelector('[data-chosen-stage]')
  await eventually(async () => (await page.getAttribute('[data-total]', 'data-total')) === building, 'a stage should open its parcels')
}

async function desks(page, folder, to) {
  await page.goto(to('/idle?lang=zh'))
  await page.waitForSelector('[data-step="found"] [data-idle-case]')
  expect((await page.locator('[data-step="found"] [data-next-act="take_over"]').count()) > 0, 'an imported case begins with being taken over')
  await picture(page, folder, '31-idle')
  await page.goto(to('/evaluation?lang=zh'))
  await page.waitForSelector('[data-duty="evaluation"]')
  await page.waitForSelector('[data-groups="district"]')
  await picture(page, folder, '32-evaluation')
  await page.goto(to('/credit?lang=zh'))
  await page.waitForSelector('[data-holder]')
  const holder = await page.locator('[data-holder]').first().getAttribute('data-holder')
  await page.click('[data-holder] a')
  await page.waitForSelector('[data-case]')
  expect((await page.textContent('[data-case]')).includes(holder), 'a holder should open its parcels')
}

async function onPaper(page, to) {
  await page.goto(to('/overview?lang=zh'))
  await page.waitForSelector('[data-duty-state="overdue"]')
  await page.emulateMedia({ media: 'print' })
  const shown = await page.evaluate(() => ['.masthead', '.export'].map((one) => getComputedStyle(document.querySelector(one)).display))
  expect(shown.every((display) => display === 'none'), `paper has no navigation: ${shown}`)
  await page.emulateMedia({ media: 'screen' })
}

/** A theme that is chosen holds for the page and for what is drawn on it, whatever the system says. */
async function byNight(page, to) {
  await page.goto(to('/overview?lang=zh'))
  const label = page.locator('.chart svg text').first()
  await label.waitFor()
  const seen = async () => [await page.evaluate(() => getComputedStyle(document.body).backgroundColor), await label.getAttribute('fill')]
  const [ground, ink] = await seen()
  await page.selectOption('.theme select', 'dark')
  await eventually(async () => (await seen()).every((now, at) => now !== [ground, ink][at]), async () => `page and chart should darken: ${await seen()}`)
  await page.reload()
  await label.waitFor()
  expect((await seen())[0] !== ground, 'the choice should be remembered')
  await page.selectOption('.theme select', 'auto')
  await eventually(async () => (await seen())[0] === ground, 'the system should decide again')
}

export async function overviewJourney(browser, address, folder) {
  const { context, page, faults, to } = await visit(browser, address)
  const overdue = await numbersAreLists(page, to)
  await twoClicks(page, folder, overdue)
  await findings(page, to)
  await desks(page, folder, to)
  await onPaper(page, to)
  await byNight(page, to)
  expect(faults.length === 0, faults.join('\n'))
  await context.close()
}
