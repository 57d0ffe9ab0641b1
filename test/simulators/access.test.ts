/** The access controller: people pass its doors, fire releases them, and the course of each fault. */
import { describe, expect, it } from 'vitest';
import { accessController } from '../../simulators/devices/access-controller.ts';
import type { MqttDevice } from '../../simulators/devices/device.ts';
import { createRig, isJson, payloadOf, type Rig, STEP_S, secondsUntil } from './device-rig.ts';

const PARTS = [1, 2, 3, 4, 5, 6].map((door) => `acs-1-door-${door}`);
const QUIET_DOOR = {
  contact: 'closed',
  lock: 'locked',
  alarm: 'none',
  reader: 'online',
  last: { event: 'none', card: '', reason: 'none' },
};

/** In a whole day the doors are looked at so often: what they show lasts longer. */
const LOOK_S = 0.5;
const isLook = (atS: number): boolean => Math.round(atS / STEP_S) % Math.round(LOOK_S / STEP_S) === 0;

/** At three in the morning nearly nobody comes, so that a fault is seen alone. */
function createAccessRig(startHour = 3, seed?: number): Rig<MqttDevice> {
  return createRig(accessController, {
    id: 'acs-1',
    parts: PARTS,
    startHour,
    ...(seed === undefined ? {} : { seed }),
  });
}

function door(rig: Rig<MqttDevice>, number: number): Readonly<Record<string, unknown>> {
  return payloadOf(rig, `door/${number}`);
}

function lastEvent(rig: Rig<MqttDevice>, number: number): unknown {
  const { last } = door(rig, number);
  return typeof last === 'object' && last !== null && 'event' in last ? last.event : undefined;
}

describe('a day without faults', () => {
  for (const seed of [20_261_121, 4_000_000_000]) {
    it(`opens doors for 3–8 s, raises no alarm and counts whom it admits (seed ${seed})`, () => {
      const rig = createAccessRig(9, seed);
      const before = Array.from({ length: 6 }, (_, index) => Number(door(rig, index + 1)['granted']));
      const openForS = new Map<string, number>();
      const openings: number[] = [];
      const seen = new Set<string>();
      let offEvents = 0;
      rig.run(86_400, (atS) => {
        if (!isLook(atS)) return;
        const [state, ...doors] = rig.device.messages(rig.hasFault);
        const { mains, battery, tamper, fireInput, readersOnline } = state?.payload ?? {};
        seen.add([mains, battery, tamper, fireInput, readersOnline].join());
        for (const { topic, payload } of doors) {
          const wasS = openForS.get(topic) ?? 0;
          if (payload['alarm'] !== 'none') offEvents++;
          if (payload['contact'] === 'open') {
            openForS.set(topic, wasS + LOOK_S);
            if (payload['lock'] === 'locked') offEvents++;
          } else if (wasS > 0) {
            openings.push(wasS);
            openForS.delete(topic);
          }
        }
      });
      expect([...seen]).toEqual(['ok,ok,false,false,6']);
      expect(offEvents).toBe(0);
      expect(openings.length).toBeGreaterThan(500);
      expect(Math.min(...openings)).toBeGreaterThanOrEqual(3 - LOOK_S);
      expect(Math.max(...openings)).toBeLessThanOrEqual(8 + LOOK_S);
      for (let number = 1; number <= 6; number++) {
        expect(Number(door(rig, number)['granted'])).toBeGreaterThan(before[number - 1] ?? Infinity);
      }
    }, 240_000);
  }

  it('shows every kind of event and refusal within a day', () => {
    const rig = createAccessRig(9);
    const events = new Set<unknown>();
    const reasons = new Set<string>();
    rig.run(86_400, (atS) => {
      if (!isLook(atS)) return;
      for (const { payload } of rig.device.messages(rig.hasFault).slice(1)) {
        const last = payload['last'] as { readonly event: string; readonly reason: string };
        events.add(last.event);
        reasons.add(last.reason);
      }
    });
    expect(events).toEqual(new Set(['denied', 'exit', 'granted', 'none']));
    expect(reasons).toEqual(new Set(['anti-passback', 'expired', 'none', 'unknown-card']));
  }, 240_000);

  it('is the same day for the same seed and another one for another', () => {
    const hour = (seed: number): string => {
      const rig = createAccessRig(9, seed);
      rig.run(3600);
      return JSON.stringify(rig.device.messages(rig.hasFault));
    };
    expect(hour(5)).toBe(hour(5));
    expect(hour(5)).not.toBe(hour(6));
  });
});

