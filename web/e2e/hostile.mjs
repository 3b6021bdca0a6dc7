// Names, places and origins that try to be scripts stay texts on every page that shows them.
import { expect, picture, settled, visit } from './browser.mjs'

const HOSTILE = [
  '<img src=x onerror="globalThis.__hit=1">', '"><script>globalThis.__hit=2</script>', "javascript:globalThis.__hit=3",
  '<svg onload=globalThis.__hit=4>', '{{constructor.constructor("globalThis.__hit=5")()}}', '=HYPERLINK("http://evil.example","x")',
]
const ID = 'H-<b>1</b>'

export async function hostileJourney(browser, address, folder) {
  const { context, page, faults, to } = await visit(browser, address)
  const alerts = []
  page.on('dialog', (dialog) => { alerts.push(dialog.message()); void dialog.dismiss() })
  await page.goto(to('/?lang=zh'))
  await settled(page)
  const { rows } = await (await page.request.get(to('/api/cases?limit=50'))).json()
  const { city, district } = rows.find((row) => row.city && row.district)
  const facts = {
    area: '9000', city, district, project_name: HOSTILE[0], location: HOSTILE[1], parcel_no: HOSTILE[4], park: HOSTILE[3],
  }
  const status = await page.evaluate(async ({ id, facts, origin }) => {
    const body = JSON.stringify({ act: 'reserve', by: '<i>x</i>', on: '2026-06-01', origin, facts })
    const answer = await fetch(`/api/cases/${encodeURIComponent(id)}/acts`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    return answer.status === 201 ? '' : `${answer.status} ${await answer.text()}`
  }, { id: ID, facts, origin: HOSTILE.join(' ') })
  expect(status === '', `the parcel should be reserved: ${status}`)
  const id = encodeURIComponent(ID)
  const paths = [
    `/cases/${id}`, `/cases/${id}/explain/land_terms`, `/?q=${encodeURIComponent('<img')}`, '/work', `/refusals/${encodeURIComponent(HOSTILE[1])}`,
    `/documents/${encodeURIComponent(HOSTILE[0])}`, `/laws/${encodeURIComponent(HOSTILE[1])}`, `/desks/price?f.project_name=${encodeURIComponent(HOSTILE[0])}`,
    `/compare?left=${encodeURIComponent(HOSTILE[1])}`, '/overview', '/map', '/idle', '/credit', '/evaluation', '/public', '/plan', '/listings',
  ]
  for (const path of paths) {
    await page.goto(to(`${path}${path.includes('?') ? '&' : '?'}lang=zh&as_of=2026-06-30`))
    await page.waitForLoadState('networkidle')
    const hit = await page.evaluate(() => globalThis.__hit ?? document.querySelectorAll('main img[src="x"], main script, main svg[onload], main [onerror]').length)
    expect(!hit, `${path}: a text became more than a text (${hit})`)
  }
  await page.goto(to(`/cases/${id}?lang=zh&as_of=2026-06-30`))
  await settled(page)
  await page.waitForSelector('[data-life]')
  const shown = await page.textContent('main')
  expect(shown.includes(HOSTILE[0]) && shown.includes(HOSTILE[1]), 'the texts themselves are shown as they are')
  await picture(page, folder, 'hostile')
  expect(alerts.length === 0, alerts.join())
  const wrong = faults.filter((fault) => !/status of 4/.test(fault))
  expect(wrong.length === 0, wrong.join('\n'))
  await context.close()
}
