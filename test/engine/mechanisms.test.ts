/** How the mechanisms interact: every row of the table of alarms.md B7 that concerns a single alarm. */
import { describe, expect, test } from 'vitest';
import type { Calendar } from '../../src/core/calendar.ts';
import { toId } from '../../src/core/ids.ts';
import { type FloodGovernor, NO_GOVERNOR } from '../../src/engine/governor.ts';
import { createTestAlarmTimes } from '../support/model.ts';
import { toTicketCommand } from '../support/ticket-command.ts';
import { createRig, HOUR_MS, KEY, MINUTE_MS, refused } from './alarm-rig.ts';

const [NORMAL, BAD, WORSE] = [5, 11, 21];
const tickets = (rig: ReturnType<typeof createRig>) => rig.loop.tickets().map(({ stage }) => stage);

describe('B7 on-delay, off-delay, dead-band', () => {
  test('run the same under a shelf', () => {
    const rig = createRig({ rule: { onDelayMs: 2_000, offDelayMs: 3_000 } });
    rig.shelve(60);
    rig.feed(BAD);
    rig.loop.advance(1_750, () => rig.feed(BAD));
    expect(rig.loop.alarms()).toEqual([]);
    rig.loop.advance(250);
    expect(rig.said()).toEqual(['raised']);
    rig.feed(NORMAL);
    rig.loop.advance(2_750);
    expect(rig.open().isActive).toBe(true);
    rig.loop.advance(250);
    expect(rig.said()).toEqual(['ended']);
  });
});

describe('B7 latch', () => {
  const latching = { rule: { isLatching: true } };

  test('stays annunciated after its return, acknowledged or not, until it is reset', () => {
    const rig = createRig(latching);
    rig.feed(BAD);
    rig.feed(NORMAL);
    expect([rig.state(), rig.said()]).toEqual(['B', ['raised', 'returned', 'latched']]);
    rig.acknowledge();
    expect([rig.state(), rig.said()]).toEqual(['C', ['acknowledged']]);
    rig.reset();
    expect([rig.state(), rig.said()]).toEqual(['A', ['reset', 'ended']]);
  });

  test('is reset only when it has returned and been acknowledged', () => {
    const rig = createRig(latching);
    rig.feed(BAD);
    expect(() => rig.reset()).toThrow(refused('reset-not-allowed'));
    rig.acknowledge();
    expect(() => rig.reset()).toThrow(refused('reset-not-allowed'));
    rig.feed(NORMAL);
    rig.feed(BAD);
    rig.feed(NORMAL);
    expect(() => rig.reset()).toThrow(refused('reset-not-allowed'));
    expect(rig.state()).toBe('B');
  });

  test('is nothing that a rule without it can be reset from', () => {
    const rig = createRig();
    rig.feed(BAD);
    rig.feed(NORMAL);
    expect(() => rig.reset()).toThrow(refused('reset-not-allowed'));
  });

  test('survives a restart', () => {
    const rig = createRig(latching);
    rig.feed(BAD);
    rig.feed(NORMAL);
    rig.loop.restart(5_000);
    rig.feed(NORMAL);
    expect([rig.state(), rig.open().isLatched]).toEqual(['B', true]);
  });

  test('does not suppress what is downstream once its condition is gone', () => {
    const others = [
      {
        id: 'fan',
        upstream: { power: toId<never>('pump') },
        points: [{ name: 'fan', staleMs: null }],
        rules: [
          {
            id: 'fan-off',
            points: ['fan'],
            params: { point: 'fan', in: [1] },
            explainedBy: ['power' as const],
          },
        ],
      },
    ];
    const rig = createRig({ rule: { isLatching: true, explains: 'power' }, others });
    rig.loop.advance(16_000);
    rig.loop.feed({ p: BAD, fan: 1 });
    expect(rig.loop.alarm('fan-off')?.explainedBy?.key).toBe(KEY);
    rig.feed(NORMAL);
    expect(rig.open().isLatched).toBe(true);
    rig.loop.advance(61_000);
    expect(rig.loop.alarm('fan-off')).toMatchObject({ explainedBy: null });
    expect(rig.loop.tickets()).toHaveLength(2);
  });
});

