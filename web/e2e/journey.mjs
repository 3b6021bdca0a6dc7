// node e2e/journey.mjs <address of the page> <folder for screenshots> [name of one journey]
import { accessibilityJourney } from './accessibility.mjs'
import { actsJourney } from './acts.mjs'
import { launch } from './browser.mjs'
import { comparisonJourney } from './comparison.mjs'
import { desksJourney } from './desks.mjs'
import { exportJourney } from './export.mjs'
import { hostileJourney } from './hostile.mjs'
import { importJourney } from './import.mjs'
import { keyboardJourney } from './keyboard.mjs'
import { layersJourney } from './layers.mjs'
import { linkageJourney } from './linkage.mjs'
import { listingJourney } from './listing.mjs'
import { mapJourney } from './map.mjs'
import { overviewJourney } from './overview.mjs'
import { planJourney } from './plan.mjs'
import { pointerJourney } from './pointer.mjs'
import { publicJourney } from './public.mjs'

const [address, folder, only] = process.argv.slice(2)
if (!address || !folder) {
  console.error('usage: node e2e/journey.mjs <address of the page> <folder for screenshots> [name of one journey]')
  process.exit(2)
}

// Those that write to the store come after those that only read it.
const journeys = {
  overview: overviewJourney,
  map: mapJourney,
  pointer: pointerJourney,
  keyboard: keyboardJourney,
  comparison: comparisonJourney,
  desks: desksJourney,
  public: publicJourney,
  export: exportJourney,
  accessibility: accessibilityJourney,
  plan: planJourney,
  linkage: linkageJourney,
  layers: layersJourney,
  listing: listingJourney,
  import: importJourney,
  acts: actsJourney,
  hostile: hostileJourney,
}
const browser = await launch()
let failed = 0
for (const [name, journey] of Object.entries(journeys)) {
  if (only && only !== name) continue
  try {
    await journey(browser, address, folder)
    console.log(`ok      ${name}`)
  } catch (error) {
    failed += 1
    console.error(`FAILED  ${name}: ${error.message}`)
  }
}
await browser.close()
process.exit(failed === 0 ? 0 : 1)
