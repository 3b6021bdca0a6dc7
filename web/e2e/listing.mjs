// An officer publishes a listing; two firms seal and hand in; bids are opened, ranked and awarded; every score opens to its clause.
import { readFile } from 'node:fs/promises'
import { eventually, expect, picture, settled, visit } from './browser.mjs'

const DAY = 86_400_000
const day = (today, days) => new Date(Date.parse(today) + days * DAY).toISOString().slice(0, 10)
const NOTICE = { listing_area: '30 亩', investment_required: '6000 万元', output_required: '10000 万元/年', tax_required: '450 万元/年', energy_required: '1000' }
const BIDS = [
  { bidder: '旅程企业甲', figures: { investment_committed: '7310', output_committed: '12987', tax_committed: '548.7', energy_committed: '1087' } },
  { bidder: '旅程企业乙', figures: { investment_committed: '6843', output_committed: '11234', tax_committed: '571.3', energy_committed: '1043' } },
]
const SECRETS = ['7310', '12987', '548.7', '5487000', '73100000', '6843', '571.3', '5713000']
// The keys of the invented bids that the sample store has sealed.
const key = (listing, bidder, [investment, output, tax, energy], salt) =>
  `landcycle bid 1\nlisting=${listing}\nbidder=${bidder}\nenergy_committed=${energy}\ninvestment_committed=${investment}\noutput_committed=${output}\ntax_committed=${tax}\nsalt=${salt}\n`
const OPENING = 'SAMPLE-2026-10'
const KEYS = [
  key(OPENING, '示例企业乙', ['70000000', '120000000', '5000000', '1100'], '76c7b7040df1797a11fafb682d006c930f1b5ebd7e13af04a631b3ff32071426'),
  key(OPENING, '示例企业丙', ['65000000', '110000000', '5600000', '1000'], '6802b34d37d5120a7faae69e7f45a6ed2fa776d26b3deb684bfe9a50abc5d9f5'),
]
const TO_RANK = 'SAMPLE-2026-09'

async function publish(page, to, number) {
  await page.goto(to('/listings?lang=zh'))
  await settled(page)
  const states = await page.$$eval('tbody [data-state]', (chips) => [...new Set(chips.map((chip) => chip.dataset.state))])
  expect(states.length >= 3, `the sample store should have listings in several states, not ${states}`)
  await page.click('[data-new]')
  await page.waitForSelector('[data-package]')
  await page.selectOption('[data-package]', 'sample-city')
  await page.waitForURL(/package=sample-city/)
  await page.waitForSelector('[data-fact="tax_required"]')
  const { today } = await (await page.request.get(to('/api/listings'))).json()
  await page.fill('[data-number]', number)
  await page.fill('[data-parcel]', '旅程地块')
  await page.fill('[data-closes]', day(today, 12))
  await page.fill('[data-ends]', day(today, 15))
  for (const [name, value] of Object.entries(NOTICE)) if (name !== 'tax_required') await page.fill(`[data-fact="${name}"] input`, value)
  await page.fill('[data-by]', '供地科')
  await page.click('[data-preview]')
  await page.waitForSelector('[data-refusal="B04"]')
  expect((await page.textContent('[data-refusal="B04"]')).includes('税收'), 'the refusal should name the figure that the notice lacks')
  await page.fill('[data-fact="tax_required"] input', NOTICE.tax_required)
  await page.click('[data-preview]')
  await page.waitForSelector('[data-ready]')
  expect((await page.textContent('[data-indicator="tax"]')).includes('15'), 'the preview should show tax per mu')
  await page.click('[data-publish]')
  await page.waitForSelector('[data-countdown]')
  expect((await page.textContent('[data-countdown]')).includes('12'), 'twelve days should be left')
}

