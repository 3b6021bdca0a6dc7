// Somebody who is not signed in reads the law, and is asked to sign in for the rest.
import { expect, go, picture, settled, visit } from '../browser.mjs'
import { clean, offered } from './people.mjs'

export async function outsideJourney(browser, address, folder) {
  const { context, page, faults, to } = await visit(browser, address)
  await page.goto(to('/?lang=zh'))
  await page.waitForSelector('#account-name')
  const links = await offered(page)
  expect(!links.includes('/') && links.includes('/laws'), `only what is public should be offered: ${links}`)
  await picture(page, folder, 'roles-sign-in')
  await page.fill('#account-name', 'nobody')
  await page.fill('#account-password', 'a wrong password')
  await page.keyboard.press('Enter')
  await page.waitForSelector('[role="alert"]')
  expect((await page.textContent('[role="alert"]')).includes('账户名或密码不对'), 'what is wrong should be said')
  expect(await page.evaluate(() => document.activeElement?.getAttribute('role')) === 'alert', 'focus should move to what is wrong')
  await go(page, '/laws')
  await settled(page)
  for (const path of ['/api/cases', '/api/work', '/api/visits', '/api/accounts', '/api/compare/choices']) {
    const answer = await page.request.get(to(path))
    expect(answer.status() === 401, `${path} answered ${answer.status()}`)
  }
  clean(faults)
  await context.close()
}
