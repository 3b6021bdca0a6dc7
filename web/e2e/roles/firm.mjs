// A firm sees its own parcels and no other's, whatever address it types.
import { expect, picture, settled } from '../browser.mjs'
import { clean, offered, signedIn } from './people.mjs'

export async function firmJourney(browser, address, folder) {
  const { context, page, faults, to } = await signedIn(browser, address, 'firm')
  const links = await offered(page)
  expect(!links.includes('/compare') && !links.includes('/proposals') && !links.includes('/import'), `what a firm is offered: ${links}`)
  await page.goto(to('/?lang=zh'))
  await settled(page)
  await page.waitForSelector('[data-total]')
  const { rows, total } = await (await page.request.get(to('/api/cases?limit=1000'))).json()
  const holders = new Set(rows.map((row) => row.holder))
  expect(total > 0 && holders.size === 1, `one holder alone: ${[...holders]}`)
  await picture(page, folder, 'roles-firm')
  await page.click('main table tbody tr a')
  await settled(page)
  await page.waitForSelector('[data-life]')
  const own = new Set(rows.map((row) => row.case_id))
  const other = ['SAMPLE-0000001', 'SAMPLE-0000002', 'SAMPLE-0000003', 'SAMPLE-0000004'].find((id) => !own.has(id))
  await page.goto(to(`/cases/${other}?lang=zh`))
  await page.waitForSelector('[role="alert"]')
  expect((await page.textContent('main')).includes('不属于您的企业'), 'others’ files are not shown')
  for (const path of [`/api/cases/${other}`, `/api/cases/${other}/life`, `/api/cases/${other}/layers`, `/api/cases/${other}/explain/idle_land`]) {
    const answer = await page.request.get(to(path))
    expect(answer.status() === 404, `${path} answered ${answer.status()}`)
  }
  clean(faults)
  await context.close()
}