async function handIn(page, to, number, { bidder, figures }) {
  const sent = []
  page.on('request', (request) => sent.push(request.postData() ?? ''))
  await page.goto(to(`/listings/${number}?lang=zh`))
  await settled(page)
  await page.fill('[data-bidder-name]', bidder)
  const [first] = Object.keys(figures)
  await page.fill(`[data-ask="${first}"] input`, 'many')
  await page.click('[data-seal]')
  await page.waitForSelector(`[data-ask="${first}"] [role="alert"]`)
  for (const [name, value] of Object.entries(figures)) await page.fill(`[data-ask="${name}"] input`, value)
  await page.click('[data-seal]')
  await page.waitForSelector('[data-sealed-here]')
  expect(await page.isDisabled('[data-hand-in]'), 'nothing should be handed in before the key is saved')
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('[data-save-key]')])
  const text = await readFile(await download.path(), 'utf8')
  expect(text.startsWith('landcycle bid 1\n') && text.includes(`bidder=${bidder}`), 'the key should be saved as the command line writes it')
  await page.fill('[data-hand-by]', bidder)
  await page.click('[data-hand-in]')
  await page.waitForSelector('[data-done]')
  await page.waitForSelector('[data-bids] tr.own')
  for (const secret of SECRETS) expect(sent.every((body) => !body.includes(secret)), `${secret} was sent before the deadline`)
  return text
}

async function open(page, to) {
  for (const text of KEYS) {
    await page.goto(to(`/listings/${OPENING}?lang=zh`))
    await settled(page)
    await page.fill('[data-key]', text)
    await page.fill('[data-by]', '窗口')
    await page.click('[data-open]')
    await page.waitForSelector('[data-done]')
  }
  const all = await page.textContent('main')
  expect(!all.includes('5,600,000') && !all.includes('65,000,000'), 'no figure should be shown before the ranking')
}

async function rank(page, to, folder) {
  await page.goto(to(`/listings/${TO_RANK}?lang=zh`))
  await settled(page)
  if (await page.$('[data-rank-bids]')) {
    await page.fill('[data-by]', '供地科')
    await page.click('[data-rank-bids]')
  }
  await page.waitForSelector('[data-result] [data-rank="1"]')
  expect((await page.getAttribute('[data-rank="1"]', 'data-bidder')) === '示例企业丙', 'the bid with the highest score should be first')
  expect((await page.textContent('[data-bidder="示例企业庚"]')).includes('税收'), 'a bid below the requirement should say why it is not ranked')
  await picture(page, folder, 'listing-3-ranked')
  if (await page.$('[data-award]')) {
    await page.click('[data-award]')
    await page.waitForSelector('[data-winner]')
  }
  expect((await page.textContent('[data-winner]')).includes('示例企业丙'), 'the first should have won')
  await page.click('[data-rank="1"] [data-reasons]')
  await page.waitForSelector('[data-tree]')
  await page.waitForSelector('[data-kind="parameter"]', { state: 'attached' })
  expect((await page.$$('.tree [data-cite]')).length > 3, 'every step should name its clause')
  await page.click('.tree [data-cite]:visible')
  await page.waitForSelector('[data-clause-text]')
  expect((await page.textContent('[data-clause-text]')).length > 10, 'the clause should be shown')
  await picture(page, folder, 'listing-4-why')
}

export async function listingJourney(browser, address, folder) {
  const number = `E2E-${Date.now()}`
  const officer = await visit(browser, address)
  await publish(officer.page, officer.to, number)
  await picture(officer.page, folder, 'listing-1-published')
  const keys = []
  for (const bid of BIDS) {
    const firm = await visit(browser, address)
    keys.push(await handIn(firm.page, firm.to, number, bid))
    await picture(firm.page, folder, 'listing-2-handed-in')
    expect(firm.faults.length === 0, firm.faults.join('\n'))
    await firm.context.close()
  }
  const { page, to, faults } = officer
  await page.goto(to(`/listings/${number}?lang=zh`))
  await eventually(async () => (await page.getAttribute('[data-sealed]', 'data-sealed')) === '2', 'two bids should be on record')
  const before = await (await page.request.get(to(`/api/listings/${number}`))).text()
  for (const secret of [...SECRETS, ...BIDS.map(({ bidder }) => bidder)]) expect(!before.includes(secret), `${secret} is told before the deadline`)
  const early = await page.request.post(to(`/api/listings/${number}/openings`), { data: { key: keys[0], by: '窗口' } })
  expect(early.status() === 422 && (await early.json()).code === 'B10', 'no bid should be opened before the deadline')
  await open(page, to)
  await rank(page, to, folder)
  const sheet = await page.request.get(to(`/api/listings/${number}/sheet`))
  expect(sheet.ok() && (await sheet.body()).length > 2000, 'the sheet should come as a document')
  // A refusal is an answer, which Chromium tells of as an error.
  const wrong = faults.filter((fault) => !fault.includes('422'))
  expect(wrong.length === 0, wrong.join('\n'))
  await officer.context.close()
}
