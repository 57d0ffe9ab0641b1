/** The demo's people: at any hour an alarm of any severity is told to somebody by name. Gaps and renewal: duty-board.test.ts. */
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { CATALOG } from '../../src/catalog.ts';
import { loadSite } from '../../src/config/load.ts';
import type { Roster } from '../../src/core/duty.ts';
import { SEVERITY_NAMES, type Severity } from '../../src/core/severity.ts';
import { ensureDemoDuty } from '../../src/people/demo-duty.ts';
import { DEMO_USERS } from '../../src/people/demo-users.ts';
import { createDutyView } from '../../src/people/duty.ts';
import { NO_PROFILE, type StaffBook } from '../../src/people/staff-book.ts';
import { whoWouldBeTold } from '../../src/people/who.ts';
import type { Store, Write } from '../../src/store/store.ts';
import { createFakeClock, TEST_START_MS } from '../support/clock.ts';

const CONFIG = fileURLToPath(new URL('../../config/demo.yaml', import.meta.url));
const HOUR_MS = 3_600_000;
/** Each hour of the day comes once in these five days, which begin with a weekend. */
const [STEP_MS, SPAN_MS] = [5 * HOUR_MS, 120 * HOUR_MS];
const ZONE = 'Asia/Shanghai';
const SITE = loadSite(CONFIG, { catalog: CATALOG, env: {}, epoch: 1 });

/** What the demo's start writes about people, on the clock of the tests. */
async function makeDemoBook(): Promise<StaffBook> {
  const made: Write[] = [];
  const commit: Store['commit'] = async ({ writes }) => void made.push(...writes);
  const queries = {
    staff: async () => new Map(),
    roster: async () => null,
  } as unknown as Store['queries'];
  await ensureDemoDuty({ commit, queries }, createFakeClock(), ZONE);
  const profiles = new Map(
    made.flatMap((row) => (row.type === 'staff' ? [[row.username, row.profile]] : [])),
  );
  const roster = made.find((row) => row.type === 'roster')?.roster ?? null;
  const staff = DEMO_USERS.map(({ username, displayName: name, role }) => {
    const profile = profiles.get(username) ?? NO_PROFILE;
    return [username, { ...profile, username, name, roles: [role], isDisabled: false }] as const;
  });
  return { roster, staff: new Map(staff), calendars: new Map(), parents: new Map() };
}

/** To people in a lift the nearest goes: only the stand-by of the lifts holds the certificate, and comes after him. */
const NEAREST = 'assigned: Duty engineer holds no valid certificate lift';

/** What is wrong with an instant by the demo's own site and policy: steps that reach nobody, and every gap, with its step. */
function findFaults(book: StaffBook, kind: 'lift' | 'pump', atMs: number, severity: Severity) {
  const one = [...SITE.equipment.values()].find((it) => it.kind === kind) ?? null;
  expect(one, kind).not.toBeNull();
  const { policy, contacts } = SITE;
  const context = { policy, contacts, duty: createDutyView(book), timeZone: ZONE };
  const { steps, gaps } = whoWouldBeTold({ atMs, severity, class: null, equipment: one }, context);
  const untold = steps.filter(({ people }) => people.length === 0).map(({ id }) => `${id}: nobody`);
  const lacking = steps.flatMap(({ id, gaps: own }) => own.map(({ en }) => `${id}: ${en}`));
  return [...untold, ...lacking, ...gaps.map(({ en }) => en)].filter((fault) => fault !== NEAREST);
}

test('at every hour an alarm of any severity is told to somebody on duty or on call, of a lift as of a pump', async () => {
  const book = await makeDemoBook();
  for (const kind of ['lift', 'pump'] as const) {
    for (let atMs = TEST_START_MS; atMs < TEST_START_MS + SPAN_MS; atMs += STEP_MS) {
      for (const severity of SEVERITY_NAMES) {
        const faults = findFaults(book, kind, atMs, severity);
        expect({ kind, atMs, severity, faults }).toEqual({ kind, atMs, severity, faults: [] });
      }
    }
  }
});

test.each([
  ['security', 'security', /^Security .* told by the policy/],
  ['standby-foreman', 'foreman', /^Foreman .* told by the policy/],
  ['standby-owner-service', 'owner-service', /^Owner service .* told by the policy/],
  ['standby-area', 'area-manager', /^Area responsible person .* told by the policy/],
  ['standby-supervisor', 'supervisor', /^breach: nobody is on duty or stand-by/],
  ['standby-leader', 'leader', /^escalation: nobody is on duty or stand-by/],
] as const)(
  'a gap is found where %s has no shifts, and where %s has no account',
  async (post, username, found) => {
    const book = await makeDemoBook();
    const roster = book.roster as Roster;
    const posts = roster.posts.filter(({ id }) => id !== post);
    const unmanned = { ...book, roster: { ...roster, posts } };
    expect(findFaults(unmanned, 'pump', TEST_START_MS, 'high')).toContainEqual(expect.stringMatching(found));
    const staff = new Map([...book.staff].filter(([name]) => name !== username));
    const absent = findFaults({ ...book, staff }, 'pump', TEST_START_MS, 'high');
    expect(absent).toContainEqual(expect.stringMatching(/nobody/i));
  },
);

test('the night that runs at the start belongs to somebody', async () => {
  const duty = createDutyView(await makeDemoBook());
  // 01:00 of the day on which the roster is made.
  const on = duty.on(TEST_START_MS - 9 * HOUR_MS).map(({ assignment }) => assignment.username);
  expect(on).toEqual(expect.arrayContaining(['desk-chen', 'duty', 'engineer']));
});
