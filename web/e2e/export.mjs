// Takes tables along as workbooks, opens them with two programs that know nothing of landcycle, and compares them
// with what the page was told.
import { copyFile, mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, settled, visit } from './browser.mjs'
import { converted, read } from './workbook.mjs'

async function taken(page, selector, folder, name) {
  const [download] = await Promise.all([page.waitForEvent('download'), page.click(selector)])
  const path = join(folder, name)
  await copyFile(await download.path(), path)
  return path
}

function compared(book, list) {
  expect(book.sheets.length === 2 && book.formulas.length === 0, `two sheets without a formula: ${book.sheets}`)
  expect(book.rows.length === list.total + 1, `${list.total} rows under a heading, not ${book.rows.length - 1}`)
  const column = (name) => book.rows[0].findIndex((title) => title.startsWith(name))
  list.rows.forEach((row, at) => {
    const cells = book.rows[at + 1]
    expect(cells[0] === row.case_id && cells[column('宗地面积')] === Number(row.area.value), `row ${at} should say what the page was told: ${cells}`)
    expect(cells[column('合同签订日期')].startsWith(row.signed_on), `a day should be a day: ${cells[column('合同签订日期')]}`)
  })
}

export async function exportJourney(browser, address, folder) {
  const { context, page, faults, to } = await visit(browser, address)
  const store = await mkdtemp(join(tmpdir(), 'landcycle-export-'))
  await page.goto(to('/?lang=zh&rule=idle_land&outcome=not_started'))
  await settled(page)
  await page.waitForSelector('[data-export="xlsx"]')
  const list = await (await fetch(to('/api/cases?rule=idle_land&outcome=not_started&limit=1000'))).json()
  const path = await taken(page, '[data-export="xlsx"]', store, 'cases.xlsx')
  const book = read(path)
  if (book) compared(book, list)
  const csv = await converted(path, store)
  if (csv !== null) expect(csv.includes(list.rows[0].case_id) && csv.split('\n').length >= list.total, 'LibreOffice should open it')

  await page.goto(to('/work?lang=en&state=overdue'))
  await page.waitForSelector('[data-filter="state"]')
  const work = await (await fetch(to('/api/work?state=overdue'))).json()
  const lines = read(await taken(page, '[data-export="xlsx"]', store, 'work.xlsx'))
  if (lines) {
    expect(lines.sheets[0] === 'Work list' && lines.rows.length === work.total + 1, `the work list under its filter: ${lines.rows.length}`)
    expect(lines.rows[1].includes(work.lines[0].case_id), 'the same order as on the page')
  }
  const text = (await readFile(await taken(page, '[data-export="csv"]', store, 'work.csv'))).toString()
  expect(text.startsWith('\uFEFFCase,'), 'CSV should be known as UTF-8')
  expect(faults.length === 0, faults.join('\n'))
  await context.close()
}