describe('B7 re-alarm', () => {
  const hourly = { rule: { reAlarmMs: HOUR_MS } };

  test('goes on every time, and at the policy’s count the ticket is told that somebody above must be', () => {
    const rig = createRig(hourly);
    rig.feed(BAD);
    for (let hour = 0; hour < 4; hour++) {
      rig.acknowledge();
      rig.loop.advance(HOUR_MS);
    }
    expect(rig.open()).toMatchObject({ reAlarms: 4, acknowledged: null });
    const calls = rig.loop.events.filter(({ type }) => type === 're-alarmed');
    expect(calls.map(({ note }) => note)).toEqual([undefined, undefined, 'escalate', undefined]);
    expect(rig.loop.announced().filter((it) => it.endsWith(' noted'))).toHaveLength(1);
  });

  test('stands still in E and begins anew with the expiry', () => {
    const rig = createRig(hourly);
    rig.feed(BAD);
    rig.loop.advance(30 * MINUTE_MS);
    rig.shelve(120);
    expect(rig.open().reAlarmDueAtMs).toBeNull();
    rig.loop.advance(120 * MINUTE_MS + 59 * MINUTE_MS);
    expect(rig.open().reAlarms).toBe(0);
    rig.loop.advance(MINUTE_MS);
    expect(rig.open().reAlarms).toBe(1);
  });

  test('goes with the return and begins anew with the next raise', () => {
    const rig = createRig(hourly);
    rig.feed(BAD);
    rig.loop.advance(59 * MINUTE_MS);
    rig.feed(NORMAL);
    expect(rig.open().reAlarmDueAtMs).toBeNull();
    rig.feed(BAD);
    rig.loop.advance(59 * MINUTE_MS);
    expect(rig.open().reAlarms).toBe(0);
  });

  test('says nothing of an alarm that nobody can see, and speaks when it is seen again', () => {
    const rig = createRig(hourly);
    rig.feed(BAD);
    rig.feed('comm-loss');
    rig.loop.advance(2 * HOUR_MS);
    expect(rig.open()).toMatchObject({ reAlarms: 0 });
    rig.feed(BAD);
    rig.loop.advance(250);
    expect(rig.open()).toMatchObject({ reAlarms: 1 });
  });

  test('is the policy’s by severity where the rule says nothing, and none where the policy has none', () => {
    const low = createRig({ rule: { severity: 'low', params: { point: 'p', hi: { limit: 10 } } } });
    low.feed(BAD);
    expect(low.open().reAlarmDueAtMs).toBeNull();
    const medium = createRig();
    medium.feed(BAD);
    expect(medium.open().reAlarmDueAtMs).toBe(medium.loop.clock.now().wallMs + 8 * HOUR_MS);
    medium.feed(WORSE);
    expect(medium.open().reAlarmDueAtMs).toBe(medium.loop.clock.now().wallMs + HOUR_MS);
  });

  test('waits for the end of a flood that holds it back', () => {
    let isFlood = true;
    const governor: FloodGovernor = { ...NO_GOVERNOR, holdsReAlarm: () => isFlood };
    const rig = createRig({ ...hourly, governor });
    rig.feed(BAD);
    rig.loop.advance(2 * HOUR_MS);
    expect(rig.open().reAlarms).toBe(0);
    isFlood = false;
    rig.loop.advance(250);
    expect(rig.open().reAlarms).toBe(1);
  });
});

