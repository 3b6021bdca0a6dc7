/** Files to the server and back: sent whole, with a progress nobody has to wait for in silence. */
import { ApiFault } from './resource'
import type { Problem } from './types'

/** Sends a file as it is; a fault without status means that no answer came. */
export async function sendFile<A>(path: string, file: Blob): Promise<A> {
  let response: Response
  try {
    response = await fetch(path, { method: 'POST', headers: { accept: 'application/json', 'content-type': 'application/octet-stream' }, body: file })
  } catch {
    throw new ApiFault(0, null)
  }
  const type = response.headers.get('content-type') ?? ''
  const body: unknown = type.includes('json') ? await response.json() : null
  if (!response.ok) throw new ApiFault(response.status, body as Problem | null)
  return body as A
}

/** Keeps a file under a name. */
export function save(file: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(file)
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
}

export function asFault(error: unknown): ApiFault {
  return error instanceof ApiFault ? error : new ApiFault(0, null)
}
