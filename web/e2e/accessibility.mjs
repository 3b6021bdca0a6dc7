// Every page, both languages, light and dark, wide and narrow: nothing serious for axe, nothing wider than the window.
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { expect, picture, settled, visit } from './browser.mjs'

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const VISITORS = [
  { lang: 'zh', colorScheme: 'light', width: 1280 },
  { lang: 'en', colorScheme: 'dark', width: 1280 },
  { lang: 'en', colorScheme: 'light', width: 390 },
  { lang: 'zh', colorScheme: 'light', width: 1920 },
]

async function pagesOf(to) {
  const list = await (await fetch(to('/api/cases?rule=idle_land&outcome=not_started&limit=1'))).json()
  const documents = await (await fetch(to('/api/documents'))).json()
  const id = encodeURIComponent(list.rows[0].case_id)
  const why = await (await fetch(to(`/api/cases/${id}/explain/idle_land`))).json()
  const clause = encodeURIComponent(why.determination.cites[0].id)
  return {
    portfolio: '/', filtered: '/?rule=idle_land&outcome=not_started', parcel: `/cases/${id}`,
    explanation: `/cases/${id}/explain/idle_land`, clause: `/cases/${id}/explain/idle_land?clause=${clause}`,
    documents: '/documents', table1: '/documents?view=table1', fig1: '/documents?view=fig1',
    document: `/documents/${encodeURIComponent(documents[0].id)}`, parameters: '/parameters', law: '/laws/national',
    desk: '/desks/price', priced: '/desks/price?package=beijing&f.signed_on=2022-06-01&f.supply_mode=listing&f.area=20000&f.land_grade=5&f.land_use=rnd&f.far_agreed=2&f.term_years=20&f.occupancy_years=12&f.grant_term_years=15',
    screened: '/desks/screen?package=beijing&f.signed_on=2022-06-01&f.industry=C39&f.area=20000&f.far_agreed=2&f.fixed_investment_agreed=150000000&f.tax_agreed=8000000&f.output_agreed=240000000',
    mixed: `/desks/mix?package=beijing&f.signed_on=2022-06-01&floors=${encodeURIComponent('|production|8500\n|office_support|1000')}`,
    plans: '/plan', draft: '/plan/draft?package=sample-city&plan=2026&year=2026', plan: '/plans/2026', linkage: '/linkage', layers: '/layers', layer: '/layers/lines/1', compare: '/compare', compared: '/compare?left=beijing&right=shenzhen&rule=functional_mix', work: '/work', refusals: '/refusals', refusal: '/refusals/A13', begun: '/cases/NEW-1', map: '/map', overview: '/overview', evaluation: '/evaluation', idle: '/idle', credit: '/credit', importing: '/import', listings: '/listings', public: '/public', signin: '/sign-in', proposals: '/proposals', nowhere: '/no/such/page',
  }
}

async function findings(page) {
  // Evaluated in the page by the driver, which the page's own content policy does not bind.
  await page.evaluate(axe)
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }))
  return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id}: ${help}\n    ${nodes.slice(0, 3).map((node) => `${node.target} ${node.failureSummary?.replace(/\s+/g, ' ')}`).join('\n    ')}`)
}

export async function accessibilityJourney(browser, address, folder) {
  const wrong = []
  for (const { lang, colorScheme, width } of VISITORS) {
    const { context, page, faults, to } = await visit(browser, address, { width, colorScheme })
    for (const [name, path] of Object.entries(await pagesOf(to))) {
      await page.goto(to(`${path}${path.includes('?') ? '&' : '?'}lang=${lang}`))
      await settled(page)
      const where = `${name} (${lang}, ${colorScheme}, ${width})`
      for (const finding of await findings(page)) wrong.push(`${where}: ${finding}`)
      const excess = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      if (excess > 0) wrong.push(`${where}: the page is ${excess} px wider than the window`)
      await picture(page, folder, `a11y-${name}-${lang}-${colorScheme}-${width}`)
    }
    wrong.push(...faults)
    await context.close()
  }
  expect(wrong.length === 0, wrong.join('\n'))
}
