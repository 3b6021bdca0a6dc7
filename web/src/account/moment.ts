/** A moment as an office reads it: day and time in China, without seconds. */
const FORM = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Etc/GMT-8', dateStyle: 'short', timeStyle: 'short' })

export function moment(text: string | null): string {
  return text === null || text === '' ? '' : FORM.format(new Date(text))
}