describe('B7 shelve', () => {
  test('is as long as the severity allows, and never for life safety', () => {
    const rig = createRig({ rule: { severity: 'high' } });
    expect(() => rig.shelve(121)).toThrow(refused('shelve-too-long'));
    rig.shelve(120);
    const grave = createRig({ rule: { severity: 'life-safety' } });
    expect(() => grave.shelve(1)).toThrow(refused('shelve-not-allowed'));
    const forbidden = createTestAlarmTimes({
      shelveMaxMs: { 'life-safety': HOUR_MS, high: 0, medium: 0, low: 0 },
    });
    const strict = createRig({ policy: { alarms: forbidden } });
    expect(() => strict.shelve(1)).toThrow(refused('shelve-not-allowed'));
    const lax = createRig({ policy: { alarms: forbidden }, rule: { severity: 'life-safety' } });
    expect(() => lax.shelve(1)).toThrow(refused('shelve-not-allowed'));
  });

  test('counts for the severity that the alarm has: what rises to high is shelved for no longer than high may be', () => {
    const rig = createRig();
    rig.feed(BAD);
    rig.shelve(480);
    rig.feed(WORSE);
    rig.loop.advance(250);
    expect(rig.open().shelf?.untilMs).toBe(rig.loop.clock.now().wallMs + 120 * MINUTE_MS);
    expect(() => rig.shelve(300)).toThrow(refused('shelve-too-long'));
  });

  test('lets the existing ticket and its clocks go on, and opens none', () => {
    const rig = createRig();
    rig.feed(BAD);
    const before = rig.loop.tickets()[0]?.clocks.map(({ dueAtMs }) => dueAtMs);
    rig.shelve(60);
    rig.loop.advance(3 * MINUTE_MS);
    expect(rig.loop.tickets()[0]?.clocks.map(({ dueAtMs }) => dueAtMs)).toEqual(before);
    expect(rig.loop.announced()).toContain('GC20261121-0001 clock-breached');
    const other = createRig();
    other.shelve(60);
    other.feed(BAD);
    other.loop.advance(30 * MINUTE_MS);
    expect(other.loop.tickets()).toEqual([]);
  });

  test('is released with its ticket, saying that the shelf has expired', () => {
    const rig = createRig();
    rig.shelve(60);
    rig.feed(BAD);
    rig.loop.advance(HOUR_MS);
    expect(rig.loop.events.map(({ type }) => type)).toEqual(['raised', 'shelf-reminder', 'shelf-expired']);
    expect([rig.state(), tickets(rig)]).toEqual(['B', ['dispatched']]);
    expect(rig.loop.tickets()[0]?.receivedAtMs).toBe(rig.loop.clock.now().wallMs);
  });

  test('brings a ticket that was closed meanwhile back to work', () => {
    // The next raise after a false alarm asks for work at once.
    const rig = createRig({ policy: { falseAlarm: { raises: 1, withinMs: HOUR_MS } } });
    rig.feed(BAD);
    rig.shelve(60);
    const ticket = rig.loop.tickets()[0];
    if (ticket === undefined) throw new Error('no ticket');
    rig.loop.command(toTicketCommand(ticket, { type: 'cancel', reason: 'false-alarm', note: 'cleaning' }));
    rig.loop.advance(HOUR_MS);
    expect([rig.state(), tickets(rig)]).toEqual(['B', ['cancelled', 'dispatched']]);
  });

  test('is unshelved by hand with its ticket: what is seen and still true is worked on', () => {
    const rig = createRig();
    rig.shelve(60);
    rig.feed(BAD);
    rig.unshelve();
    expect([rig.state(), tickets(rig)]).toEqual(['C', ['dispatched']]);
  });

  test('stays through however many returns and raises while it is timed', () => {
    const rig = createRig();
    rig.shelve(60);
    for (const value of [BAD, NORMAL, BAD, NORMAL, BAD]) rig.feed(value);
    expect([rig.state(), rig.open().count]).toEqual(['E', 1]);
    expect(rig.said()).toEqual(['raised', 'ended', 'raised', 'ended', 'raised']);
    expect(rig.loop.events.every(({ occurrence }) => occurrence.shelf !== null)).toBe(true);
  });

  test('is over with the return when it is one-shot, whether it began before the raise or after', () => {
    const before = createRig();
    before.feed(NORMAL);
    before.shelve(60, { isOneShot: true });
    before.feed(NORMAL);
    expect(before.state()).toBe('E');
    before.feed(BAD);
    before.feed(NORMAL);
    expect(before.state()).toBe('A');
    expect(before.loop.controlEvents.at(-1)).toMatchObject({ type: 'shelf-expired', note: 'one-shot' });
    before.feed(BAD);
    expect([before.state(), tickets(before)]).toEqual(['B', ['dispatched']]);
    const after = createRig();
    after.feed(BAD);
    after.shelve(60, { isOneShot: true });
    after.feed(NORMAL);
    after.feed(BAD);
    expect(after.state()).toBe('B');
  });

  test('is over at its time even when it is one-shot', () => {
    const rig = createRig();
    rig.feed(BAD);
    rig.shelve(60, { isOneShot: true });
    rig.loop.advance(HOUR_MS);
    expect(rig.state()).toBe('B');
  });

  test('reminds fifteen minutes before, once, and not of a shelf that is shorter', () => {
    const rig = createRig();
    rig.shelve(60);
    rig.loop.advance(45 * MINUTE_MS - 250);
    expect(rig.loop.controlEvents.map(({ type }) => type)).toEqual(['shelved']);
    rig.loop.advance(14 * MINUTE_MS);
    expect(rig.loop.controlEvents.map(({ type }) => type)).toEqual(['shelved', 'shelf-reminder']);
    const short = createRig();
    short.feed(NORMAL);
    short.loop.advance(250);
    // Between two sweeps: the reminder's time would lie behind the last one.
    short.loop.clock.advance(200);
    short.shelve(15);
    short.loop.advance(14 * MINUTE_MS);
    expect(short.loop.controlEvents.map(({ type }) => type)).toEqual(['shelved']);
  });

  test('ends at once when its alarm becomes life safety', () => {
    const rig = createRig({
      rule: { params: { point: 'p', hi: { limit: 10 }, hihi: { limit: 20, severity: 'life-safety' } } },
    });
    rig.feed(BAD);
    rig.shelve(60);
    rig.feed(WORSE);
    expect([rig.state(), rig.said()]).toEqual([
      'B',
      ['raised', 'shelved', 'severity-changed', 'shelf-expired'],
    ]);
    rig.feed(NORMAL);
    rig.acknowledge();
    rig.shelve(60);
    rig.feed(WORSE);
    expect(rig.state()).toBe('B');
    expect(rig.loop.controlEvents.at(-1)).toMatchObject({ type: 'shelf-expired', note: 'life-safety' });
    expect(rig.loop.tickets()[0]?.priority).toBe('emergency');
  });

  test('releases many at once with the gravest first', () => {
    const toRule = (id: string, severity: 'low' | 'medium' | 'high') =>
      ({ id, severity, points: ['q'], params: { point: 'q', in: [1] } }) as const;
    const rules = [toRule('minor', 'low'), toRule('major', 'high'), toRule('middling', 'medium')];
    const rig = createRig({ others: [{ id: 'fan', points: [{ name: 'q' }], rules }] });
    const untilMs = rig.loop.clock.now().wallMs + HOUR_MS;
    for (const { id } of rules)
      rig.loop.command({
        type: 'shelve-alarm',
        key: toId(`test-site/fan/${id}`),
        by: 'wang',
        reason: 'r',
        untilMs,
        isOneShot: false,
      });
    rig.loop.feed({ q: 1 });
    rig.loop.announced();
    rig.loop.advance(HOUR_MS);
    const expired = rig.loop.announced().filter((it) => it.endsWith('shelf-expired'));
    expect(expired).toEqual(['major shelf-expired', 'middling shelf-expired', 'minor shelf-expired']);
    expect(rig.loop.tickets().map(({ content }) => content.en)).toEqual(['major', 'middling', 'minor']);
  });

  test('of an alarm that the site does not have is refused', () => {
    const { loop } = createRig();
    const shelve = {
      type: 'shelve-alarm',
      by: 'wang',
      reason: 'r',
      untilMs: 9e15,
      isOneShot: false,
    } as const;
    expect(() => loop.command({ ...shelve, key: toId('test-site/pump/gone') })).toThrow(refused('not-found'));
  });
});

