/** Points that were looked at last, kept in this browser so that the next shift finds them. Ids only; no value. */

const STORAGE_KEY = 'riser.trends.recent';
const MAX_RECENT = 12;

/** Newest first. */
export function readRecent(): readonly string[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '[]');
    if (!Array.isArray(value)) return [];
    return value.filter((id): id is string => typeof id === 'string').slice(0, MAX_RECENT);
  } catch {
    return [];
  }
}

export function noteRecent(id: string): void {
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify(withRecent(readRecent(), id)));
  } catch {
    // Private windows may refuse storage; then there are no recent points.
  }
}

export function withRecent(known: readonly string[], id: string): readonly string[] {
  return [id, ...known.filter((other) => other !== id)].slice(0, MAX_RECENT);
}
