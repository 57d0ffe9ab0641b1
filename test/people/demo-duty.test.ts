/** The demo's people: at any hour an alarm of any severity is told to somebody by name. Gaps and renewal: duty-board.test.ts. */
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { CATALOG } from '../../src/catalog.ts';
import { loadSite } from '../../src/config/load.ts';
import { SEVERITY_NAMES } from '../../src/core/severity.ts';
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

/** Whom the policy tells of other things, and for whom the demo's roster has no shift, or who has no account in it. */
const OFF_ROSTER = /^(Security|Owner service|Foreman|Area responsible person) .* told by the policy/;

test('at every hour an alarm of any severity is told to somebody by name, of a lift as of a pump', async () => {
  const { policy, contacts, equipment } = loadSite(CONFIG, { catalog: CATALOG, env: {}, epoch: 1 });
  const duty = createDutyView(await makeDemoBook());
  const context = { policy, contacts, duty, timeZone: ZONE };
  for (const kind of ['lift', 'pump'] as const) {
    const one = [...equipment.values()].find((it) => it.kind === kind) ?? null;
    expect(one, kind).not.toBeNull();
    for (let atMs = TEST_START_MS; atMs < TEST_START_MS + SPAN_MS; atMs += STEP_MS) {
      for (const severity of SEVERITY_NAMES) {
        const { steps, gaps } = whoWouldBeTold({ atMs, severity, class: null, equipment: one }, context);
        const others = gaps.filter(({ en }) => !OFF_ROSTER.test(en));
        const untold = steps.filter(({ people }) => people.length === 0).map(({ id }) => id);
        expect({ kind, atMs, severity, untold, gaps: others }).toEqual({
          kind,
          atMs,
          severity,
          untold: [],
          gaps: [],
        });
      }
    }
  }
});

test('the night that runs at the start belongs to somebody', async () => {
  const duty = createDutyView(await makeDemoBook());
  // 01:00 of the day on which the roster is made.
  const on = duty.on(TEST_START_MS - 9 * HOUR_MS).map(({ assignment }) => assignment.username);
  expect(on).toEqual(expect.arrayContaining(['desk-chen', 'duty', 'engineer']));
});