describe('what the wire shows', () => {
  it('has the topics, the retention and the words of the map', () => {
    const messages = createAccessRig().device.messages(() => false);
    expect(messages.map(({ topic, isRetained, repeatMs }) => [topic, isRetained, repeatMs])).toEqual([
      ['state', true, 30_000],
      ['door/1', true, null],
      ['door/2', true, null],
      ['door/3', true, null],
      ['door/4', true, null],
      ['door/5', true, null],
      ['door/6', true, null],
    ]);
    expect(messages[0]?.payload).toEqual({
      mains: 'ok',
      battery: 'ok',
      tamper: false,
      fireInput: false,
      batteryPercent: 100,
      readersOnline: 6,
    });
    expect(messages[1]?.payload).toEqual({ ...QUIET_DOOR, granted: 41_200, denied: 730 });
    expect(messages.every(({ payload }) => isJson(payload))).toBe(true);
  });

  it('changes no message while nothing happens', () => {
    const rig = createAccessRig();
    const before = JSON.stringify(rig.device.messages(rig.hasFault));
    rig.run(STEP_S);
    expect(JSON.stringify(rig.device.messages(rig.hasFault))).toBe(before);
  });
});

describe('fire and power', () => {
  it('releases all doors at once, loses its mains to the linkage, and locks again after the fire', () => {
    const rig = createAccessRig();
    rig.surround({ isLinkage: true });
    rig.run(STEP_S);
    expect(payloadOf(rig, 'state')).toMatchObject({ mains: 'lost', battery: 'ok', fireInput: true });
    for (let number = 1; number <= 6; number++) {
      expect(door(rig, number)).toMatchObject({ lock: 'released', alarm: 'none' });
      expect(lastEvent(rig, number)).toBe('released');
    }
    expect(rig.device.isConnected(rig.hasFault)).toBe(true);
    rig.run(120, () => expect(door(rig, 1)['alarm']).toBe('none'));
    rig.surround({ isLinkage: false });
    rig.run(10);
    expect(payloadOf(rig, 'state')).toMatchObject({ mains: 'ok', fireInput: false });
    for (let number = 1; number <= 6; number++) expect(door(rig, number)['lock']).toBe('locked');
  });

  it('lives 21 h on a full battery, reports it low near the end, then falls silent; power brings it back', () => {
    const rig = createAccessRig(9);
    rig.surround({ hasPower: false });
    rig.run(10 * 3600);
    expect(payloadOf(rig, 'state')).toMatchObject({ mains: 'lost', battery: 'ok', batteryPercent: 52.4 });
    rig.run(7.5 * 3600);
    expect(payloadOf(rig, 'state')['battery']).toBe('low');
    rig.run(3.4 * 3600);
    expect(rig.device.isConnected(rig.hasFault)).toBe(true);
    rig.run(0.2 * 3600);
    expect(rig.device.isConnected(rig.hasFault)).toBe(false);
    rig.surround({ hasPower: true });
    rig.run(10);
    expect(rig.device.isConnected(rig.hasFault)).toBe(true);
    expect(payloadOf(rig, 'state')).toMatchObject({ mains: 'ok', battery: 'low' });
    rig.run(3 * 3600);
    expect(payloadOf(rig, 'state')['battery']).toBe('ok');
  }, 240_000);
});

