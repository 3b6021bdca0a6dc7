// Two supervisors: one proposes to take land back, cannot confirm it, and the other does.
import { expect, go, picture, settled } from '../browser.mjs'
import { clean, signedIn, signIn, signOut } from './people.mjs'

async function fill(page) {
  // Whatever the act must be given: a reader of the form fills every field that is required.
  for (const field of await page.locator('[data-act-form] [aria-required="true"]').all()) {
    const kind = await field.evaluate((one) => `${one.tagName} ${one.type ?? ''}`)
    if (kind.startsWith('SELECT')) await field.selectOption({ index: 1 })
    else if (kind.includes('radio') || kind.includes('FIELDSET') || kind.includes('DIV')) continue
    else if ((await field.inputValue()) === '') await field.fill(kind.includes('date') ? '2026-06-01' : '1')
  }
  for (const group of await page.locator('[data-act-form] fieldset').all()) await group.locator('input[type="radio"][value="yes"]').first().check()
}

export async function supervisorJourney(browser, address, folder) {
  const { context, page, faults, to } = await signedIn(browser, address, 'supervisor')
  const list = await (await page.request.get(to('/api/cases?rule=idle_land&outcome=no&limit=5'))).json()
  const all = list.rows?.length ? list : await (await page.request.get(to('/api/cases?limit=5'))).json()
  const id = all.rows.at(-1).case_id
  await page.goto(to(`/cases/${encodeURIComponent(id)}?lang=zh`))
  await settled(page)
  await page.waitForSelector('[data-act="take_over"]')
  await page.click('[data-act="take_over"]')
  await page.waitForSelector('[data-act-form="take_over"]')
  expect((await page.locator('#act-by').count()) === 0, 'who acts is known from the account')
  await page.click('[data-do]')
  await page.waitForSelector('[data-act="take_for_public_interest"]')
  expect((await page.textContent('[data-act="take_for_public_interest"]')).includes('第二人'), 'that a second person confirms is said on the button')
  await page.click('[data-act="take_for_public_interest"]')
  await page.waitForSelector('[data-act-form]')
  await fill(page)
  await page.click('[data-do]')
  await page.waitForSelector('[data-act-form]', { state: 'detached' })
  await page.locator('.waits', { hasText: '复核' }).waitFor()
  await go(page, '/proposals')
  const card = page.locator('[data-proposal]').filter({ hasText: id })
  await card.waitFor()
  expect((await card.locator('[data-confirm]').count()) === 0, 'nobody confirms their own')
  await picture(page, folder, 'roles-proposed')
  await signOut(page)
  await signIn(page, 'second')
  await go(page, '/proposals')
  await card.locator('[data-confirm]').click()
  await page.locator('[role="status"]', { hasText: '已复核并记录' }).waitFor()
  await page.goto(to(`/cases/${encodeURIComponent(id)}?lang=zh`))
  await settled(page)
  await page.waitForSelector('.events')
  const events = await page.textContent('.events')
  expect(events.includes('supervisor + second'), `both people should stand in the record: ${events.slice(-300)}`)
  await picture(page, folder, 'roles-confirmed')
  clean(faults)
  await context.close()
}
