// By mouse: filter to the parcels not started, open one, ask why, reach the clause, change the language.
import { eventually, expect, picture, settled, tableTotal, visit } from './browser.mjs'

const FILTER = '[data-rule="idle_land"][data-outcome="not_started"]'

async function filterPortfolio(page, folder) {
  expect((await page.textContent('h1')).includes('地块总览'), 'the portfolio should open in Chinese')
  expect((await page.getAttribute('html', 'lang')) === 'zh-CN', 'the page should declare zh-CN')
  await picture(page, folder, '1-portfolio')
  const all = await tableTotal(page)
  expect((await page.$(FILTER)) !== null, 'no parcel is not_started under idle_land: the store has nothing to show this journey')
  const counted = Number(await page.getAttribute(FILTER, 'data-count'))
  expect(counted > 0 && counted < all, `the facet should count some but not all parcels, it says ${counted} of ${all}`)
  await page.click(FILTER)
  await eventually(async () => (await tableTotal(page)) === counted,
    async () => `the table counts ${await tableTotal(page)} parcels, the facet said ${counted}`)
  const query = new URL(page.url()).searchParams
  expect(query.get('rule') === 'idle_land' && query.get('outcome') === 'not_started', `the address should carry the filter: ${page.url()}`)
  expect((await page.getAttribute(FILTER, 'aria-pressed')) === 'true', 'the chosen outcome should be marked as pressed')
  const rows = await page.locator('tbody tr').count()
  const word = (await page.locator(`${FILTER} .word`).textContent()).trim()
  const chips = await page.locator('tbody [data-explain="idle_land"]').allTextContents()
  expect(chips.length === rows && chips.every((text) => text.includes(word)), `every row should say ${word}: ${[...new Set(chips)]}`)
  await picture(page, folder, '2-filtered')
  await page.reload()
  await settled(page)
  expect((await tableTotal(page)) === counted, 'the address alone should reproduce the filtered table')
  return { counted, word }
}

async function sortByArea(page) {
  const areas = async () => {
    const texts = await page.locator('tbody a[href*="#fact-area"]').allTextContents()
    return texts.map((text) => Number(text.replaceAll(',', ''))).filter(Number.isFinite)
  }
  for (const [state, sign] of [['ascending', 1], ['descending', -1]]) {
    await page.click('[data-sort="area"]')
    await page.waitForSelector(`th[aria-sort="${state}"] [data-sort="area"]`)
    await eventually(async () => (await areas()).every((area, i, all) => i === 0 || (area - all[i - 1]) * sign >= 0), `areas should be ${state}`)
  }
}

async function openParcel(page, folder) {
  const link = page.locator('tbody th a').first()
  const id = (await link.textContent()).trim()
  await link.click()
  await page.waitForURL(/\/cases\//)
  await page.waitForSelector('[data-determination="idle_land"]')
  await page.waitForLoadState('networkidle')
  expect((await page.textContent('main')).includes(id), `the parcel's file should show ${id}`)
  expect((await page.locator('[id^="fact-"]').count()) > 0, 'the file should list facts')
  expect((await page.locator('[id^="event-"]').count()) > 0, 'the file should list events')
  const missing = page.locator('[data-determination]', { hasText: '待补充' })
  for (let i = 0; i < (await missing.count()); i += 1) {
    const card = (await missing.nth(i).textContent()).replace(/\s+/g, ' ')
    expect(/尚缺|失效|未|没有|为/.test(card), `an unknown outcome should say what is missing or why: ${card}`)
  }
  await picture(page, folder, '3-parcel')
  return id
}

async function openExplanation(page, folder, word) {
  await page.click('[data-determination="idle_land"] a[data-explain]')
  await page.waitForSelector('[data-answer="not_started"]')
  expect((await page.textContent('[data-answer]')).includes(word), `the explanation should answer ${word}`)
  expect((await page.locator('.tree [data-kind="fact"]').count()) > 0, 'the reasoning should reach facts')
  expect((await page.locator('.tree details').count()) > 1, 'the reasoning should be a tree')
  await picture(page, folder, '4-explanation')
}

async function openClause(page, folder) {
  const cite = page.locator('.tree [data-cite]').first()
  const id = await cite.getAttribute('data-cite')
  await cite.click()
  await page.waitForSelector('[data-clause] dl')
  expect((await page.textContent('[data-clause-text]')).trim().length > 5, `the clause ${id} should show its words`)
  expect(new URL(page.url()).searchParams.get('clause') === id, 'the address should carry the clause')
  await picture(page, folder, '5-clause')
  return id
}

async function switchLanguage(page, folder) {
  const chinese = await page.textContent('[data-clause-text]')
  await page.click('[data-language="en"]')
  await eventually(async () => (await page.getAttribute('html', 'lang')) === 'en', 'the page should declare English')
  await eventually(async () => (await page.textContent('[data-clause-text]')) !== chinese, 'the clause should change its language')
  expect((await page.textContent('.masthead nav')).includes('Portfolio'), 'the navigation should be English')
  expect(new URL(page.url()).searchParams.get('lang') === 'en', 'the address should carry the language')
  await picture(page, folder, '6-english')
}

async function reachLibrary(page, folder, cite) {
  const [document, article] = cite.split('#')
  await page.click('[data-to-library]')
  await page.waitForURL(new RegExp(`/documents/${document}`))
  await page.waitForSelector(`#${article}.aimed`)
  await picture(page, folder, '7-document')
  await page.goto(page.url().replace(/lang=\w+&?/, ''))
  await settled(page)
  expect((await page.getAttribute('html', 'lang')) === 'en', 'the language should be remembered without the address')
}

export async function pointerJourney(browser, address, folder) {
  const { context, page, faults, to } = await visit(browser, address)
  await page.goto(to('/'))
  await settled(page)
  const { word } = await filterPortfolio(page, folder)
  await sortByArea(page)
  await openParcel(page, folder)
  await openExplanation(page, folder, word)
  const cite = await openClause(page, folder)
  await switchLanguage(page, folder)
  await reachLibrary(page, folder, cite)
  expect(faults.length === 0, faults.join('\n'))
  await context.close()
}
