import assert from 'node:assert/strict'
import { readFile, readdir } from 'node:fs/promises'
import { test } from 'node:test'
import { load } from './load.mjs'

const { zh } = await load('i18n/zh.ts')
const { en } = await load('i18n/en.ts')
const places = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort()

async function sources() {
  const root = new URL('../src/', import.meta.url)
  const names = (await readdir(root, { recursive: true })).filter((name) => /\.(vue|ts)$/.test(name))
  return Promise.all(names.map(async (name) => ({ name, text: await readFile(new URL(name, root), 'utf8') })))
}

test('the catalogues have the same keys in the same order', () => {
  assert.deepEqual(Object.keys(en), Object.keys(zh))
})

test('a text names the same values in both languages, and is never empty', () => {
  for (const key of Object.keys(zh)) {
    assert.deepEqual(places(en[key]), places(zh[key]), key)
    assert.ok(zh[key].trim() && en[key].trim(), key)
  }
})

test('the Chinese catalogue speaks Chinese and the English one English', () => {
  const han = /\p{Script=Han}/u
  for (const [key, text] of Object.entries(en)) assert.ok(key === 'language.zh' || !han.test(text), key)
  const latin = new Set(['app.name', 'language.en', 'value.none', 'unit.m2', 'import.gap', 'list.gap'])
  for (const [key, text] of Object.entries(zh)) assert.ok(latin.has(key) || han.test(text), key)
})

test('no text of the page stands outside the catalogues', async () => {
  for (const { name, text } of await sources()) {
    if (name.startsWith('i18n')) continue
    assert.ok(!/\p{Script=Han}/u.test(text), `${name} has Chinese text of its own`)
  }
})

test('every key is used', async () => {
  const files = (await sources()).filter(({ name }) => !/i18n\/(zh|en)[./]/.test(name))
  const all = files.map(({ text }) => text).join('\n')
  // Families are looked up by a code from the server or from a list.
  const families = /^(rank|status|node|unit|grade|stage|step|library|filter|laws\.kind|may|proposals\.state|proposals\.told|theme|life\.stage|life\.tone|import\.change|duty\.state|acts\.group|condition)\./
  for (const key of Object.keys(zh)) assert.ok(families.test(key) || all.includes(`'${key}'`), `${key} is not used`)
})

test('no style attributes, inline handlers or raw HTML, so that a strict content policy holds', async () => {
  for (const { name, text } of await sources()) assert.ok(!/\sstyle="|v-html|innerHTML|\son[a-z]+="/.test(text), name)
})
