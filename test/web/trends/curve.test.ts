/** What the picture shows of a point: nothing bridged, nothing bad hidden, the right value at every time. */
import { describe, expect, test } from 'vitest';
import { toCurve, toMixedStretches, toStanding, toStateStretches } from '../../../src/web/trends/curve.ts';
import { toLayout, toTime, toX, toY } from '../../../src/web/trends/layout.ts';
import { toBandPath, toBarPath, toDots, toLanePath, toLinePath } from '../../../src/web/trends/paths.ts';
import { toPoint } from '../samples.ts';
import { toBucket, toHistory, toReading } from './samples.ts';

const LEVEL = toPoint('level', [], { unit: 'm' });
const MODE = toPoint('mode', ['off', 'on', 'auto']);
const same = (value: number): number => value;

function curveOf(history = toHistory([]), point = LEVEL, tail: Parameters<typeof toCurve>[0]['tail'] = []) {
  return toCurve({ slot: 0, point, history, tail, endMs: Math.max(history.toMs, tail.at(-1)?.atMs ?? 0) });
}

describe('quality', () => {
  test('is told where it was not simply good, with its reason', () => {
    const history = toHistory(
      [
        toReading(0, null),
        toReading(20, 1),
        toReading(40, null, 130),
        toReading(60, 2, 66),
        toReading(80, 2),
      ],
      { coveredFromMs: 20 },
    );
    expect(curveOf(history).series.quality).toEqual([
      { fromMs: 0, toMs: 20, level: 'unknown', code: null },
      { fromMs: 40, toMs: 60, level: 'bad', code: 130 },
      { fromMs: 60, toMs: 80, level: 'uncertain', code: 66 },
    ]);
  });

  test('of neighbours with another reason is told apart, of those with the same is one', () => {
    const history = toHistory([toReading(0, null, 130), toReading(20, null, 130), toReading(40, null, 134)]);
    expect(curveOf(history).series.quality.map(({ fromMs, toMs, code }) => [fromMs, toMs, code])).toEqual([
      [0, 40, 130],
      [40, 100, 134],
    ]);
  });

  test('of a stretch that was bad in part marks all of it although it has values', () => {
    const bucket = { ...toBucket(0, [1, 2, 3]), isGood: false, quality: 132 };
    const curve = curveOf(toHistory([bucket, toBucket(50, [1, 2, 3])], { bucketMs: 50 }));
    expect(curve.series.quality).toEqual([{ fromMs: 0, toMs: 50, level: 'bad', code: 132 }]);
    expect(toStanding(curve, 10)).toMatchObject({ value: 2, min: 1, max: 3, level: 'bad', code: 132 });
  });

  test('that no store has kept is not called bad', () => {
    const bucket = { ...toBucket(0, [1, 2, 3]), quality: null };
    expect(curveOf(toHistory([bucket], { bucketMs: 100 })).series.quality).toEqual([]);
  });

  test('of what comes live is told too', () => {
    const tail = [
      { atMs: 110, value: 5, qualityCode: 68 },
      { atMs: 120, value: null, qualityCode: 129 },
    ];
    const curve = toCurve({ slot: 0, point: LEVEL, history: toHistory([toReading(0, 1)]), tail, endMs: 140 });
    expect(curve.series.quality).toEqual([
      { fromMs: 110, toMs: 120, level: 'uncertain', code: 68 },
      { fromMs: 120, toMs: 140, level: 'bad', code: 129 },
    ]);
    expect(toStanding(curve, 130)).toMatchObject({ value: null, level: 'bad', code: 129 });
  });
});

describe('at a time', () => {
  test('stands the reading before it, until the next', () => {
    const curve = curveOf(toHistory([toReading(0, 1), toReading(40, 2)]));
    expect([0, 39, 40, 99].map((atMs) => toStanding(curve, atMs).value)).toEqual([1, 1, 2, 2]);
  });

  test('before any record nothing is known, not even that it was bad', () => {
    const curve = curveOf(toHistory([toReading(0, null), toReading(60, 2)], { coveredFromMs: 60 }));
    expect(toStanding(curve, 30)).toEqual({
      value: null,
      min: null,
      max: null,
      level: 'unknown',
      code: null,
    });
  });

  test('in a stretch stands its mean with the range, of a state its last', () => {
    const history = toHistory([toBucket(0, [0, 0.4, 2], 2)], { bucketMs: 100 });
    expect(toStanding(curveOf(history), 50)).toMatchObject({ value: 0.4, min: 0, max: 2 });
    expect(toStanding(curveOf(history, MODE), 50)).toMatchObject({ value: 2, min: 0, max: 2 });
  });
});

