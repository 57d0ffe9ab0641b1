/** Whether a text names a time zone of the IANA database, as everything that shows local time wants it. */

/** Offsets such as +08:00 are accepted by Intl but know no daylight saving: not a zone. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
