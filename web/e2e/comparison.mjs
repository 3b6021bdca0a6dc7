// Reads the law as a tree, compares a reform with it, and reaches a parcel that changes.
import { eventually, expect, go, picture, settled, visit } from './browser.mjs'

async function readLaw(page, folder) {
  await go(page, '/laws')
  await page.waitForSelector('[data-stage="planning"] [data-law-rule]')
  const stages = await page.locator('[data-stage]').evaluateAll((all) => all.map((one) => one.dataset.stage))
  expect(stages.join() === 'planning,supply,supervision,diagnosis', `the stages should follow a parcel's life: ${stages}`)
  await page.selectOption('[data-package]', 'shenzhen')
  await page.waitForURL(/\/laws\/shenzhen/)
  await page.fill('input[type="search"]', 'functional_mix')
  const entry = page.locator('[data-law-rule="functional_mix"]')
  await eventually(async () => (await entry.getAttribute('open')) !== null, 'a rule found by its name should open')
  const said = await entry.textContent()
  expect(said.includes('0.3') && said.includes('2018-01-01'), `the cap and its day should be there: ${said}`)
  await picture(page, folder, '9-law')
}

async function compareReform(page, folder) {
  await go(page, '/compare')
  await page.waitForSelector('[data-compare]')
  await page.selectOption('#compare-left', 'shenzhen')
  await page.selectOption('#compare-right', 'reform:reform-support-share')
  await page.click('[data-compare]')
  await page.waitForSelector('[data-changed-rule]')
  expect(new URL(page.url()).searchParams.get('reform') === 'reform-support-share', `the address should carry the reform: ${page.url()}`)
  await page.click('[data-changed-rule="functional_mix"] button')
  await page.waitForSelector('[data-changed-cases] tbody tr')
  const opened = await page.textContent('[data-changed-rule="functional_mix"]')
  expect(opened.includes('0.3 ') && opened.includes('0.35 '), `both caps should be shown as what differs: ${opened}`)
  const counted = Number(await page.getAttribute('[data-changed-total]', 'data-changed-total'))
  const line = Number((await page.textContent('[data-changed-rule="functional_mix"] [data-count]')).replaceAll(',', ''))
  expect(counted === line && counted > 0, `the list has ${counted} parcels, the line says ${line}`)
  const proposed = await page.locator('[data-changed-cases] tbody tr td:nth-child(3)').allTextContents()
  expect(proposed.every((text) => text.includes('示意')), `what rests on the proposal should be marked: ${proposed}`)
  await picture(page, folder, '10-compared')
}

async function narrowAndOpen(page) {
  const options = await page.locator('[data-move] option').allTextContents()
  await page.selectOption('[data-move]', { index: 1 })
  const wanted = Number(options[1].split('·').at(-1).replaceAll(',', ''))
  await eventually(async () => Number(await page.getAttribute('[data-changed-total]', 'data-changed-total')) === wanted,
    `the list should narrow to the ${wanted} parcels of ${options[1]}`)
  await page.reload()
  await settled(page)
  await page.waitForSelector('[data-changed-cases] tbody a')
  const link = page.locator('[data-changed-cases] tbody a').first()
  const id = (await link.textContent()).trim()
  await link.click()
  await page.waitForURL(/\/cases\//)
  await page.waitForSelector('[data-determination]')
  expect((await page.textContent('main')).includes(id), `the parcel's file should show ${id}`)
}

export async function comparisonJourney(browser, address, folder) {
  const { context, page, faults, to } = await visit(browser, address)
  await page.goto(to('/'))
  await settled(page)
  await readLaw(page, folder)
  await compareReform(page, folder)
  await narrowAndOpen(page)
  expect(faults.length === 0, faults.join('\n'))
  await context.close()
}