describe('states', () => {
  test('are bars of what stood, with gaps where nothing did', () => {
    const history = toHistory([toReading(0, 1), toReading(20, 1), toReading(40, null), toReading(60, 2)]);
    expect(toStateStretches(curveOf(history, MODE))).toEqual([
      { fromMs: 0, toMs: 40, value: 1, height: 1 },
      { fromMs: 60, toMs: 100, value: 2, height: 2 },
    ]);
  });

  test('that changed to and fro within a stretch are marked', () => {
    const history = toHistory([toBucket(0, [0, 0, 1], 0), toBucket(50, [0, 0, 0], 0)], { bucketMs: 50 });
    const curve = curveOf(history, MODE);
    expect(toMixedStretches(curve)).toEqual([[0, 50]]);
    expect(toStateStretches(curve)).toHaveLength(1);
  });

  test('differ in height, and the lowest can be seen', () => {
    const stretches = [0, 1].map((height) => ({
      fromMs: height * 10,
      toMs: height * 10 + 10,
      value: height,
      height,
    }));
    expect(toLanePath(stretches, 2, same, { top: 0, height: 100 })).toBe(
      'M0 100V82H10V100ZM10 100V0H20V100Z',
    );
  });
});

describe('shapes', () => {
  test('leave gaps open', () => {
    expect(
      toLinePath(
        [
          [0, 1],
          [1, 1],
          [2, null],
          [3, 2],
          [4, 2],
        ],
        same,
        same,
      ),
    ).toBe('M0 1L1 1M3 2L4 2');
    const band = toBandPath(
      [
        [0, 1],
        [1, 1],
        [2, null],
        [3, 5],
      ],
      [
        [0, 1],
        [1, 2],
        [2, null],
        [3, 1],
      ],
      same,
      same,
    );
    expect(band, 'one edge alone has no area').toBe('M0 2L1 3L1 1L0 1Z');
  });

  test('show a value that stands alone between gaps', () => {
    expect(
      toDots([
        [0, null],
        [1, 7],
        [2, null],
        [3, 1],
        [4, 1],
      ]),
    ).toEqual([[1, 7]]);
  });

  test('show what lasted shorter than a pixel', () => {
    expect(toBarPath([{ fromMs: 10, toMs: 10.01 }], same, { top: 2, height: 6 })).toBe('M10 2h1.5v6h-1.5Z');
  });
});

describe('the layout', () => {
  const curves = [
    curveOf(toHistory([toReading(0, 0.4)])),
    toCurve({
      slot: 1,
      point: toPoint('head', [], { unit: 'm' }),
      history: toHistory([toReading(0, 9)]),
      tail: [],
      endMs: 100,
    }),
    toCurve({
      slot: 2,
      point: toPoint('power', [], { unit: 'kW' }),
      history: toHistory([toReading(0, 3)]),
      tail: [],
      endMs: 100,
    }),
    curveOf(toHistory([toReading(0, 1)]), MODE),
  ];
  const layout = toLayout({
    curves,
    window: { fromMs: 0, toMs: 100 },
    width: 800,
    room: 600,
    isPhone: false,
  });

  test('has a pane for each unit, a lane for each state, a strip for each point, one below the other', () => {
    expect(layout.panes.map(({ unit, curves: own }) => [unit, own.length])).toEqual([
      ['m', 2],
      ['kW', 1],
    ]);
    expect(layout.lanes).toHaveLength(1);
    const tops = [
      ...layout.panes.flatMap(({ top, strips }) => [top, ...strips.map((strip) => strip.top)]),
      ...layout.lanes.flatMap(({ top, strip }) => [top, strip.top]),
      layout.axisTop,
    ];
    expect(tops).toEqual(tops.toSorted((a, b) => a - b));
    expect(new Set(tops).size).toBe(tops.length);
  });

  test('keeps every curve of a pane within it', () => {
    const [pane] = layout.panes;
    if (pane === undefined) throw new Error('no pane');
    for (const value of [0.4, 9]) {
      expect(toY(pane, value)).toBeGreaterThan(pane.top);
      expect(toY(pane, value)).toBeLessThan(pane.top + pane.height);
    }
  });

  test('has the pane filled by what is on show, not by a spike outside', () => {
    const spiky = curveOf(
      toHistory([toReading(0, 1_000), toReading(10, 1), toReading(20, 1.5), toReading(90, 1)]),
    );
    const near = toLayout({
      curves: [spiky],
      window: { fromMs: 30, toMs: 80 },
      width: 800,
      room: 600,
      isPhone: false,
    });
    expect(near.panes[0]?.scale.max).toBeLessThan(10);
  });

  test('fits the screen as long as the panes can still be read', () => {
    expect(layout.height).toBeLessThanOrEqual(601);
    const low = toLayout({ curves, window: { fromMs: 0, toMs: 100 }, width: 800, room: 100, isPhone: false });
    expect(low.panes.every(({ height }) => height >= 110)).toBe(true);
  });

  test('goes from time to place and back', () => {
    const window = { fromMs: 1_000, toMs: 5_000 };
    expect(toTime(layout, window, toX(layout, window, 2_345))).toBeCloseTo(2_345, 6);
    expect(toTime(layout, window, -50)).toBe(1_000);
    expect(toTime(layout, window, 5_000)).toBe(5_000);
  });

  test('of nothing is only the axis', () => {
    const empty = toLayout({
      curves: [],
      window: { fromMs: 0, toMs: 1 },
      width: 300,
      room: 400,
      isPhone: true,
    });
    expect([empty.panes, empty.lanes, empty.axisTop]).toEqual([[], [], 0]);
  });
});
