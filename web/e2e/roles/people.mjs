// Signing in and out as a person does.
import { expect, settled, visit } from '../browser.mjs'

export const PASSWORD = 'correct horse battery'

/** A visitor who has signed in by keyboard and stands on the first page of their role. */
export async function signedIn(browser, address, name, options = {}) {
  const visitor = await visit(browser, address, options)
  const { page, to } = visitor
  await page.goto(to('/sign-in?lang=zh'))
  await signIn(page, name)
  return visitor
}

export async function signIn(page, name, password = PASSWORD) {
  await page.waitForSelector('#account-name')
  await page.focus('#account-name')
  await page.keyboard.type(name)
  await page.keyboard.press('Tab')
  await page.keyboard.type(password)
  await page.keyboard.press('Enter')
  await page.waitForSelector('.masthead .who')
  await page.waitForURL((url) => url.pathname !== '/sign-in')
  await settled(page)
}

export async function signOut(page) {
  await page.click('.who .opener')
  await page.click('[data-sign-out]')
  await page.waitForSelector('#account-name')
}

/** What the masthead offers. */
export async function offered(page) {
  return page.locator('.masthead nav a').evaluateAll((links) => links.map((link) => new URL(link.href).pathname))
}

export function clean(faults) {
  // A refusal that a journey asks for is told by the browser too.
  const wrong = faults.filter((fault) => !/status of 4(01|03|04|09|13|22|29)/.test(fault))
  expect(wrong.length === 0, wrong.join('\n'))
}
