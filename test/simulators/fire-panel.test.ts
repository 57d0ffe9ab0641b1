/** The fire panel: its words at rest and under each fault, latching, linkage with confirmations, reset. */
import { describe, expect, it } from 'vitest';
import { type ModbusDevice, NO_UPSTREAM } from '../../simulators/devices/device.ts';
import { firePanel } from '../../simulators/devices/fire-panel.ts';

const DT_S = 0.1;
const PARTS = [1, 2, 3, 4, 5, 6, 7, 8].map((zone) => `zone-${zone}`);

/** A panel with a set of active faults, `equipment/fault`. */
function createRig() {
  if (firePanel.protocol !== 'modbus') throw new Error('not Modbus');
  const device: ModbusDevice = firePanel.create({ id: 'panel', parts: PARTS, seed: 1, startHour: 9 });
  const active = new Set<string>();
  const hasFault = (equipment: string, fault: string): boolean =>
    active.size > 0 && active.has(`${equipment}/${fault}`);
  const word = (address: number): number => device.image(hasFault).holding.get(address) ?? -1;
  return {
    /** Begins (`+zone-1/fire`) or ends (`-zone-1/fire`) faults; no time passes. */
    set(...changes: readonly string[]): void {
      for (const change of changes) {
        if (change.startsWith('+')) active.add(change.slice(1));
        else active.delete(change.slice(1));
        device.settle(hasFault);
      }
    },
    run(seconds: number, hasPower = true): void {
      for (let at = 0; at < Math.round(seconds / DT_S); at++) {
        device.step(hasFault, DT_S, { ...NO_UPSTREAM, hasPower });
      }
    },
    word,
    head: () => [0, 1, 2, 3, 4].map(word),
    zone: (number: number) => word(99 + number),
    isLinked: () => device.supply?.(hasFault).linkage,
  };
}

describe('a panel without faults', () => {
  it('shows six quiet zones, two that are not programmed, and automatic linkage', () => {
    const rig = createRig();
    rig.run(60);
    expect(rig.head()).toEqual([0x0200, 0, 0, 0, 0]);
    expect([1, 2, 3, 4, 5, 6, 7, 8].map(rig.zone)).toEqual([
      0x0400, 0x0400, 0x0400, 0x0400, 0x0400, 0x0400, 0x00ff, 0x00ff,
    ]);
    expect(rig.isLinked()).toBe(false);
  });

  it('changes no word in a day', () => {
    const rig = createRig();
    const rest = [...rig.head(), ...[1, 2, 3, 4, 5, 6, 7, 8].map(rig.zone)];
    for (let hour = 0; hour < 24; hour++) {
      rig.run(3_600);
      expect([...rig.head(), ...[1, 2, 3, 4, 5, 6, 7, 8].map(rig.zone)]).toEqual(rest);
    }
  }, 240_000);

  it('has the registers of the map and no others, and no faults on empty places', () => {
    if (firePanel.protocol !== 'modbus') throw new Error('not Modbus');
    const device = firePanel.create({ id: 'panel', parts: PARTS, seed: 1, startHour: 9 });
    const { holding, coil, discrete, input } = device.image(() => false);
    expect([...holding.keys()]).toEqual([0, 1, 2, 3, 4, 100, 101, 102, 103, 104, 105, 106, 107]);
    expect(coil.size + discrete.size + input.size).toBe(0);
    const faults = firePanel.faults('panel', PARTS).map(({ equipment, fault }) => `${equipment}/${fault}`);
    expect(faults).toContain('zone-6/fire');
    expect(faults.filter((each) => /zone-[78]/.test(each))).toEqual([]);
  });
});

describe('one fault shows at once', () => {
  const cases: readonly (readonly [string, number, number])[] = [
    // fault, panel word, word of zone 1
    ['zone-1/detector-fault', 0x0204, 0x2400],
    ['zone-1/disabled', 0x0208, 0x0200],
    ['zone-1/test', 0x0220, 0x0000],
    ['zone-1/fire', 0x0202, 0x4400],
    ['zone-1/manual-call-point', 0x0201, 0x0c72],
    ['panel/mains-lost', 0x0280, 0x0400],
    ['panel/battery-fault', 0x0300, 0x0400],
    ['panel/linkage-manual', 0x0000, 0x0400],
    ['panel/pre-alarm', 0x0202, 0x4400],
  ];
  for (const [fault, panelWord, zoneWord] of cases) {
    it(`: ${fault}; and goes, unless it is a fire`, () => {
      const rig = createRig();
      rig.run(1);
      rig.set(`+${fault}`);
      expect([rig.word(0), rig.zone(1)]).toEqual([panelWord, zoneWord]);
      rig.run(1);
      expect([rig.word(0), rig.zone(1)]).toEqual([panelWord, zoneWord]);
      rig.set(`-${fault}`);
      const isLatched = fault === 'zone-1/manual-call-point';
      expect([rig.word(0), rig.zone(1)]).toEqual(isLatched ? [panelWord, zoneWord] : [0x0200, 0x0400]);
    });
  }

  it(': the second supply is gone', () => {
    const rig = createRig();
    rig.run(1, false);
    expect(rig.word(0)).toBe(0x0280);
    rig.run(0.1);
    expect(rig.word(0)).toBe(0x0200);
  });
});

