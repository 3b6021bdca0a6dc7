// The same way by keyboard alone: nothing is clicked, and the focus is always to be seen.
import { eventually, expect, picture, settled, tableTotal, visit } from './browser.mjs'

const TABS_AT_MOST = 150

async function focused(page) {
  return page.evaluate(() => {
    const element = document.activeElement
    if (!element || element === document.body) return null
    const style = getComputedStyle(element)
    return { tag: element.tagName, outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 }
  })
}

async function tabTo(page, selector) {
  for (let i = 0; i < TABS_AT_MOST; i += 1) {
    await page.keyboard.press('Tab')
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)) {
      const at = await focused(page)
      expect(at?.outlined, `the focus on ${selector} cannot be seen`)
      return
    }
  }
  throw new Error(`${selector} is not reached by Tab within ${TABS_AT_MOST} steps`)
}

async function walkTree(page) {
  await tabTo(page, '.tree summary')
  await page.keyboard.press('ArrowLeft')
  await eventually(() => page.evaluate(() => document.activeElement.parentElement.open === false), 'ArrowLeft should close the step')
  await page.keyboard.press('ArrowRight')
  await eventually(() => page.evaluate(() => document.activeElement.parentElement.open === true), 'ArrowRight should open the step')
  await page.keyboard.press('ArrowDown')
  const depth = await page.evaluate(() => document.activeElement.tagName === 'SUMMARY' && document.activeElement !== document.querySelector('.tree summary'))
  expect(depth, 'ArrowDown should move to the next step')
  await page.keyboard.press('Home')
}

export async function keyboardJourney(browser, address, folder) {
  const { context, page, faults, to } = await visit(browser, address)
  await page.goto(to('/'))
  await settled(page)
  await page.keyboard.press('Tab')
  expect(await page.evaluate(() => document.activeElement.classList.contains('skip')), 'the first stop should be the skip link')
  const filter = '[data-rule="idle_land"][data-outcome="not_started"]'
  const counted = Number(await page.getAttribute(filter, 'data-count'))
  await tabTo(page, filter)
  await page.keyboard.press('Space')
  await eventually(async () => (await tableTotal(page)) === counted, 'the filter should act by keyboard')
  expect(await page.evaluate((wanted) => document.activeElement.matches(wanted), filter), 'filtering should keep the focus where it was')
  await tabTo(page, 'tbody [data-explain="idle_land"]')
  await page.keyboard.press('Enter')
  await page.waitForSelector('[data-answer]')
  await walkTree(page)
  await tabTo(page, '.tree [data-cite]')
  const cite = await page.evaluate(() => document.activeElement.dataset.cite)
  await page.keyboard.press('Enter')
  await page.waitForSelector('[data-clause] dl')
  expect(await page.evaluate(() => document.activeElement.closest('[data-clause]') !== null), 'the focus should move into the clause')
  await picture(page, folder, '8-keyboard-clause')
  await page.keyboard.press('Escape')
  await eventually(() => page.evaluate((id) => document.activeElement?.dataset?.cite === id, cite), 'Escape should close the clause and return to its citation')
  expect((await page.$('[data-clause]')) === null, 'the clause should be closed')
  expect(faults.length === 0, faults.join('\n'))
  await context.close()
}
