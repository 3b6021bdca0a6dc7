// Opens the map, hides a class, moves through time, colours by a rule, picks a parcel with the pointer and another
// by keyboard, and lands on its file. What is drawn is looked at pixel by pixel.
import { eventually, expect, picture, settled, visit } from './browser.mjs'

const drawn = (page) => page.waitForSelector('[data-map][data-drawn="yes"]')

/** How many colours a picture of the canvas has: a blank one has one. The page itself may not run `data:`. */
async function colours(page, context) {
  const canvas = page.locator('[data-map] canvas')
  const bytes = (await canvas.screenshot()).toString('base64')
  const other = await context.newPage()
  const many = await other.evaluate(async (text) => {
    const image = new Image()
    image.src = `data:image/png;base64,${text}`
    await image.decode()
    const sheet = document.createElement('canvas')
    sheet.width = image.width
    sheet.height = image.height
    const pen = sheet.getContext('2d')
    pen.drawImage(image, 0, 0)
    const { data } = pen.getImageData(0, 0, sheet.width, sheet.height)
    const found = new Map()
    for (let at = 0; at < data.length; at += 4) {
      const key = (data[at] >> 4) * 256 + (data[at + 1] >> 4) * 16 + (data[at + 2] >> 4)
      found.set(key, (found.get(key) ?? 0) + 1)
    }
    const all = sheet.width * sheet.height
    return [...found.values()].filter((count) => count > all / 2000).length
  }, bytes)
  await other.close()
  return many
}

const total = async (page) => Number((await page.getAttribute('[data-in-view]', 'data-total')) || 0)

async function look(page, context, folder) {
  // The first answer reads the whole store.
  await page.waitForSelector('[data-map][data-drawn="yes"]', { timeout: 60_000 })
  const many = await colours(page, context)
  expect(many >= 4, `parcels of several colours should be drawn, ${many} colours are`)
  await eventually(async () => (await total(page)) > 0, 'the parcels in view should be listed')
  await picture(page, folder, '60-map')
}

async function filter(page) {
  const before = await total(page)
  const entry = page.locator('[data-legend] [data-class]').last()
  const [code, count] = [await entry.getAttribute('data-class'), Number(await entry.getAttribute('data-count'))]
  await entry.focus()
  await page.keyboard.press('Space')
  await eventually(async () => (await total(page)) === before - count, `hiding ${code} should leave ${before - count} of ${before} parcels`)
  expect(new URL(page.url()).searchParams.get('hidden') === code, 'the address should keep what is hidden')
  await drawn(page)
  await page.reload()
  await drawn(page)
  await eventually(async () => (await total(page)) === before - count, 'the address should bring the view back')
  await page.click('[data-all]')
  await eventually(async () => (await total(page)) === before, 'everything should be shown again')
}

async function time(page, folder) {
  const day = new URL(page.url()).searchParams.get('as_of')
  const before = await total(page)
  await page.focus('[data-day-slider]')
  await page.keyboard.press('Home')
  await eventually(async () => new URL(page.url()).searchParams.get('as_of') !== day, 'the slider should move the day')
  await eventually(async () => (await total(page)) < before, 'on the first day there should be fewer parcels')
  await page.keyboard.press('PageUp')
  await page.focus('[data-play]')
  await page.keyboard.press('Enter')
  const from = await page.textContent('[data-day]')
  await eventually(async () => (await page.textContent('[data-day]')) !== from, 'playing should move the day')
  await page.keyboard.press('Enter')
  await picture(page, folder, '61-map-then')
  await page.click('[data-usual]')
  await eventually(async () => (await total(page)) === before, 'back on the assessment date the parcels should be there')
}

async function point(page, context, folder) {
  // The middle of the first parcel of the table, seen close, lies in the middle of the canvas.
  await page.locator('[data-select]').first().click()
  await page.waitForSelector('[data-selected] [data-open]')
  await page.click('[data-selected] .close')
  await drawn(page)
  const box = await page.locator('[data-map] canvas').boundingBox()
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2)
  await page.waitForSelector('[data-selected] [data-open]')
  await page.selectOption('[data-by]', 'term_left')
  await page.waitForSelector('[data-selected] [data-explain]')
  await page.check('[data-tall]')
  await drawn(page)
  await eventually(async () => (await colours(page, context)) >= 6, 'columns should be drawn in the colours of the steps')
  await picture(page, folder, '62-map-parcel')
  await page.uncheck('[data-tall]')
}

async function zone(page) {
  if ((await page.locator('[data-layer]').count()) === 0) return
  await page.locator('[data-layer]').first().uncheck()
  expect(new URL(page.url()).searchParams.get('off') !== null, 'the address should keep which layers are off')
  await page.locator('[data-layer]').first().check()
}

async function keyboard(page) {
  const row = page.locator('[data-select]').nth(1)
  const id = await row.getAttribute('data-select')
  await row.focus()
  await page.keyboard.press('Enter')
  await eventually(async () => new URL(page.url()).searchParams.get('case') === id, 'the row should select its parcel')
  await page.waitForSelector('[data-selected] [data-open]')
  await page.focus('[data-selected] [data-open]')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/cases\//)
  await settled(page)
  expect(page.url().includes(encodeURIComponent(id)), 'the link should lead to the file of the parcel')
}

export async function mapJourney(browser, address, folder) {
  const { context, page, faults, to } = await visit(browser, address)
  await page.goto(to('/map'))
  await look(page, context, folder)
  await filter(page)
  await time(page, folder)
  await zone(page)
  await point(page, context, folder)
  await keyboard(page)
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto(to('/map?lang=en'))
  await drawn(page)
  const wide = await page.evaluate(() => document.documentElement.scrollWidth)
  expect(wide <= 390, `on a phone the page should not scroll sideways: ${wide}`)
  await picture(page, folder, '63-map-phone')
  expect(faults.length === 0, faults.join('\n'))
  await context.close()
}
