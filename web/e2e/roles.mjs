// node e2e/roles.mjs <address of a page with accounts> <folder for screenshots> [name of one journey]
// People sign in and find their work, and nothing that is not theirs.
import { launch } from './browser.mjs'
import { administratorJourney } from './roles/administrator.mjs'
import { auditorJourney } from './roles/auditor.mjs'
import { clerkJourney } from './roles/clerk.mjs'
import { firmJourney } from './roles/firm.mjs'
import { outsideJourney } from './roles/outside.mjs'
import { parkJourney } from './roles/park.mjs'
import { researcherJourney } from './roles/researcher.mjs'
import { supervisorJourney } from './roles/supervisor.mjs'

const [address, folder, only] = process.argv.slice(2)
if (!address || !folder) {
  console.error('usage: node e2e/roles.mjs <address of the page> <folder for screenshots> [name]')
  process.exit(2)
}

// The auditor comes last and reads of what the others did.
const journeys = {
  outside: outsideJourney, administrator: administratorJourney, supervisor: supervisorJourney, clerk: clerkJourney,
  park: parkJourney, firm: firmJourney, researcher: researcherJourney, auditor: auditorJourney,
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
