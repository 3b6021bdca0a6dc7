/** Words of a refusal whose places are filled case by case. */
export function openPlaces(text: string): string {
  return text.replace(/`?\{[^}]*\}`?/g, '…')
}

/** Whether anything is said before a case fills it. */
export function isSaid(text: string): boolean {
  return openPlaces(text).replace(/[…:：;；\s]/g, '') !== ''
}
