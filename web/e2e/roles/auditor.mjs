// The auditor reads who saw and did what, that the record is whole, and makes a token for another program.
import { expect, go, picture, settled } from '../browser.mjs'
import { clean, signedIn } from './people.mjs'

export async function auditorJourney(browser, address, folder) {
  const { context, page, faults, to } = await signedIn(browser, address, 'auditor')
  expect(page.url().includes('/audit'), 'the record is the first page')
  await page.locator('[role="status"]', { hasText: '未被改动' }).waitFor()
  await page.fill('#audit-account', 'firm')
  await page.keyboard.press('Tab')
  await page.waitForURL((url) => url.searchParams.get('account') === 'firm')
  await page.waitForFunction(() => [...document.querySelectorAll('tbody tr th')].every((cell) => cell.textContent === 'firm') && document.querySelectorAll('tbody tr').length > 3)
  const lines = await page.textContent('tbody')
  expect(lines.includes('地块档案') && lines.includes('404'), 'what the firm was refused stands there too')
  await picture(page, folder, 'roles-audit')
  await page.click('.who .opener')
  await page.click('.who a[href^="/account"]')
  await settled(page)
  await page.fill('#token-label', 'QGIS')
  await page.keyboard.press('Enter')
  await page.waitForSelector('.secret code')
  const token = await page.textContent('.secret code')
  const asked = await fetch(to('/api/cases?limit=1'), { headers: { authorization: `Bearer ${token}` } })
  expect(asked.status === 200, `a program with the token got ${asked.status}`)
  await go(page, '/')
  await settled(page)
  await page.waitForSelector('main table tbody tr')
  clean(faults)
  await context.close()
}
