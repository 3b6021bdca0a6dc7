// The clerk of a joint department sees the parcels of a district and does the acts of that department alone.
import { expect, go, picture, settled } from '../browser.mjs'
import { clean, offered, signedIn } from './people.mjs'

export async function clerkJourney(browser, address, folder) {
  const { context, page, faults, to } = await signedIn(browser, address, 'clerk')
  const links = await offered(page)
  expect(links.includes('/work') && !links.includes('/compare') && !links.includes('/linkage'), `what a clerk is offered: ${links}`)
  const { rows, facets } = await (await page.request.get(to('/api/cases?limit=50'))).json()
  expect(facets.district.length === 1 && rows.length > 0, 'one district alone is seen')
  const id = rows[0].case_id
  await page.goto(to(`/cases/${encodeURIComponent(id)}?lang=zh`))
  await settled(page)
  await page.waitForSelector('[data-life]')
  expect((await page.locator('[data-act="take_over"]').count()) === 0, 'taking over is another department’s')
  await page.locator('[data-others]').waitFor()
  const answer = await page.evaluate(async (path) => {
    const body = JSON.stringify({ act: 'take_over', by: 'x' })
    return (await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body })).status
  }, `/api/cases/${encodeURIComponent(id)}/acts`)
  expect(answer === 403, `the API decides: ${answer}`)
  await go(page, '/work')
  await settled(page)
  await page.waitForSelector('main table tbody tr')
  await picture(page, folder, 'roles-clerk-work')
  clean(faults)
  await context.close()
}
