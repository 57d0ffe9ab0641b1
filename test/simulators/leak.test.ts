/** The leak cable: dry until it is wet, and the course of each fault. */
import { describe, expect, it } from 'vitest';
import type { MqttDevice } from '../../simulators/devices/device.ts';
import { leak } from '../../simulators/devices/leak.ts';
import { LEAK } from '../../simulators/physics/leak.ts';
import { createRig, isJson, payloadOf, type Rig, secondsUntil } from './device-rig.ts';

const DRY = { leak: false, broken: false, position: -1 };

function createLeakRig(seed?: number): Rig<MqttDevice> {
  return createRig(leak, { id: 'leak-1', ...(seed === undefined ? {} : { seed }) });
}

function isLeak(rig: Rig<MqttDevice>): boolean {
  return payloadOf(rig, 'state')['leak'] === true;
}

describe('the leak cable', () => {
  it('is dry all day, in one retained message as in the map', () => {
    const rig = createLeakRig();
    rig.run(86_400, (atS) => {
      if (Math.round(atS) % 60 === 0) expect(payloadOf(rig, 'state')).toEqual(DRY);
    });
    const [message, ...more] = rig.device.messages(rig.hasFault);
    expect(more).toEqual([]);
    expect(message).toEqual({ topic: 'state', payload: DRY, isRetained: true, repeatMs: 60_000 });
    expect(isJson(message?.payload)).toBe(true);
  }, 240_000);

  it('leak: is seen after 2 s at one place, and the cable dries within 10 s', () => {
    const rig = createLeakRig();
    rig.faults.add('leak-1/leak');
    expect(secondsUntil(rig, 10, () => isLeak(rig))).toBeCloseTo(LEAK.wetAfterS, 0);
    const { position } = payloadOf(rig, 'state');
    expect(Number(position)).toBeGreaterThanOrEqual(1);
    expect(Number(position)).toBeLessThanOrEqual(LEAK.cableM - 1);
    rig.run(300);
    expect(payloadOf(rig, 'state')).toEqual({ leak: true, broken: false, position });
    rig.faults.clear();
    expect(secondsUntil(rig, 30, () => !isLeak(rig))).toBeCloseTo(LEAK.dryAfterS, 0);
    expect(payloadOf(rig, 'state')).toEqual(DRY);
  });

  it('leak: the place is the seed’s, and every leak has its own', () => {
    const places = (seed: number): readonly unknown[] =>
      [1, 2].map(() => {
        rigs.get(seed)?.faults.clear();
        const rig = rigs.get(seed) ?? createLeakRig(seed);
        rigs.set(seed, rig);
        rig.run(30);
        rig.faults.add('leak-1/leak');
        rig.run(5);
        return payloadOf(rig, 'state')['position'];
      });
    const rigs = new Map<number, Rig<MqttDevice>>();
    const first = places(5);
    expect(first[0]).not.toBe(first[1]);
    rigs.clear();
    expect(places(5)).toEqual(first);
    expect(places(6)).not.toEqual(first);
  });

  it('broken: says so, still detects water, and does not pretend to know where', () => {
    const rig = createLeakRig();
    rig.faults.add('leak-1/broken');
    rig.run(1);
    expect(payloadOf(rig, 'state')).toEqual({ leak: false, broken: true, position: -1 });
    rig.faults.add('leak-1/leak');
    rig.run(5);
    expect(payloadOf(rig, 'state')).toEqual({ leak: true, broken: true, position: -1 });
  });

  it('network-lost: cuts the connection; power is none of its business', () => {
    const rig = createLeakRig();
    rig.surround({ hasPower: false });
    rig.run(1);
    expect(rig.device.isConnected(rig.hasFault)).toBe(true);
    rig.faults.add('leak-1/network-lost');
    expect(rig.device.isConnected(rig.hasFault)).toBe(false);
  });
});
