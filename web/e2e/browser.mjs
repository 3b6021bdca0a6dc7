// One Chromium for all journeys; what a journey expects is said in words when it fails.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { watch } from './contract.mjs'

const ARGUMENTS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
]
export const PATIENCE_MS = 15_000

export async function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ARGUMENTS })
}

/** A fresh visitor. Script errors, console errors and requests to other hosts are collected as faults. */
export async function visit(browser, address, { width = 1280, height = 900, colorScheme = 'light' } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme })
  const page = await context.newPage()
  page.setDefaultTimeout(PATIENCE_MS)
  const faults = []
  const home = new URL(address)
  page.on('pageerror', (error) => faults.push(`script error: ${error.message}`))
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of 4(01|03|04|09|13|22|29)/.test(message.text())) faults.push(`console: ${message.text()}`)
  })
  page.on('request', (request) => {
    if (new URL(request.url()).host !== home.host) faults.push(`request to another host: ${request.url()}`)
  })
  watch(page, home.origin, faults)
  return { context, page, faults, to: (path) => new URL(path, home).href }
}

export function expect(condition, message) {
  if (!condition) throw new Error(message)
}

/** Waits until `probe` gives a truthy value, and returns it. */
export async function eventually(probe, message) {
  const until = Date.now() + PATIENCE_MS
  for (;;) {
    const value = await probe()
    if (value) return value
    if (Date.now() > until) throw new Error(typeof message === 'function' ? await message() : message)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

export async function settled(page) {
  await page.waitForSelector('main h1')
  await page.waitForLoadState('networkidle')
}

/** Follows a link of the masthead, through its menu where it stands in one. */
export async function go(page, path) {
  const link = page.locator(`.masthead a[href^="${path}?"], .masthead a[href="${path}"]`).first()
  if (!(await link.isVisible())) await page.locator(`.masthead .menu:has(a[href^="${path}?"]) .opener`).click()
  await link.click()
}

export async function picture(page, folder, name) {
  await mkdir(folder, { recursive: true })
  await page.screenshot({ path: join(folder, `${name}.png`) })
}

export async function tableTotal(page) {
  return Number(await page.getAttribute('[data-total]', 'data-total'))
}
