// A park manager reads the parcels and duties of the park's district on a phone, and changes nothing.
import { expect, go, picture, settled } from '../browser.mjs'
import { clean, signedIn } from './people.mjs'

export async function parkJourney(browser, address, folder) {
  const { context, page, faults, to } = await signedIn(browser, address, 'park', { width: 390, height: 800 })
  await page.goto(to('/?lang=zh'))
  await settled(page)
  expect((await page.locator('.masthead nav a[href^="/import"]').count()) === 0, 'nothing to import')
  const excess = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  expect(excess <= 0, `the page is ${excess} px wider than the phone`)
  await go(page, '/work')
  await settled(page)
  await page.waitForSelector('main table tbody tr')
  await page.locator('main table tbody tr a').first().click()
  await settled(page)
  await page.waitForSelector('[data-life]')
  expect((await page.locator('[data-act]').count()) === 0, 'a park manager does no acts')
  await picture(page, folder, 'roles-park')
  clean(faults)
  await context.close()
}
