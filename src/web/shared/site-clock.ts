/** The clock of the site as digits: what all times on the pages are made of. The browser may stand in another zone. Pure. */

/**
 * Tells UTC ms as `2026-11-21 14:05:09`; sv-SE writes dates as ISO 8601 does.
 * @param timeZone IANA name; undefined = the browser's
 */
export function createSiteClock(timeZone: string | undefined): (utcMs: number) => string {
  const clock = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  return (utcMs) => clock.format(utcMs);
}
