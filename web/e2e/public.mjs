// A citizen without a mouse and without signing in: finds the plan, a listing's result and a notice of idle land, each with its
// clause; nothing private is on the way.
import { eventually, expect, picture, settled, visit } from './browser.mjs'

const STEPS = 90

async function tabTo(page, selector) {
  for (let step = 0; step < STEPS; step += 1) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`${selector} cannot be reached by Tab`)
}

async function open(page, kind) {
  await tabTo(page, `[data-kind-filter="${kind}"]`)
  await page.keyboard.press('Enter')
  await page.waitForURL(new RegExp(`kind=${kind}`))
  await eventually(() => page.$$eval('[data-item]', (items, wanted) => items.length > 0 && items.every((item) => item.dataset.kind === wanted), kind), `items of ${kind} should be listed`)
  await tabTo(page, `[data-kind="${kind}"] a`)
  await page.keyboard.press('Enter')
  await page.waitForSelector('[data-shown]')
  expect((await page.$$('[data-cite]')).length > 0, `${kind} should name its clause`)
}

async function back(page, to) {
  await page.goto(to('/public?lang=zh'))
  await settled(page)
  await page.waitForSelector('[data-item]')
}

export async function publicJourney(browser, address, folder) {
  const { context, page, faults, to } = await visit(browser, address)
  await back(page, to)
  await picture(page, folder, 'public-1-list')
  const why = await page.$$eval('[data-publication]', (all) => all.map((one) => [one.dataset.publication, one.querySelectorAll('[data-cite]').length]))
  expect(why.length >= 4 && why.every(([, cites]) => cites > 0), `every kind should stand with its clause: ${JSON.stringify(why)}`)

  await open(page, 'supply_plan')
  const plan = await page.textContent('main')
  expect(plan.includes('15.5') && plan.includes('C-02'), 'the plan should show its total and its parcels')
  expect(!plan.includes('不公开的项目名') && !plan.includes('内部备注'), 'project names and remarks of the plan are nobody else’s')
  await picture(page, folder, 'public-2-plan')

  await back(page, to)
  await open(page, 'listing_result')
  const result = await page.textContent('main')
  expect(result.includes('示例企业丙') && result.includes('5,600,000'), 'the winner and its commitments should be public')
  for (const loser of ['示例企业乙', '示例企业丁', '示例企业庚', '4,499,900', '4,700,000']) expect(!result.includes(loser), `${loser} lost and should not be public`)

  await back(page, to)
  await open(page, 'idle_land')
  const idle = await page.$$eval('[data-shown]', (all) => all.map((one) => one.dataset.shown))
  expect(idle.includes('location') && idle.includes('holder') && idle.includes('idle_found_on'), `place, holder and time should be public, not only ${idle}`)
  for (const name of ['price', 'output_agreed', 'tax_agreed', 'holder_id', 'idle_cause', 'industry', 'investment_total']) expect(!idle.includes(name), `${name} is not public`)
  await tabTo(page, '[data-cite]')
  await page.keyboard.press('Enter')
  await eventually(() => page.url().includes('/documents/order-53-2012'), 'the clause should open by keyboard')
  await picture(page, folder, 'public-3-clause')

  await back(page, to)
  await tabTo(page, '[data-search]')
  await page.keyboard.type('A-08')
  await page.keyboard.press('Enter')
  await page.waitForURL(/q=A-08/)
  await eventually(() => page.$$eval('[data-item]', (items) => items.length === 2), 'the search should find the listing and its result')
  const feed = await (await page.request.get(to('/api/public/feed'))).text()
  expect(feed.startsWith('<?xml') && (feed.match(/<entry>/g) ?? []).length >= 4, 'there should be a feed')
  const csv = await (await page.request.get(to('/api/public/table?form=csv'))).text()
  for (const text of [feed, csv, await (await page.request.get(to('/api/public?limit=500'))).text()])
    for (const secret of ['SAMPLE000', 'tax_agreed', '示例企业庚', '不公开的项目名', 'SAMPLE-0000']) expect(!text.includes(secret), `${secret} is public`)
  await page.setViewportSize({ width: 390, height: 844 })
  await back(page, to)
  expect((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0, 'the page should fit a phone')
  await picture(page, folder, 'public-4-phone')
  expect(faults.length === 0, faults.join('\n'))
  await context.close()
}
