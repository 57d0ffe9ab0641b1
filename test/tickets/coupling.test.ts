/** What alarms do to a ticket, where no scenario can say it. */
import { describe, expect, test } from 'vitest';
import type { AlarmEvent, Occurrence } from '../../src/core/alarm.ts';
import { applyAlarmEvent, asksForWork } from '../../src/tickets/coupling.ts';
import { createTestLoop } from '../support/loop.ts';
import { createTestModel, createTestPolicy } from '../support/model.ts';

const policy = createTestPolicy();

function raise(): Occurrence {
  const rules = [{ id: 'high', type: 'threshold', points: ['p'], params: { point: 'p', hi: { limit: 10 } } }];
  const loop = createTestLoop(
    createTestModel({ equipment: [{ id: 'pump', points: [{ name: 'p' }], rules }] }),
  );
  loop.feed({ p: 11 });
  return loop.alarms()[0] as Occurrence;
}

describe('the coupling', () => {
  test('an occurrence on a ticket keeps its first time, moves its last, and counts', () => {
    const loop = createTestLoop(
      createTestModel({
        equipment: [
          {
            id: 'pump',
            points: [{ name: 'p' }],
            rules: [
              { id: 'high', type: 'threshold', points: ['p'], params: { point: 'p', hi: { limit: 10 } } },
            ],
          },
        ],
      }),
    );
    const startMs = loop.clock.now().wallMs;
    loop.feed({ p: 11 });
    loop.clock.advance(60_000);
    loop.feed({ p: 5 });
    loop.clock.advance(60_000);
    loop.feed({ p: 11 });
    loop.clock.advance(60_000);
    loop.feed({ p: 5 });
    expect(loop.tickets()[0]?.alarms).toMatchObject([
      { firstAtMs: startMs, lastAtMs: startMs + 120_000, count: 2, isActive: false },
    ]);
  });

  test('a level that falls after the acknowledgement asks nobody and changes no ticket', () => {
    const occurrence: Occurrence = { ...raise(), acknowledged: { by: 'desk', atMs: 0, note: '' } };
    const event: AlarmEvent = { type: 'severity-changed', atMs: 1, occurrence };
    expect(asksForWork(event)).toBe(false);
    expect(asksForWork({ ...event, occurrence: { ...occurrence, acknowledged: null } })).toBe(true);
    const loop = createTestLoop(createTestModel());
    loop.command({
      type: 'open-ticket',
      by: 'desk',
      ticket: {
        source: 'owner-call',
        channel: 'phone',
        class: 'engineering',
        priority: 'normal',
        content: 'water on the floor',
        equipment: null,
        location: null,
        place: 'lobby',
        contactName: 'Li',
        contactMethod: '139',
      },
    });
    const [ticket] = loop.tickets();
    if (ticket === undefined) throw new Error('no ticket');
    expect(applyAlarmEvent(ticket, event, policy, 1)).toBeNull();
  });
});
