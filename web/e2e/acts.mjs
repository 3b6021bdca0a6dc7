// Takes a parcel over, is refused a mortgage until the facts are there, acts by keyboard alone, and begins a new case.
// It writes to the store, so it goes last.
import { eventually, expect, go, picture, settled, visit } from './browser.mjs'

const WHO = '李工（演示）'

async function openForm(page, act) {
  await page.click(`[data-act="${act}"]`)
  await page.waitForSelector(`[data-act-form="${act}"]`)
}

async function doIt(page, act) {
  await page.click('[data-do]')
  await page.waitForSelector(`[data-act-form="${act}"]`, { state: 'detached' })
}

async function takeOver(page, folder) {
  expect((await page.locator('[data-act]').evaluateAll((all) => all.map((one) => one.dataset.act))).join() === 'take_over',
    'of an imported case nothing but taking over should be possible')
  await openForm(page, 'take_over')
  await page.click('[data-do]')
  await page.waitForSelector('[data-result="unfilled"]')
  await page.fill('#act-by', WHO)
  await doIt(page, 'take_over')
  await page.waitForSelector('[data-act="transfer"]')
  await picture(page, folder, '11-life')
}

async function refusedMortgage(page, folder) {
  await openForm(page, 'mortgage')
  expect((await page.inputValue('#act-by')) === WHO, 'who acts should be remembered')
  await page.fill('#act-fact-mortgage_amount', '50 万元')
  await page.fill('#act-fact-mortgage_until', '2030-01-01')
  await page.click('[data-do]')
  await page.waitForSelector('[data-result="refused"] [data-refusal="A14"] [data-missing]')
  const owed = await page.locator('[data-refusal="A14"]').first().textContent()
  expect(owed.includes('规划和自然资源部门') && owed.includes('§'), `who owes the facts and the clauses should be there: ${owed}`)
  expect(await page.evaluate(() => document.activeElement?.id) === 'act-result', 'focus should move to the result')
  expect((await page.inputValue('#act-fact-mortgage_amount')) === '50 万元', 'nothing that was typed should be lost')
  await picture(page, folder, '12-refused')
  await page.locator('[data-missing="land_certificate"] button').click()
  await page.check('input[name="act-fact-land_certificate"][value="yes"]')
  await page.check('input[name="act-fact-sealed"][value="no"]')
  await doIt(page, 'mortgage')
  await page.waitForSelector('[data-act="discharge"]')
  await page.locator('[data-grounds]').first().waitFor({ state: 'attached' })
}

async function suspectByKeyboard(page) {
  await page.focus('[data-act="suspect"]')
  await page.keyboard.press('Enter')
  await page.waitForSelector('[data-act-form="suspect"]')
  expect(await page.evaluate(() => document.activeElement?.id) === 'act-on', 'focus should begin at the day')
  await page.keyboard.press('Enter')
  await page.waitForSelector('[data-act-form]', { state: 'detached' })
  await page.waitForSelector('[data-act="inquire"]')
  const stands = async () => {
    const events = await page.textContent('.events')
    return events.includes('发现涉嫌闲置') && events.includes('接管建档') && (await page.locator('.events [data-package]').count()) === 3
  }
  await eventually(stands, async () => `the acts and their packages should stand among the events: ${await page.textContent('.events')}`)
}

async function workList(page, folder, id) {
  await go(page, '/work')
  await page.waitForSelector('main table tbody tr')
  await picture(page, folder, '13-work')
  await page.locator('main table tbody tr a').first().click()
  await settled(page)
  expect(page.url().includes('/cases/') && !page.url().includes(id), 'a line should lead to its parcel')
}

async function newCase(page, to) {
  await page.goto(to('/?lang=zh'))
  await settled(page)
  await page.click('[data-new-case]')
  const number = `JOURNEY-${Date.now()}`
  await page.fill('#new-number', number)
  await page.click('[data-begin]')
  await page.waitForSelector('[data-act="reserve"]')
  await openForm(page, 'reserve')
  await page.fill('#act-fact-area', '15 亩')
  await page.fill('#act-fact-city', '示例市')
  await page.click('[data-try]')
  await page.waitForSelector('[data-result="allowed"]')
  await doIt(page, 'reserve')
  await page.waitForSelector('[data-act="offer"]')
  const file = await (await fetch(to(`/api/cases/${number}`))).json()
  expect(file.facts.find((fact) => fact.name === 'area')?.value === '10000', 'fifteen mu are ten thousand square metres')
  expect(file.events.length === 1, 'trying should record nothing, and doing once')
}

export async function actsJourney(browser, address, folder) {
  const { context, page, faults, to } = await visit(browser, address, { width: 1440, height: 1000 })
  const list = await (await fetch(to('/api/cases?rule=idle_land&outcome=not_started&limit=9'))).json()
  // The sample's own idle case has been taken over already.
  const lives = await Promise.all(list.rows.map(async (row) => (await fetch(to(`/api/cases/${encodeURIComponent(row.case_id)}/life`))).json()))
  const id = lives.find((life) => life.acts.some((act) => act.name === 'take_over' && act.refusal === null)).case_id
  await page.goto(to(`/cases/${encodeURIComponent(id)}?lang=zh`))
  await settled(page)
  await eventually(async () => (await page.locator('[data-act="take_over"]').count()) === 1, 'the parcel should offer to be taken over')
  await takeOver(page, folder)
  await refusedMortgage(page, folder)
  await suspectByKeyboard(page)
  await workList(page, folder, id)
  await newCase(page, to)
  // A refusal is an answer, and the browser logs its status.
  const wrong = faults.filter((fault) => !fault.includes('422'))
  expect(wrong.length === 0, wrong.join('\n'))
  await context.close()
}