describe('the course of a fault', () => {
  it('forced: the contact opens under a locked lock, the alarm stands until the door is shut', () => {
    const rig = createAccessRig();
    rig.faults.add('acs-1-door-2/forced');
    rig.run(STEP_S);
    const forced = { contact: 'open', lock: 'locked', alarm: 'forced' };
    expect(door(rig, 2)).toMatchObject(forced);
    expect(lastEvent(rig, 2)).toBe('forced');
    rig.run(120);
    expect(door(rig, 2)).toMatchObject(forced);
    expect(door(rig, 1)['alarm']).toBe('none');
    rig.faults.clear();
    rig.run(STEP_S);
    expect(door(rig, 2)).toMatchObject({ contact: 'closed', lock: 'locked', alarm: 'none' });
  });

  it('held-open: the door opens, stays open, is held after 30 s, and shuts when nobody props it', () => {
    const rig = createAccessRig();
    rig.faults.add('acs-1-door-3/held-open');
    expect(secondsUntil(rig, 5, () => door(rig, 3)['contact'] === 'open')).toBeLessThan(2);
    expect(secondsUntil(rig, 60, () => door(rig, 3)['alarm'] === 'held')).toBeCloseTo(30.1, 0);
    rig.run(300, () => expect(door(rig, 3)).toMatchObject({ contact: 'open', alarm: 'held' }));
    rig.faults.clear();
    expect(secondsUntil(rig, 5, () => door(rig, 3)['contact'] === 'closed')).toBeLessThan(1);
    expect(door(rig, 3)).toMatchObject({ lock: 'locked', alarm: 'none' });
  });

  it('held-open and forced raise no alarm of the controller while fire has released the door', () => {
    const rig = createAccessRig();
    rig.faults.add('acs-1-door-3/held-open').add('acs-1-door-4/forced');
    rig.run(40);
    expect([door(rig, 3)['alarm'], door(rig, 4)['alarm']]).toEqual(['held', 'forced']);
    rig.surround({ isLinkage: true });
    rig.run(60);
    for (const number of [3, 4]) {
      expect(door(rig, number)).toMatchObject({ contact: 'open', lock: 'released', alarm: 'none' });
    }
    rig.surround({ isLinkage: false });
    rig.run(40);
    expect([door(rig, 3)['alarm'], door(rig, 4)['alarm']]).toEqual(['held', 'forced']);
  });

  it('reader-offline: no card is read at that door, one reader is missing', () => {
    const rig = createAccessRig(8);
    rig.faults.add('acs-1-door-1/reader-offline');
    rig.run(STEP_S);
    expect(door(rig, 1)['reader']).toBe('offline');
    expect(payloadOf(rig, 'state')['readersOnline']).toBe(5);
    const { granted, denied } = door(rig, 1);
    rig.run(3600);
    expect(door(rig, 1)).toMatchObject({ granted, denied });
    rig.faults.clear();
    rig.run(3600);
    expect(Number(door(rig, 1)['granted'])).toBeGreaterThan(Number(granted));
  });

  it.each([
    ['tamper', { tamper: true, mains: 'ok', battery: 'ok' }],
    ['mains-lost', { tamper: false, mains: 'lost', battery: 'ok' }],
    ['battery-low', { tamper: false, mains: 'ok', battery: 'low', batteryPercent: 12 }],
  ])('%s: is in the state at once and gone with its cause', (fault, shown) => {
    const rig = createAccessRig();
    rig.faults.add(`acs-1/${fault}`);
    rig.run(STEP_S);
    expect(payloadOf(rig, 'state')).toMatchObject(shown);
    rig.faults.clear();
    rig.run(STEP_S);
    expect(payloadOf(rig, 'state')).toMatchObject({ tamper: false, mains: 'ok', battery: 'ok' });
  });

  it('network-lost: cuts the connection and nothing else', () => {
    const rig = createAccessRig();
    rig.faults.add('acs-1/network-lost');
    rig.run(60);
    expect(rig.device.isConnected(rig.hasFault)).toBe(false);
    expect(payloadOf(rig, 'state')['mains']).toBe('ok');
    rig.faults.clear();
    expect(rig.device.isConnected(rig.hasFault)).toBe(true);
  });
});