describe('B7 suppress by design', () => {
  /** Saturday 10:00 in Shanghai is when the clock starts. */
  const hours: Calendar = {
    id: toId('watch'),
    name: { zh: '值守', en: 'watch' },
    timeZone: 'Asia/Shanghai',
    week: Array.from({ length: 7 }, () => [{ from: 11 * 60, to: 12 * 60 }]),
    holiday: [],
    makeUp: null,
    days: null,
  };
  const watched = { rule: { calendar: hours.id }, calendars: [hours] };

  test('outside its hours an alarm is judged and recorded, not told, and opens no ticket', () => {
    const rig = createRig(watched);
    rig.feed(BAD);
    expect([rig.state(), rig.said(), tickets(rig)]).toEqual(['F', ['raised'], []]);
    expect(rig.open().suppression).toMatchObject({
      reason: 'schedule',
      text: { zh: '不在监视时段（值守）', en: 'outside its hours (watch)' },
    });
  });

  test('when its hours begin what still stands is told with the reason and gets its ticket', () => {
    const rig = createRig(watched);
    rig.feed(BAD);
    rig.loop.advance(HOUR_MS);
    expect([rig.state(), rig.said(), tickets(rig)]).toEqual([
      'B',
      ['raised', 'unsuppressed'],
      ['dispatched'],
    ]);
    expect(rig.loop.events.at(-1)).toMatchObject({ note: 'schedule' });
    rig.loop.advance(HOUR_MS);
    expect([rig.state(), tickets(rig)]).toEqual(['F', ['dispatched']]);
  });

  test('a sign that cannot be judged hides nothing', () => {
    const expectedWhen = {
      guards: [{ point: 'mode', in: [1], notIn: null }],
      text: { zh: '清洗中', en: 'cleaning' },
    };
    const rig = createRig({ rule: { points: ['p', 'mode'], expectedWhen } });
    rig.feed(BAD, 'comm-loss');
    expect([rig.state(), tickets(rig)]).toEqual(['B', ['dispatched']]);
  });

  test('a sign of an effect to be expected neither delays nor counts as a reading of the rule', () => {
    const expectedWhen = {
      guards: [{ point: 'mode', in: [1], notIn: null }],
      text: { zh: '清洗中', en: 'cleaning' },
    };
    const rig = createRig({
      rule: { points: ['p', 'mode'], expectedWhen, onDelayMs: 1_000, minGoodSamples: 3 },
    });
    rig.feed(BAD, 0);
    rig.loop.advance(5_000, () => rig.loop.feed({ mode: 0 }));
    expect(rig.loop.alarms()).toEqual([]);
  });

  test('hold-off: a child is released only when it has been read since its cause went', () => {
    const upstream = { power: toId<never>('pump') };
    const rules = [
      { id: 'fan-off', points: ['fan'], params: { point: 'fan', in: [1] }, explainedBy: ['power' as const] },
    ];
    const others = [{ id: 'fan', upstream, points: [{ name: 'fan' }], rules }];
    const rig = createRig({ rule: { explains: 'power' }, others });
    rig.loop.advance(16_000);
    rig.loop.feed({ p: BAD, fan: 1 });
    rig.feed(NORMAL);
    rig.loop.advance(90_000);
    expect(rig.loop.alarm('fan-off')?.explainedBy).not.toBeNull();
    rig.loop.feed({ fan: 1 });
    rig.loop.advance(250);
    expect(rig.loop.alarm('fan-off')?.explainedBy).toBeNull();
    expect(rig.loop.tickets()).toHaveLength(2);
  });

  for (const hide of ['shelve', 'outOfService'] as const) {
    test(`no silent chain: a cause that is hidden by ${hide} without a ticket releases what it explained`, () => {
      const upstream = { power: toId<never>('pump') };
      const rules = [
        {
          id: 'fan-off',
          points: ['fan'],
          params: { point: 'fan', in: [1] },
          explainedBy: ['power' as const],
        },
      ];
      const others = [{ id: 'fan', upstream, points: [{ name: 'fan', staleMs: null }], rules }];
      const rig = createRig({ rule: { explains: 'power', opensTicket: false }, others });
      rig.loop.advance(16_000);
      rig.loop.feed({ p: BAD, fan: 1 });
      rig.acknowledge();
      expect(rig.loop.alarm('fan-off')?.explainedBy?.key).toBe(KEY);
      rig[hide](60);
      rig.loop.advance(61_000);
      expect(rig.loop.alarm('fan-off')).toMatchObject({ explainedBy: null, ticket: 'GC20261121-0001' });
    });
  }
});