describe('smoke', () => {
  it('is a pre-alarm for 3 s and then a fire with linkage', () => {
    const rig = createRig();
    rig.set('+zone-3/fire');
    rig.run(2.9);
    expect(rig.head()).toEqual([0x0202, 0, 0, 0, 0]);
    expect(rig.zone(3)).toBe(0x4400);
    rig.run(0.1);
    expect(rig.head()).toEqual([0x0201, 0x1f, 0, 1, 0]);
    expect(rig.zone(3)).toBe(0x0c71);
    expect(rig.isLinked()).toBe(true);
  });

  it('that was only thin leaves nothing behind', () => {
    const rig = createRig();
    rig.set('+zone-3/fire');
    rig.run(2.5);
    rig.set('-zone-3/fire');
    rig.run(10);
    expect(rig.head()).toEqual([0x0200, 0, 0, 0, 0]);
  });

  it('in a zone that is disabled or in test is not taken up', () => {
    for (const fault of ['disabled', 'test']) {
      const rig = createRig();
      rig.set(`+zone-3/${fault}`, '+zone-3/fire', '+zone-3/manual-call-point');
      rig.run(60);
      expect(rig.head().slice(1)).toEqual([0, 0, 0, 0]);
      expect(rig.zone(3) & 0x48ff).toBe(0);
    }
  });

  it('in two zones counts both, and a zone that gets disabled stays in fire', () => {
    const rig = createRig();
    rig.set('+zone-3/fire', '+zone-4/manual-call-point');
    rig.run(3);
    expect(rig.word(3)).toBe(2);
    rig.set('+zone-4/disabled');
    expect(rig.zone(4)).toBe(0x0a72);
    expect(rig.word(0)).toBe(0x0209);
  });
});

describe('linkage', () => {
  it('is confirmed by one equipment after the other, 1–8 s after the command, and withdrawn likewise', () => {
    const rig = createRig();
    const courses: [number, number][][] = [];
    const record = (seconds: number): void => {
      const course: [number, number][] = [];
      let last = rig.word(2);
      for (let at = 1; at <= seconds * 10; at++) {
        rig.run(DT_S);
        if (rig.word(2) !== last) course.push([at / 10, rig.word(2)]);
        last = rig.word(2);
      }
      courses.push(course);
    };
    rig.set('+zone-1/manual-call-point');
    record(20);
    rig.set('-zone-1/manual-call-point');
    rig.run(5);
    expect(rig.word(1)).toBe(0);
    record(20);
    expect(courses).toEqual([
      [
        [1, 0x02],
        [2.5, 0x06],
        [4.5, 0x0e],
        [6, 0x1e],
        [8, 0x1f],
      ],
      [
        [1, 0x1d],
        [2.5, 0x19],
        [4.5, 0x11],
        [6, 0x01],
        [8, 0x00],
      ],
    ]);
  });

  it('in manual sends nothing; back in automatic it sends at once', () => {
    const rig = createRig();
    rig.set('+panel/linkage-manual', '+zone-1/manual-call-point');
    rig.run(30);
    expect(rig.head().slice(1)).toEqual([0, 0, 1, 0]);
    expect(rig.isLinked()).toBe(false);
    rig.set('-panel/linkage-manual');
    expect(rig.word(1)).toBe(0x1f);
    expect(rig.isLinked()).toBe(true);
  });

  it('that is out stays out when somebody turns to manual', () => {
    const rig = createRig();
    rig.set('+zone-1/manual-call-point', '+panel/linkage-manual');
    rig.run(10);
    expect(rig.word(1)).toBe(0x1f);
    expect(rig.word(2)).toBe(0x1f);
  });
});

describe('a fire', () => {
  it('is acknowledged and silenced after 30 s, and a second one sounds again', () => {
    const rig = createRig();
    rig.set('+zone-1/manual-call-point');
    rig.run(29.9);
    expect([rig.word(0), rig.zone(1)]).toEqual([0x0201, 0x0c72]);
    rig.run(0.1);
    expect([rig.word(0), rig.zone(1)]).toEqual([0x0241, 0x0d72]);
    rig.set('+zone-2/manual-call-point');
    expect([rig.word(0), rig.zone(1), rig.zone(2)]).toEqual([0x0201, 0x0d72, 0x0c72]);
  });

  it('stays until 5 s after the last cause is gone; then the panel is reset and the commands are withdrawn', () => {
    const rig = createRig();
    rig.set('+zone-1/manual-call-point', '+zone-2/manual-call-point');
    rig.run(20);
    rig.set('-zone-1/manual-call-point');
    rig.run(60);
    expect(rig.head().slice(1)).toEqual([0x1f, 0x1f, 2, 0]);
    rig.set('-zone-2/manual-call-point');
    rig.run(4.9);
    expect(rig.head().slice(1)).toEqual([0x1f, 0x1f, 2, 0]);
    rig.run(0.1);
    expect(rig.head()).toEqual([0x0200, 0, 0x1f, 0, 1]);
    expect(rig.isLinked()).toBe(false);
    expect(rig.zone(1)).toBe(0x0400);
  });

  it('that comes back before the reset is not reset', () => {
    const rig = createRig();
    rig.set('+zone-1/manual-call-point');
    rig.run(10);
    rig.set('-zone-1/manual-call-point');
    rig.run(4);
    rig.set('+zone-1/manual-call-point');
    rig.run(4);
    rig.set('-zone-1/manual-call-point');
    rig.run(4);
    expect([rig.word(3), rig.word(4)]).toEqual([1, 0]);
    rig.run(1);
    expect([rig.word(3), rig.word(4)]).toEqual([0, 1]);
  });

  it('each adds one to the reset counter', () => {
    const rig = createRig();
    for (const expected of [1, 2, 3]) {
      rig.set('+zone-1/manual-call-point');
      rig.run(1);
      rig.set('-zone-1/manual-call-point');
      rig.run(5);
      expect(rig.word(4)).toBe(expected);
    }
  });
});
