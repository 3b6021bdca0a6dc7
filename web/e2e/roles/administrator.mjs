// The administrator adds an account, disables it, and sees no parcel.
import { expect, picture, settled } from '../browser.mjs'
import { clean, offered, signedIn } from './people.mjs'

export async function administratorJourney(browser, address, folder) {
  const { context, page, faults, to } = await signedIn(browser, address, 'administrator')
  expect(page.url().includes('/accounts'), 'accounts are the first page')
  expect(!(await offered(page)).includes('/'), 'parcels are not for the administrator')
  await page.fill('#form-name', 'newcomer')
  await page.selectOption('#form-role', 'department')
  await page.fill('#form-password', 'short')
  await page.click('form .primary')
  await page.waitForSelector('form [role="alert"]')
  expect((await page.textContent('form [role="alert"]')).includes('department'), 'a department is asked for')
  await page.selectOption('#form-department', 'tax')
  await page.click('form .primary')
  await page.locator('form [role="alert"]', { hasText: '12' }).waitFor()
  await page.fill('#form-password', 'a long enough sentence')
  await page.click('form .primary')
  const row = page.locator('tbody tr').filter({ hasText: 'newcomer' })
  await row.waitFor()
  await picture(page, folder, 'roles-accounts')
  await row.locator('button').click()
  await page.check('#form-disabled')
  await page.click('form .primary')
  await row.filter({ hasText: '已停用' }).waitFor()
  await page.goto(to('/?lang=zh'))
  await settled(page)
  expect((await page.textContent('main h1')).includes('不能查看'), 'a page that is not theirs says so')
  clean(faults)
  await context.close()
}
