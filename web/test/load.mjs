// Loads the page's own TypeScript modules, with what they import of each other.
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

export async function load(path) {
  const entry = fileURLToPath(new URL(`../src/${path}`, import.meta.url))
  const made = await build({
    configFile: false,
    logLevel: 'silent',
    build: { write: false, minify: false, lib: { entry, formats: ['es'] } },
  })
  const { code } = made[0].output[0]
  return import(`data:text/javascript;base64,${Buffer.from(code).toString('base64')}`)
}
