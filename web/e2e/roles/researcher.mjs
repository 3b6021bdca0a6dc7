// A researcher compares two laws over the portfolio and reads no file of a parcel.
import { expect, picture, settled } from '../browser.mjs'
import { clean, offered, signedIn } from './people.mjs'

export async function researcherJourney(browser, address, folder) {
  const { context, page, faults, to } = await signedIn(browser, address, 'researcher')
  expect(page.url().includes('/compare'), 'the laboratory is the first page')
  expect(!(await offered(page)).includes('/'), 'no list of parcels')
  await page.goto(to('/compare?left=beijing&right=shenzhen&rule=functional_mix&lang=zh'))
  await settled(page)
  await page.waitForSelector('main table')
  await picture(page, folder, 'roles-researcher')
  const answer = await page.request.get(to('/api/cases/SAMPLE-0000001'))
  expect(answer.status() === 403, `a file answered ${answer.status()}`)
  clean(faults)
  await context.close()
}
