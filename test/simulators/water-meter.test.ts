/** The water meters: a register that counts what flows, an unoccupied unit, and the course of each fault. */
import { describe, expect, it } from 'vitest';
import type { MqttDevice } from '../../simulators/devices/device.ts';
import { vacantWaterMeter, waterMeter } from '../../simulators/devices/water-meter.ts';
import { createRig, isJson, payloadOf, type Rig } from './device-rig.ts';

const MAIN = 'water-meter-main';
const VACANT = 'water-meter-vacant';

function createMeterRig(id: string, startHour = 9, seed?: number): Rig<MqttDevice> {
  return createRig(waterMeter, { id, startHour, ...(seed === undefined ? {} : { seed }) });
}

function telemetry(rig: Rig<MqttDevice>): { readonly total: number; readonly flow: number } {
  const { total, flow } = payloadOf(rig, 'telemetry');
  return { total: Number(total), flow: Number(flow) };
}

describe('a day without faults', () => {
  for (const seed of [20_261_121, 4_000_000_000]) {
    it(`counts without ever falling and agrees with the flow it shows (seed ${seed})`, () => {
      const rig = createMeterRig(MAIN, 9, seed);
      const first = telemetry(rig).total;
      let last = first;
      let summedM3 = 0;
      let least = Infinity;
      let most = 0;
      for (let sample = 0; sample < 8640; sample++) {
        rig.run(10);
        const { total, flow } = telemetry(rig);
        expect(total).toBeGreaterThanOrEqual(last);
        last = total;
        summedM3 += (flow / 3600) * 10;
        least = Math.min(least, flow);
        most = Math.max(most, flow);
      }
      expect(last - first).toBeGreaterThan(30);
      expect(last - first).toBeLessThan(120);
      expect(Math.abs(last - first - summedM3)).toBeLessThan(0.01 * (last - first));
      expect([least > 0, least < 0.5, most > 3, most < 10]).toEqual([true, true, true, true]);
      expect(payloadOf(rig, 'telemetry')).toMatchObject({ reverse: false, battery: 3.6 });
    }, 240_000);

    it(`stands still in an unoccupied unit (seed ${seed})`, () => {
      const rig = createMeterRig(VACANT, 9, seed);
      const before = payloadOf(rig, 'telemetry');
      rig.run(86_400);
      expect(payloadOf(rig, 'telemetry')).toEqual(before);
      expect(before['flow']).toBe(0);
    }, 240_000);
  }
});

describe('what the wire shows', () => {
  it('is one message as in the map, a sample every ten seconds', () => {
    const rig = createMeterRig(MAIN);
    const [message, ...more] = rig.device.messages(rig.hasFault);
    expect(more).toEqual([]);
    expect([message?.topic, message?.isRetained, message?.repeatMs]).toEqual(['telemetry', false, 10_000]);
    expect(Object.keys(message?.payload ?? {})).toEqual(['total', 'flow', 'reverse', 'battery']);
    expect(isJson(message?.payload)).toBe(true);
    rig.run(9.9, () => expect(payloadOf(rig, 'telemetry')).toEqual(message?.payload));
    rig.run(0.1);
    expect(payloadOf(rig, 'telemetry')).not.toEqual(message?.payload);
    expect(String(telemetry(rig).total)).toMatch(/^\d+(\.\d{1,3})?$/);
  });

  it('offers the faults that fit the place', () => {
    const names = (id: string): readonly string[] => waterMeter.faults(id, []).map(({ fault }) => fault);
    expect(names(MAIN)).toEqual(['night-flow', 'reverse', 'battery-low', 'network-lost']);
    expect(names(VACANT)).toEqual(['flow-in-vacant', 'battery-low', 'network-lost']);
    expect(vacantWaterMeter.faults('wm-7', []).map(({ fault }) => fault)).toEqual(names(VACANT));
  });
});

describe('the course of a fault', () => {
  it('flow-in-vacant: 0.15 m³/h until it is stopped, counted', () => {
    const rig = createMeterRig(VACANT);
    const before = telemetry(rig).total;
    rig.faults.add(`${VACANT}/flow-in-vacant`);
    rig.run(3600);
    expect(telemetry(rig).flow).toBe(0.15);
    expect(telemetry(rig).total - before).toBeCloseTo(0.15, 3);
    rig.faults.clear();
    rig.run(10);
    expect(telemetry(rig).flow).toBe(0);
  });

  it('night-flow: 1.2 m³/h more than the same meter without it, at every hour', () => {
    for (const hour of [3, 9, 20]) {
      const sound = createMeterRig(MAIN, hour);
      const leaky = createMeterRig(MAIN, hour);
      leaky.faults.add(`${MAIN}/night-flow`);
      sound.run(600);
      leaky.run(600);
      expect(telemetry(leaky).flow - telemetry(sound).flow).toBeCloseTo(1.2, 2);
    }
  });

  it('reverse: the register falls while water runs backwards, and only then', () => {
    const rig = createMeterRig(MAIN);
    rig.run(60);
    const before = telemetry(rig).total;
    rig.faults.add(`${MAIN}/reverse`);
    rig.run(3600);
    expect(payloadOf(rig, 'telemetry')).toMatchObject({ flow: -0.4, reverse: true });
    const after = telemetry(rig).total;
    expect(before - after).toBeCloseTo(0.4, 2);
    rig.faults.clear();
    rig.run(600);
    expect(payloadOf(rig, 'telemetry')['reverse']).toBe(false);
    expect(telemetry(rig).total).toBeGreaterThan(after);
  });

  it('battery-low: 2.9 V, and the meter goes on counting', () => {
    const rig = createMeterRig(MAIN);
    const before = telemetry(rig).total;
    rig.faults.add(`${MAIN}/battery-low`);
    rig.run(60);
    expect(payloadOf(rig, 'telemetry')['battery']).toBe(2.9);
    expect(telemetry(rig).total).toBeGreaterThan(before);
  });

  it('network-lost: cuts the connection; power is none of its business', () => {
    const rig = createMeterRig(MAIN);
    rig.surround({ hasPower: false });
    rig.run(1);
    expect(rig.device.isConnected(rig.hasFault)).toBe(true);
    rig.faults.add(`${MAIN}/network-lost`);
    expect(rig.device.isConnected(rig.hasFault)).toBe(false);
  });
});
