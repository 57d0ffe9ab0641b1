/** The plant-room climate: a daily course inside its band, and the course of each fault. */
import { describe, expect, it } from 'vitest';
import { climate } from '../../simulators/devices/climate.ts';
import type { MqttDevice } from '../../simulators/devices/device.ts';
import { createRig, isJson, payloadOf, type Rig, STEP_S, secondsUntil } from './device-rig.ts';

function createClimateRig(seed?: number): Rig<MqttDevice> {
  return createRig(climate, { id: 'climate-1', ...(seed === undefined ? {} : { seed }) });
}

function temperature(rig: Rig<MqttDevice>): number {
  return Number(payloadOf(rig, 'telemetry')['temperature']);
}

describe('a day without faults', () => {
  for (const seed of [20_261_121, 4_000_000_000]) {
    it(`stays between 18 and 32 °C and between 35 and 70 % (seed ${seed})`, () => {
      const rig = createClimateRig(seed);
      const temperatures: number[] = [];
      const humidities: number[] = [];
      for (let sample = 0; sample < 8640; sample++) {
        rig.run(10);
        temperatures.push(temperature(rig));
        humidities.push(Number(payloadOf(rig, 'telemetry')['humidity']));
      }
      expect(Math.min(...temperatures)).toBeGreaterThan(18);
      expect(Math.max(...temperatures)).toBeLessThan(32);
      expect(Math.max(...temperatures) - Math.min(...temperatures)).toBeGreaterThan(1.5);
      expect(Math.min(...humidities)).toBeGreaterThan(35);
      expect(Math.max(...humidities)).toBeLessThan(70);
    }, 240_000);
  }

  it('sends a sample every ten seconds and nothing between', () => {
    const rig = createClimateRig();
    const changesAtS: number[] = [];
    let last = JSON.stringify(rig.device.messages(rig.hasFault));
    rig.run(300, (atS) => {
      const now = JSON.stringify(rig.device.messages(rig.hasFault));
      if (now !== last) changesAtS.push(Math.round(atS * 10) / 10);
      last = now;
    });
    expect(changesAtS.length).toBeGreaterThan(5);
    expect(changesAtS.filter((atS) => atS % 10 !== 0)).toEqual([]);
  });

  it('gives each room its own air, and the same one for the same seed', () => {
    const hour = (seed: number): unknown => {
      const rig = createClimateRig(seed);
      rig.run(3600);
      return payloadOf(rig, 'telemetry');
    };
    expect(hour(5)).toEqual(hour(5));
    expect(hour(5)).not.toEqual(hour(6));
  });
});

describe('what the wire shows', () => {
  it('is one message as in the map, not retained', () => {
    const [message, ...more] = createClimateRig().device.messages(() => false);
    expect(more).toEqual([]);
    expect([message?.topic, message?.isRetained, message?.repeatMs]).toEqual(['telemetry', false, 10_000]);
    expect(Object.keys(message?.payload ?? {})).toEqual(['temperature', 'humidity', 'battery']);
    expect(message?.payload).toMatchObject({ humidity: 52, battery: 3.61 });
    expect(isJson(message?.payload)).toBe(true);
  });
});

describe('the course of a fault', () => {
  it('overheat: above 40 °C about a minute later, below 32 °C a few minutes after ventilation is back', () => {
    for (const seed of [1, 2, 3, 20_261_121]) {
      const rig = createClimateRig(seed);
      rig.run(60);
      rig.faults.add('climate-1/overheat');
      expect([seed, secondsUntil(rig, 300, () => temperature(rig) > 40) <= 80]).toEqual([seed, true]);
      rig.run(600);
      expect(temperature(rig)).toBeLessThan(60);
      rig.faults.clear();
      expect(secondsUntil(rig, 1200, () => temperature(rig) < 32)).toBeLessThan(600);
    }
  });

  it('drifts up slowly while there is no power, and the battery keeps it talking', () => {
    const rig = createClimateRig();
    rig.run(60);
    const before = temperature(rig);
    rig.surround({ hasPower: false });
    rig.run(600);
    expect(temperature(rig) - before).toBeGreaterThan(1);
    rig.run(3 * 3600);
    expect(temperature(rig) - before).toBeGreaterThan(6);
    expect(temperature(rig)).toBeLessThan(40);
    expect(rig.device.isConnected(rig.hasFault)).toBe(true);
  });

  it('sensor-fault: null for both values from the next sample on, then values again', () => {
    const rig = createClimateRig();
    rig.faults.add('climate-1/sensor-fault');
    rig.run(10);
    expect(payloadOf(rig, 'telemetry')).toEqual({ temperature: null, humidity: null, battery: 3.61 });
    rig.faults.clear();
    rig.run(10);
    expect(temperature(rig)).toBeGreaterThan(18);
  });

  it('frozen: repeats the last sample for ever, whatever the room does', () => {
    const rig = createClimateRig();
    rig.run(60);
    rig.faults.add('climate-1/frozen').add('climate-1/overheat');
    const before = payloadOf(rig, 'telemetry');
    rig.run(3600, () => expect(payloadOf(rig, 'telemetry')).toEqual(before));
    rig.faults.delete('climate-1/frozen');
    rig.run(10);
    expect(temperature(rig)).toBeGreaterThan(40);
  });

  it('network-lost: cuts the connection', () => {
    const rig = createClimateRig();
    rig.faults.add('climate-1/network-lost');
    rig.run(STEP_S);
    expect(rig.device.isConnected(rig.hasFault)).toBe(false);
  });
});
