// Uploads a faulty layer and sees the feature and vertex; uploads a sound one, sees it in the list and on a parcel.
import { expect, picture, settled, visit } from './browser.mjs'

const NAME = `e2e-${Date.now().toString(36)}`
const collection = (ring) => Buffer.from(JSON.stringify({
  type: 'FeatureCollection',
  features: [{ type: 'Feature', id: '1', properties: { name: 'Invented park' }, geometry: { type: 'Polygon', coordinates: [ring] } }],
}))
const CROSSING = [[124.9, 29.4], [125.0, 29.6], [125.0, 29.4], [124.9, 29.6], [124.9, 29.4]]
const SOUND = [[124.8, 29.3], [125.2, 29.3], [125.2, 29.7], [124.8, 29.7], [124.8, 29.3]]

async function choose(page, name, ring) {
  await page.setInputFiles('[data-file]', { name, mimeType: 'application/geo+json', buffer: collection(ring) })
  await page.fill('[data-name]', NAME)
  await page.fill('[data-title]', 'Invented park')
  await page.selectOption('[data-kind]', 'park')
  await page.fill('[data-import] [data-by]', '示例市')
  await page.check('[data-illustrative]')
  await page.click('[data-preview]')
}

export async function layersJourney(browser, address, folder) {
  const { context, page, faults, to } = await visit(browser, address)
  await page.goto(to('/layers'))
  await settled(page)
  await choose(page, 'crossing.geojson', CROSSING)
  await page.waitForSelector('[data-faults]')
  const said = await page.textContent('[data-faults]')
  expect(said.includes('要素 1') && said.includes('顶点'), `the feature and the vertex should be named: ${said}`)
  expect(await page.isDisabled('[data-take]'), 'a faulty file cannot be imported')
  await page.locator('[data-faults]').scrollIntoViewIfNeeded()
  await picture(page, folder, '47-layer-faulty')
  await choose(page, 'park.geojson', SOUND)
  await page.waitForSelector('[data-sound]')
  await page.locator('[data-sound]').scrollIntoViewIfNeeded()
  await picture(page, folder, '48-layer-preview')
  await page.click('[data-take]')
  await page.waitForSelector('[data-imported]')
  await page.waitForSelector(`[data-layer="${NAME}/1"]`)
  await page.click(`[data-layer="${NAME}/1"] a`)
  await page.waitForSelector('[data-zones] tbody tr')
  await picture(page, folder, '49-layer')
  await page.goto(to('/cases/SAMPLE-0000001'))
  await page.waitForFunction(() => document.body.textContent.includes('Invented park'))
  await page.goto(to('/layers'))
  await page.waitForSelector('[data-judge-case]')
  await page.fill('[data-judge-case]', 'NO-SUCH-CASE')
  await page.selectOption('[data-judge-use]', 'housing')
  await page.click('[data-judge]')
  await page.waitForSelector('[data-judged]')
  expect(faults.length === 0, faults.join('\n'))
  await context.close()
}