describe('B7 out of service', () => {
  test('needs a permit, the approval of another person, a reason and an end', () => {
    const rig = createRig();
    expect(() => rig.outOfService(60, { permit: ' ' })).toThrow(refused('approval-required'));
    expect(() => rig.outOfService(60, { approver: '' })).toThrow(refused('approval-required'));
    expect(() => rig.outOfService(60, { approver: 'wang' })).toThrow(refused('approval-required'));
    expect(() => rig.outOfService(-1)).toThrow(refused('end-not-ahead'));
    expect(rig.state()).toBe('A');
  });

  test('is the one way to hide life safety, and it comes back with its ticket', () => {
    const rig = createRig({ rule: { severity: 'life-safety', params: { point: 'p', hi: { limit: 10 } } } });
    rig.outOfService(60);
    rig.feed(BAD);
    expect([rig.state(), tickets(rig)]).toEqual(['G', []]);
    rig.loop.advance(HOUR_MS);
    expect([rig.state(), tickets(rig)]).toEqual(['B', ['recorded']]);
  });

  test('stands above suppression and shelf: what is hidden twice comes out when the last is over', () => {
    const rig = createRig();
    rig.feed(BAD);
    rig.shelve(60);
    rig.outOfService(120);
    expect(rig.state()).toBe('G');
    rig.loop.advance(HOUR_MS);
    expect([rig.state(), rig.open().shelf]).toEqual(['G', null]);
    rig.loop.advance(HOUR_MS);
    expect(rig.state()).toBe('B');
    const other = createRig();
    other.feed(BAD);
    other.outOfService(60);
    other.shelve(120);
    other.loop.advance(HOUR_MS);
    expect(other.state()).toBe('E');
  });
});

