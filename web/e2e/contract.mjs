// Every answer of the API that a journey gets is held against the contract.
import Ajv2020 from 'ajv/dist/2020.js'

const contracts = new Map()

async function contractOf(home) {
  if (!contracts.has(home)) {
    contracts.set(home, (async () => {
      const contract = await (await fetch(new URL('/api/contract.json', home))).json()
      const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: false })
      ajv.addSchema({ $id: 'contract', ...contract })
      const routes = Object.entries(contract.paths).map(([path, methods]) => {
        const pattern = path.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{[^}]+\}/g, '[^/]+')
        return { path, methods, pattern: new RegExp(`^${pattern}$`), fixed: !path.includes('{') }
      })
      // An address without places goes before one whose place would fit it.
      routes.sort((a, b) => Number(b.fixed) - Number(a.fixed))
      return { ajv, routes, compiled: new Map(), contract }
    })())
  }
  return contracts.get(home)
}

const pointer = (parts) => parts.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')

/** What is wrong with an answer, or nothing. */
async function fault(home, response) {
  const { pathname } = new URL(response.url())
  const type = response.headers()['content-type'] ?? ''
  if (!pathname.startsWith('/api/') || !type.includes('json')) return null
  const { ajv, routes, compiled, contract } = await contractOf(home)
  const route = routes.find(({ pattern }) => pattern.test(pathname))
  if (!route) return response.status() === 404 ? null : `${pathname} is in no contract`
  const method = response.request().method().toLowerCase()
  const operation = route.methods[method]
  if (!operation) return response.status() === 405 ? null : `${method} ${pathname} is in no contract`
  const status = operation.responses[response.status()] ? String(response.status()) : 'default'
  const told = operation.responses[status]
  if (!told) return `${method} ${pathname}: ${response.status()} is in no contract`
  const shared = told.$ref?.split('/').at(-1)
  const media = (shared ? contract.components.responses[shared] : told).content ?? {}
  const kind = Object.keys(media).find((one) => type.startsWith(one))
  if (!kind) return `${method} ${pathname}: ${type} is in no contract`
  const where = shared
    ? pointer(['components', 'responses', shared, 'content', kind, 'schema'])
    : pointer(['paths', route.path, method, 'responses', status, 'content', kind, 'schema'])
  if (!compiled.has(where)) compiled.set(where, ajv.compile({ $ref: `contract#/${where}` }))
  const valid = compiled.get(where)
  let body
  try {
    body = await response.json()
  } catch {
    // The page left before the answer was there.
    return null
  }
  if (valid(body)) return null
  const first = valid.errors[0]
  return `${method} ${pathname} is not as the contract says: ${first.instancePath} ${first.message} ${JSON.stringify(first.params)}`
}

/** Watches a page; what is wrong is added to its faults. */
export function watch(page, home, faults) {
  const told = new Set()
  page.on('response', async (response) => {
    const wrong = await fault(home, response).catch((error) => `the contract cannot be read: ${error.message}`)
    if (wrong && !told.has(wrong)) {
      told.add(wrong)
      faults.push(wrong)
    }
  })
}
