/** Every row of the ISA-18.2 table (alarms.md B1), through rules, people and time. */
import { describe, expect, test } from 'vitest';
import { createRig, HOUR_MS, MINUTE_MS, type Rig, type RigOptions, refused } from './alarm-rig.ts';

const [NORMAL, BAD, WORSE] = [5, 11, 21];
/** Suppressed by design while `mode` is 1. */
const BY_DESIGN: RigOptions = {
  rule: {
    points: ['p', 'mode'],
    expectedWhen: {
      guards: [{ point: 'mode', in: [1], notIn: null }],
      text: { zh: '清洗中', en: 'cleaning' },
    },
  },
};

/** Brings a rig into a state from which rows 8 and 11 start. */
function bring(rig: Rig, to: 'A' | 'B' | 'C' | 'D'): void {
  rig.feed(NORMAL, 0);
  if (to === 'A') return;
  rig.feed(BAD);
  if (to === 'C') rig.acknowledge();
  if (to === 'D') rig.feed(NORMAL);
  expect(rig.state()).toBe(to);
  rig.said();
}

describe('B1, the rows of rule and acknowledgement', () => {
  test('B1 row 1: A, the alarm occurs after its on-delay, to B', () => {
    const rig = createRig({ rule: { onDelayMs: 5_000 } });
    rig.feed(NORMAL);
    rig.feed(BAD);
    rig.loop.advance(4_750, () => rig.feed(BAD));
    expect([rig.state(), rig.said()]).toEqual(['A', []]);
    rig.loop.advance(250);
    expect([rig.state(), rig.said()]).toEqual(['B', ['raised']]);
  });

  test('B1 row 1: the onset lies between the last normal reading and the first that was not', () => {
    const rig = createRig();
    rig.feed(NORMAL);
    const normalAtMs = rig.loop.clock.now().wallMs;
    rig.loop.advance(3_000);
    rig.feed(BAD);
    expect(rig.open()).toMatchObject({ onsetAfterMs: normalAtMs, onsetAtMs: normalAtMs + 3_000 });
  });

  test('B1 row 2: B, acknowledged, to C', () => {
    const rig = createRig();
    bring(rig, 'B');
    rig.acknowledge();
    expect([rig.state(), rig.said()]).toEqual(['C', ['acknowledged']]);
  });

  test('B1 row 3: B, returns after its off-delay, to D', () => {
    const rig = createRig({ rule: { offDelayMs: 5_000 } });
    bring(rig, 'B');
    rig.feed(NORMAL);
    rig.loop.advance(4_750);
    expect(rig.state()).toBe('B');
    rig.loop.advance(250);
    expect([rig.state(), rig.said()]).toEqual(['D', ['returned']]);
  });

  test('B1 row 4: C, returns, to A', () => {
    const rig = createRig();
    bring(rig, 'C');
    rig.feed(NORMAL);
    expect([rig.state(), rig.said()]).toEqual(['A', ['returned', 'ended']]);
  });

  test('B1 row 5: D, acknowledged, to A', () => {
    const rig = createRig();
    bring(rig, 'D');
    rig.acknowledge();
    expect([rig.state(), rig.said()]).toEqual(['A', ['acknowledged', 'ended']]);
  });

  test('B1 row 6: D, occurs again, to B: the same occurrence, counted', () => {
    const rig = createRig();
    bring(rig, 'D');
    const { id } = rig.open();
    rig.feed(BAD);
    expect([rig.state(), rig.said()]).toEqual(['B', ['re-raised']]);
    expect(rig.open()).toMatchObject({ id, count: 2 });
  });

  test('B1 row 7: C, the severity rises, to B', () => {
    const rig = createRig();
    bring(rig, 'C');
    rig.feed(WORSE);
    expect([rig.state(), rig.said()]).toEqual(['B', ['severity-changed']]);
  });

  test('B1 row 7: C, the re-alarm timer ends, to B, and the ticket’s clocks go on', () => {
    const rig = createRig({ rule: { reAlarmMs: HOUR_MS } });
    bring(rig, 'C');
    const clocks = rig.loop.tickets()[0]?.clocks;
    rig.loop.advance(HOUR_MS - 250, () => rig.feed(BAD));
    expect([rig.state(), rig.said()]).toEqual(['C', []]);
    rig.loop.advance(250);
    expect([rig.state(), rig.said()]).toEqual(['B', ['re-alarmed']]);
    expect(rig.open()).toMatchObject({ reAlarms: 1, count: 1 });
    expect(rig.loop.tickets()[0]?.clocks.map((it) => it.dueAtMs)).toEqual(clocks?.map((it) => it.dueAtMs));
  });
});