describe('B7 chatter hold', () => {
  const flap = (rig: ReturnType<typeof createRig>, times: number): void => {
    for (let count = 0; count < times; count++) {
      rig.feed(BAD);
      rig.loop.advance(1_000);
      rig.feed(NORMAL);
      rig.loop.advance(1_000);
    }
  };

  test('three raises in a minute begin it: one occurrence with a count, held until it is quiet', () => {
    const rig = createRig();
    flap(rig, 10);
    expect(rig.said()).toEqual(['raised', 'returned', 're-raised', 'returned', 're-raised', 'chattering']);
    expect(rig.open()).toMatchObject({ isActive: true, count: 10, chatter: { raises: 10 } });
    expect(rig.loop.tickets()).toHaveLength(1);
  });

  test('each raise inside makes the hold half as long again, up to the cap', () => {
    const rig = createRig();
    flap(rig, 3);
    expect(rig.open().chatter?.holdMs).toBe(60_000);
    flap(rig, 1);
    expect(rig.open().chatter?.holdMs).toBe(90_000);
    flap(rig, 20);
    expect(rig.open().chatter?.holdMs).toBe(HOUR_MS);
  });

  test('ends when it has been quiet for the hold, and says that it has returned', () => {
    const rig = createRig();
    flap(rig, 3);
    rig.said();
    rig.loop.advance(58_750);
    expect([rig.state(), rig.said()]).toEqual(['B', []]);
    rig.loop.advance(250);
    expect([rig.state(), rig.said()]).toEqual(['D', ['chatter-ended', 'returned']]);
    expect(rig.open()).toMatchObject({ chatter: null, count: 3 });
  });

  test('is found over occurrences that people have acknowledged', () => {
    const rig = createRig();
    for (let count = 0; count < 3; count++) {
      rig.feed(BAD);
      rig.acknowledge();
      rig.feed(NORMAL);
    }
    expect(rig.open()).toMatchObject({ chatter: { raises: 3 } });
    rig.loop.advance(60_000);
    expect(rig.state()).toBe('A');
  });

  test('a step of the wall clock neither ends nor lengthens the hold, and after a restart it begins anew with the first reading', () => {
    const rig = createRig();
    flap(rig, 3);
    rig.loop.clock.stepWall(-86_400_000);
    rig.loop.advance(250);
    rig.loop.clock.stepWall(172_800_000);
    rig.loop.advance(30_000);
    expect(rig.open().isActive).toBe(true);
    rig.loop.restart(1_000);
    rig.loop.advance(60_000);
    rig.feed(NORMAL);
    rig.loop.advance(59_500);
    expect(rig.open().isActive, 'nothing returns unread, and what nobody saw was not quiet').toBe(true);
    rig.loop.advance(500);
    expect(rig.state()).toBe('D');
  });

  test('a cause that is only held because it chatters explains nothing any more', () => {
    const upstream = { power: toId<never>('pump') };
    const rules = [
      { id: 'fan-off', points: ['fan'], params: { point: 'fan', in: [1] }, explainedBy: ['power' as const] },
    ];
    const others = [{ id: 'fan', upstream, points: [{ name: 'fan', staleMs: null }], rules }];
    const rig = createRig({ rule: { explains: 'power' }, others });
    rig.loop.advance(16_000);
    flap(rig, 10);
    expect(rig.open()).toMatchObject({ isActive: true });
    rig.loop.advance(61_000);
    rig.loop.feed({ fan: 1 });
    rig.loop.advance(5_250);
    expect(rig.open()).toMatchObject({ isActive: true });
    expect(rig.loop.alarm('fan-off')).toMatchObject({ explainedBy: null, ticket: 'GC20261121-0002' });
  });

  test('two raises in a minute and one after it are no chatter', () => {
    const rig = createRig();
    flap(rig, 2);
    rig.loop.advance(60_000);
    flap(rig, 1);
    expect(rig.open().chatter).toBeNull();
  });

  test('never holds life safety', () => {
    const rig = createRig({ rule: { severity: 'life-safety', params: { point: 'p', hi: { limit: 10 } } } });
    flap(rig, 5);
    expect(rig.open()).toMatchObject({ chatter: null, isActive: false, count: 5 });
    rig.feed(BAD);
    expect(rig.open()).toMatchObject({ chatter: null, isActive: true, count: 6 });
  });
});
