/** A small department for tests of duty: a desk, an engineer on duty, a stand-by electrician. */
import type { Assignment, Post, Roster, Shift } from '../../src/core/duty.ts';
import { type LocationId, toId } from '../../src/core/ids.ts';
import type { Role } from '../../src/core/roles.ts';
import { NO_PROFILE, type StaffBook, type StaffMember } from '../../src/people/staff-book.ts';

export const ZONE = 'Asia/Shanghai';
/** Saturday 2026-11-28 03:00 in Shanghai: the night shift of Friday. */
export const SATURDAY_3AM = Date.UTC(2026, 10, 27, 19);

export const SHIFTS: readonly Shift[] = [
  { id: 'day', name: { zh: '白班', en: 'Day' }, from: 480, to: 1200 },
  { id: 'night', name: { zh: '夜班', en: 'Night' }, from: 1200, to: 480 },
];

export const POSTS: readonly Post[] = [
  post('desk', 'desk'),
  post('duty-engineer', 'engineer'),
  { ...post('standby-electrician', 'engineer'), isStandby: true, certificates: ['electrician-lv'] },
];

export function post(id: string, role: Role): Post {
  return { id, name: { zh: id, en: id }, role, group: null, calendar: null, isStandby: false };
}

export function assign(date: string, onPost: string, shift: string, username: string): Assignment {
  return { date, post: onPost, shift, username, swappedFrom: null, approver: null };
}

export function member(
  username: string,
  roles: readonly Role[],
  more: Partial<StaffMember> = {},
): StaffMember {
  const ways = [{ way: 'phone' as const, address: '8800' }];
  return {
    ...NO_PROFILE,
    ways,
    username,
    name: { zh: username, en: username },
    roles,
    isDisabled: false,
    ...more,
  };
}

export function makeRoster(assignments: readonly Assignment[], more: Partial<Roster> = {}): Roster {
  return { version: 1, timeZone: ZONE, shifts: SHIFTS, posts: POSTS, assignments, ...more };
}

const [TOWER, B1, ROOM]: readonly LocationId[] = [toId('tower'), toId('b1'), toId('room')];
export const PLACES = { tower: TOWER as LocationId, b1: B1 as LocationId, room: ROOM as LocationId };

export function makeBook(
  roster: Roster | null,
  people: readonly StaffMember[],
  more: Partial<StaffBook> = {},
): StaffBook {
  return {
    roster,
    staff: new Map(people.map((one) => [one.username, one])),
    calendars: new Map(),
    parents: new Map([
      [PLACES.tower, null],
      [PLACES.b1, PLACES.tower],
      [PLACES.room, PLACES.b1],
    ]),
    ...more,
  };
}
