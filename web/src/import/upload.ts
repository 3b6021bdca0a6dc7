/** Sending a file as it is, and getting an answer or a file for it. */
import { answer, ApiFault, queryText } from '../api/resource'
import type { Problem } from '../api/types'

type Entries = Record<string, string>

async function post(path: string, file: File, entries: Entries): Promise<Response> {
  const headers = { accept: 'application/json', 'content-type': 'application/octet-stream' }
  try {
    return await fetch(`${path}${queryText({ name: file.name, ...entries })}`, { method: 'POST', headers, body: file })
  } catch {
    throw new ApiFault(0, null)
  }
}

export async function upload<A>(path: string, file: File, entries: Entries): Promise<A> {
  return answer<A>(await post(path, file, entries))
}

export async function uploadForFile(path: string, file: File, entries: Entries): Promise<Blob> {
  const response = await post(path, file, entries)
  if (response.ok) return response.blob()
  const type = response.headers.get('content-type') ?? ''
  throw new ApiFault(response.status, type.includes('json') ? ((await response.json()) as Problem) : null)
}
