// node e2e/journey.mjs <address of the page> <folder for screenshots> [name of one journey]
import { accessibilityJourney } from './accessibility.mjs'
import { actsJourney } from './acts.mjs'
import { launch } from './browser.mjs'
import { comparisonJourney } from './comparison.mjs'
import { desksJourney } from './desks.mjs'
import { hostileJourney } from './hostile.mjs'
import { keyboardJourney } from './keyboard.mjs'
import { pointerJourney } from './pointer.mjs'

const [address, folder, only] = process.argv.slice(2)
if (!address || !folder) {
  console.error('usage: node e2e/journey.mjs <address of the page> <folder for screenshots> [name of one journey]')
  process.exit(2)
}

const journeys = { pointer: pointerJourney, keyboard: keyboardJourney, comparison: comparisonJourney, accessibility: accessibilityJourney, acts: actsJourney, desks: desksJourney, hostile: hostileJourney }
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
