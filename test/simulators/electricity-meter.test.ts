/** The electricity meter: power that fits voltages and currents, and the course of each fault. */
import { describe, expect, it } from 'vitest';
import type { MqttDevice } from '../../simulators/devices/device.ts';
import { electricityMeter } from '../../simulators/devices/electricity-meter.ts';
import { createRig, isJson, payloadOf, type Rig } from './device-rig.ts';

interface Telemetry {
  readonly energy: number;
  readonly power: number;
  readonly voltage: readonly number[];
  readonly current: readonly number[];
  readonly pf: number;
}

function createMeterRig(seed?: number): Rig<MqttDevice> {
  return createRig(electricityMeter, { id: 'meter-public', ...(seed === undefined ? {} : { seed }) });
}

function telemetry(rig: Rig<MqttDevice>): Telemetry {
  const { energy, power, voltage, current, pf } = payloadOf(rig, 'telemetry');
  return {
    energy: Number(energy),
    power: Number(power),
    voltage: toNumbers(voltage),
    current: toNumbers(current),
    pf: Number(pf),
  };
}

function toNumbers(value: unknown): readonly number[] {
  if (!Array.isArray(value) || value.length !== 3)
    throw new Error(`expected three phases, found ${String(value)}`);
  return value.map(Number);
}

/** What voltages, currents and power factor of the payload amount to, kW. */
function toPower({ voltage, current, pf }: Telemetry): number {
  return (voltage.reduce((sum, volts, phase) => sum + volts * (current[phase] ?? 0), 0) * pf) / 1000;
}

describe('a day without faults', () => {
  for (const seed of [20_261_121, 4_000_000_000]) {
    it(`shows power that fits its phases, and energy that is its sum (seed ${seed})`, () => {
      const rig = createMeterRig(seed);
      const first = telemetry(rig).energy;
      let last = first;
      let summedKwh = 0;
      let worst = 0;
      const volts: number[] = [];
      const amperes: number[] = [];
      const factors: number[] = [];
      for (let sample = 0; sample < 8640; sample++) {
        rig.run(10);
        const now = telemetry(rig);
        worst = Math.max(worst, Math.abs(toPower(now) / now.power - 1));
        expect(now.energy).toBeGreaterThanOrEqual(last);
        last = now.energy;
        summedKwh += (now.power / 3600) * 10;
        volts.push(...now.voltage);
        amperes.push(...now.current);
        factors.push(now.pf);
      }
      expect(worst).toBeLessThan(0.02);
      expect(Math.abs(last - first - summedKwh)).toBeLessThan(0.01 * summedKwh);
      expect(summedKwh).toBeGreaterThan(100);
      expect([Math.min(...volts) > 218, Math.max(...volts) < 240]).toEqual([true, true]);
      expect([Math.min(...amperes) > 2, Math.max(...amperes) < 60]).toEqual([true, true]);
      expect([Math.min(...factors) > 0.88, Math.max(...factors) < 0.98]).toEqual([true, true]);
    }, 240_000);
  }
});

describe('what the wire shows', () => {
  it('is one message as in the map, a sample every ten seconds', () => {
    const rig = createMeterRig();
    const [message, ...more] = rig.device.messages(rig.hasFault);
    expect(more).toEqual([]);
    expect([message?.topic, message?.isRetained, message?.repeatMs]).toEqual(['telemetry', false, 10_000]);
    expect(Object.keys(message?.payload ?? {})).toEqual(['energy', 'power', 'voltage', 'current', 'pf']);
    expect(message?.payload).toMatchObject({ voltage: [228.6, 227.6, 229.1], pf: 0.93 });
    expect(isJson(message?.payload)).toBe(true);
    rig.run(9.9, () => expect(payloadOf(rig, 'telemetry')).toEqual(message?.payload));
    rig.run(0.1);
    expect(payloadOf(rig, 'telemetry')).not.toEqual(message?.payload);
  });
});

describe('the course of a fault', () => {
  it('is off the network without power, counts nothing meanwhile, and is back with it', () => {
    const rig = createMeterRig();
    rig.run(60);
    rig.surround({ hasPower: false });
    rig.run(0.1);
    expect(rig.device.isConnected(rig.hasFault)).toBe(false);
    const { energy } = telemetry(rig);
    expect(telemetry(rig)).toEqual({ energy, power: 0, voltage: [0, 0, 0], current: [0, 0, 0], pf: 0 });
    rig.run(3600);
    expect(telemetry(rig).energy).toBe(energy);
    rig.surround({ hasPower: true });
    rig.run(0.1);
    expect(rig.device.isConnected(rig.hasFault)).toBe(true);
    expect(Math.min(...telemetry(rig).voltage)).toBeGreaterThan(218);
  });

  it('phase-loss: L2 has neither voltage nor current, power falls with it', () => {
    const rig = createMeterRig();
    rig.run(60);
    const before = telemetry(rig).power;
    rig.faults.add('meter-public/phase-loss');
    rig.run(10);
    const now = telemetry(rig);
    expect([now.voltage[1], now.current[1]]).toEqual([0, 0]);
    expect(Math.min(now.voltage[0] ?? 0, now.voltage[2] ?? 0)).toBeGreaterThan(218);
    expect(now.power / before).toBeGreaterThan(0.6);
    expect(now.power / before).toBeLessThan(0.76);
    expect(Math.abs(toPower(now) / now.power - 1)).toBeLessThan(0.02);
  });

  it('overload: every phase between 120 and 150 A until the load is gone', () => {
    const rig = createMeterRig();
    rig.faults.add('meter-public/overload');
    rig.run(10);
    for (let sample = 0; sample < 360; sample++) {
      rig.run(10);
      const { current } = telemetry(rig);
      expect(Math.min(...current)).toBeGreaterThan(120);
      expect(Math.max(...current)).toBeLessThan(150);
    }
    rig.faults.clear();
    rig.run(10);
    expect(Math.max(...telemetry(rig).current)).toBeLessThan(60);
  });

  it('network-lost: cuts the connection and goes on counting', () => {
    const rig = createMeterRig();
    const before = telemetry(rig).energy;
    rig.faults.add('meter-public/network-lost');
    rig.run(600);
    expect(rig.device.isConnected(rig.hasFault)).toBe(false);
    expect(telemetry(rig).energy).toBeGreaterThan(before);
  });
});
