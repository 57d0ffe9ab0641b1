/** What is known of the people of `demo`, and their roster from today on; renewed when it is about to end. */
import type { Clock } from '../core/clock.ts';
import type { Assignment, Post, Roster, Shift, StaffProfile } from '../core/duty.ts';
import { toId } from '../core/ids.ts';
import type { Store, Write } from '../store/store.ts';
import { expandPattern } from './roster-pattern.ts';
import { addDays, toLocalDate } from './shift-time.ts';
import { NO_PROFILE } from './staff-book.ts';

/** Days that the demo's roster is made for, and days left at which it is made anew. */
const [MADE_DAYS, RENEW_DAYS] = [60, 14];
/** Demo certificates hold so long, but one, which is about to run out. */
const [HOLDS_DAYS, ENDS_DAYS] = [700, 20];

const SHIFTS: readonly Shift[] = [
  { id: 'day', name: { zh: '白班', en: 'Day' }, from: 480, to: 1200 },
  { id: 'night', name: { zh: '夜班', en: 'Night' }, from: 1200, to: 480 },
  { id: 'all-day', name: { zh: '全天', en: 'All day' }, from: 480, to: 480 },
];

const POSTS: readonly Post[] = [
  toPost('desk', '前台', 'Desk', 'desk'),
  toPost('fire-control', '消控室', 'Fire control room', 'duty'),
  toPost('duty-engineer', '工程值班', 'Duty engineer', 'engineer'),
  {
    ...toStandby('standby-electrician', '电工备勤', 'Stand-by electrician', 'engineer'),
    certificates: ['electrician-lv'],
  },
  toPost('security', '安保值班', 'Security', 'security'),
  toStandby('standby-lift', '电梯备勤', 'Stand-by for lifts', 'lift-safety'),
  toStandby('standby-foreman', '领班备勤', 'Foreman on call', 'foreman'),
  toStandby('standby-owner-service', '业主服务备勤', 'Owner service on call', 'owner-service'),
  toStandby('standby-area', '区域责任人备勤', 'Area responsible person on call', 'area-manager'),
  toStandby('standby-supervisor', '主管带班', 'Supervisor on call', 'supervisor'),
  toStandby('standby-manager', '经理带班', 'Manager on call', 'manager'),
  toStandby('standby-leader', '领导带班', 'Leader on call', 'leader'),
];

/**
 * Post, cycle and people; the desk's day belongs to `desk`, its night to `desk-chen`. The house is small: who is on call is on
 * call every day, and every role that the default policy tells is on the roster at every hour.
 */
const PATTERNS: readonly (readonly [post: string, cycle: readonly string[], people: readonly string[]])[] = [
  ['desk', ['day'], ['desk']],
  ['desk', ['night'], ['desk-chen']],
  ['fire-control', ['all-day'], ['duty']],
  ['duty-engineer', ['all-day'], ['engineer']],
  ['standby-electrician', ['all-day'], ['liu-qiang']],
  ['security', ['all-day'], ['security']],
  ['standby-lift', ['all-day'], ['lift-safety']],
  ['standby-foreman', ['all-day'], ['foreman']],
  ['standby-owner-service', ['all-day'], ['owner-service']],
  ['standby-area', ['all-day'], ['area-manager']],
  ['standby-supervisor', ['all-day'], ['supervisor']],
  ['standby-manager', ['all-day'], ['manager']],
  ['standby-leader', ['all-day'], ['leader']],
];

function toPost(id: string, zh: string, en: string, role: Post['role']): Post {
  return { id, name: { zh, en }, role, group: null, calendar: null, isStandby: false };
}

/** At home, told when nobody of the role is on duty. */
function toStandby(id: string, zh: string, en: string, role: Post['role']): Post {
  return { ...toPost(id, zh, en, role), isStandby: true };
}

/**
 * Writes the profiles that are not there yet, and a roster when there is none for the next two weeks. Call it after
 * `ensureDemoUsers`, before the duty board is opened.
 */
export async function ensureDemoDuty(
  store: Pick<Store, 'commit' | 'queries'>,
  clock: Clock,
  timeZone: string,
): Promise<void> {
  const [known, before] = await Promise.all([store.queries.staff(), store.queries.roster()]);
  const today = toLocalDate(timeZone, clock.now().wallMs);
  const writes: Write[] = Object.entries(toProfiles(today))
    .filter(([username]) => !known.has(username))
    .map(([username, profile]) => ({ type: 'staff', username, profile }));
  const last = (before?.assignments ?? []).reduce((latest, { date }) => (date > latest ? date : latest), '');
  if (last < addDays(today, RENEW_DAYS))
    writes.push({ type: 'roster', roster: toDemoRoster(timeZone, today, before) });
  if (writes.length > 0) await store.commit({ writes });
}

/** @param before null = the first */
export function toDemoRoster(timeZone: string, today: string, before: Roster | null): Roster {
  // The night that runs at this moment began yesterday.
  const [from, to] = [addDays(today, -1), addDays(today, MADE_DAYS)];
  const kept = (before?.assignments ?? []).filter(({ date }) => date < from);
  const made = PATTERNS.flatMap(([post, cycle, people]): readonly Assignment[] =>
    expandPattern({ post, from, to, cycle, people, step: 0, days: null }, MADE_DAYS + 2),
  );
  return {
    version: (before?.version ?? 0) + 1,
    timeZone,
    shifts: SHIFTS,
    posts: POSTS,
    assignments: [...kept, ...made],
  };
}

function toProfiles(today: string): Readonly<Record<string, StaffProfile>> {
  const hold = (kind: string, number: string, days = HOLDS_DAYS) => ({
    kind,
    number,
    validTo: addDays(today, days),
  });
  const reached = (extension: string, more: Partial<StaffProfile> = {}): StaffProfile => ({
    ...NO_PROFILE,
    ways: [
      { way: 'phone', address: extension },
      { way: 'radio', address: '1' },
    ],
    ...more,
  });
  return {
    supervisor: reached('8810', { groups: ['engineering'] }),
    desk: reached('8800', { groups: ['desk'] }),
    'desk-chen': reached('8800', { groups: ['desk'] }),
    engineer: reached('8811', {
      groups: ['engineering'],
      specialities: ['water', 'drainage', 'power', 'climate', 'meter'],
      certificates: [hold('electrician-lv', 'DEMO-0001'), hold('electrician-hv', 'DEMO-0007')],
    }),
    'liu-qiang': reached('8812', {
      groups: ['engineering', 'electrical'],
      specialities: ['power', 'meter'],
      certificates: [hold('electrician-lv', 'DEMO-0002'), hold('electrician-hv', 'DEMO-0003', ENDS_DAYS)],
    }),
    'zhou-bin': reached('8813', { groups: ['engineering', 'plumbing'], specialities: ['water', 'drainage'] }),
    duty: reached('8119', {
      specialities: ['fire', 'fire-water'],
      certificates: [hold('fire-control', 'DEMO-0004')],
    }),
    foreman: reached('8814', { groups: ['engineering'] }),
    'lift-safety': reached('8815', { specialities: ['lift'], certificates: [hold('lift', 'DEMO-0005')] }),
    'owner-service': reached('8816'),
    'area-manager': reached('8807'),
    security: reached('8806', { groups: ['security'], specialities: ['access'] }),
    manager: reached('8817'),
    leader: reached('8818'),
    contractor: reached('8805', {
      specialities: ['lift'],
      certificates: [hold('lift', 'DEMO-0006')],
      firm: toId('lift-maintainer'),
    }),
  };
}