describe('B1, shelving', () => {
  for (const from of ['A', 'B', 'C', 'D'] as const) {
    test(`B1 row 8: ${from}, shelved with reason and end, to E`, () => {
      const rig = createRig();
      bring(rig, from);
      rig.shelve(60);
      expect(rig.state()).toBe('E');
      const said = { A: [], B: ['shelved'], C: ['shelved'], D: ['shelved', 'ended'] };
      expect(rig.said()).toEqual(said[from]);
      expect(rig.loop.controlEvents.at(-1)).toMatchObject({ type: 'shelved', by: 'wang', note: 'cleaning' });
    });
  }

  test('B1 row 8: from A the shelf is on record though there is no occurrence', () => {
    const rig = createRig();
    rig.shelve(60);
    expect(rig.loop.writes).toContainEqual(
      expect.objectContaining({
        type: 'alarm-event',
        event: expect.objectContaining({ occurrence: null, type: 'shelved', by: 'wang', note: 'cleaning' }),
      }),
    );
  });

  test('B1 row 8: a reason and an end ahead are mandatory', () => {
    const rig = createRig();
    expect(() => rig.shelve(60, { reason: '  ' })).toThrow(refused('reason-required'));
    expect(() => rig.shelve(0)).toThrow(refused('end-not-ahead'));
    expect(rig.state()).toBe('A');
  });

  test('B1 row 9: E, unshelved by hand while true, to C: whoever did it has seen it', () => {
    const rig = createRig();
    bring(rig, 'B');
    rig.shelve(60);
    rig.unshelve();
    expect([rig.state(), rig.said()]).toEqual(['C', ['shelved', 'unshelved']]);
    expect(rig.open().acknowledged).toMatchObject({ by: 'li', note: 'done' });
  });

  test('B1 row 9: E, unshelved by hand while false, to A', () => {
    const rig = createRig();
    bring(rig, 'B');
    rig.shelve(60);
    rig.feed(NORMAL);
    expect(rig.state()).toBe('E');
    rig.unshelve();
    expect([rig.state(), rig.said()]).toEqual(['A', ['shelved', 'ended']]);
    expect(() => rig.unshelve()).toThrow(refused('not-shelved'));
  });

  test('B1 row 10: E, the shelf expires while true, to B, also when it had been acknowledged', () => {
    const rig = createRig();
    bring(rig, 'C');
    rig.shelve(60);
    rig.loop.advance(HOUR_MS - 250);
    expect([rig.state(), rig.said()]).toEqual(['E', ['shelved', 'shelf-reminder']]);
    rig.loop.advance(250);
    expect([rig.state(), rig.said()]).toEqual(['B', ['shelf-expired']]);
    expect(rig.open().acknowledged).toBeNull();
  });

  test('B1 row 10: E, the shelf expires while false, to A', () => {
    const rig = createRig();
    bring(rig, 'A');
    rig.shelve(20);
    rig.loop.advance(20 * MINUTE_MS);
    expect([rig.state(), rig.said()]).toEqual(['A', []]);
    expect(rig.loop.controlEvents.map(({ type }) => type)).toEqual([
      'shelved',
      'shelf-reminder',
      'shelf-expired',
    ]);
  });
});

describe('B1, suppression by design and out of service', () => {
  for (const from of ['A', 'B', 'C', 'D'] as const) {
    test(`B1 row 11: ${from}, suppressed by design, to F`, () => {
      const rig = createRig(BY_DESIGN);
      bring(rig, from);
      rig.loop.feed({ mode: 1 });
      rig.loop.advance(250);
      expect(rig.state()).toBe('F');
      const said = { A: [], B: ['suppressed'], C: ['suppressed'], D: ['suppressed', 'ended'] };
      expect(rig.said()).toEqual(said[from]);
    });

    test(`B1 row 11: ${from}, taken out of service under a permit, to G`, () => {
      const rig = createRig();
      bring(rig, from);
      rig.outOfService(60);
      expect(rig.state()).toBe('G');
      const said = { A: [], B: ['out-of-service'], C: ['out-of-service'], D: ['out-of-service', 'ended'] };
      expect(rig.said()).toEqual(said[from]);
    });
  }

  test('B1 row 12: F, released while true, to B with the reason, never straight to C', () => {
    const rig = createRig(BY_DESIGN);
    bring(rig, 'C');
    rig.loop.feed({ mode: 1 });
    rig.loop.advance(250);
    rig.loop.feed({ mode: 0 });
    rig.loop.advance(250);
    expect([rig.state(), rig.said()]).toEqual(['B', ['suppressed', 'unsuppressed']]);
    expect(rig.loop.events.at(-1)).toMatchObject({ type: 'unsuppressed', note: 'expected' });
  });

  test('B1 row 12: F, returned, to A without a word and without waiting for anybody', () => {
    const rig = createRig(BY_DESIGN);
    bring(rig, 'B');
    rig.loop.feed({ mode: 1 });
    rig.loop.advance(250);
    rig.said();
    rig.feed(NORMAL);
    expect(rig.said()).toEqual(['ended']);
    expect(rig.loop.events.at(-1)?.occurrence).toMatchObject({ endReason: 'returned', acknowledged: null });
    rig.loop.feed({ mode: 0 });
    rig.loop.advance(250);
    expect(rig.state()).toBe('A');
  });

  test('B1 row 12: G, back in service while true, to B, by hand as well as by its end', () => {
    const byHand = createRig();
    bring(byHand, 'C');
    byHand.outOfService(60);
    byHand.inService();
    expect([byHand.state(), byHand.said()]).toEqual(['B', ['out-of-service', 'in-service']]);
    const byTime = createRig();
    bring(byTime, 'C');
    byTime.outOfService(60);
    byTime.loop.advance(HOUR_MS);
    expect([byTime.state(), byTime.said()]).toEqual(['B', ['out-of-service', 'service-expired']]);
  });

  test('B1 row 12: G, back in service while false, to A', () => {
    const rig = createRig();
    bring(rig, 'B');
    rig.outOfService(60);
    rig.feed(NORMAL);
    rig.inService();
    expect([rig.state(), rig.said()]).toEqual(['A', ['out-of-service', 'ended']]);
    expect(() => rig.inService()).toThrow(refused('not-out-of-service'));
  });
});
