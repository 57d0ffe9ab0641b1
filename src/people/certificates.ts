/** Certificates of people that run out (证书到期): which, whose, in how many days. Pure; reminding is not done here. */
import type { CertificateNotice } from './port.ts';
import type { Staff } from './staff-book.ts';

const DAY_MS = 86_400_000;

/**
 * Those that have run out or will within so many days, soonest first. One that the person holds for longer by a newer
 * certificate of the same kind is not told, nor are those of disabled accounts.
 * @param today local date
 */
export function toCertificateNotices(
  staff: Staff,
  today: string,
  days: number,
): readonly CertificateNotice[] {
  const notices = [...staff.values()]
    .filter(({ isDisabled }) => !isDisabled)
    .flatMap(({ username, certificates }) => {
      /** Key: kind of certificate. */
      const last = new Map<string, string>();
      for (const { kind, validTo } of certificates)
        if (validTo > (last.get(kind) ?? '')) last.set(kind, validTo);
      return [...last].map(([kind, validTo]) => ({
        username,
        kind,
        validTo,
        daysLeft: toDays(today, validTo),
      }));
    });
  return notices
    .filter(({ daysLeft }) => daysLeft <= days)
    .sort((a, b) => a.daysLeft - b.daysLeft || (a.username < b.username ? -1 : 1));
}

function toDays(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);
}
