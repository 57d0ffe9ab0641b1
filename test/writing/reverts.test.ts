/** What is written for a time only: it goes back by itself, over restarts, tags and failures, and never in silence not. */
import { describe, expect, test } from 'vitest';
import { DeviceError } from '../../src/core/errors.ts';
import { WRITING_LIMITS } from '../../src/writing/limits.ts';
import { BAD, createRig, ending, failing, makeModel, passing } from './support.ts';

const AFTER_MS = 60_000;
const model = () => makeModel({ revertAfterMs: AFTER_MS });
const refuse = () => Promise.reject(new DeviceError('exception', 'exception 2', { exceptionCode: 2 }));
const hour = 3_600_000;
const EQUIPMENT = makeModel().points[0]?.equipment as Parameters<
  Awaited<ReturnType<typeof createRig>>['writing']['lockOut']
>[0];

test('what stood before is written again when the time is over, and not before', async () => {
  const rig = await createRig(model());
  const row = await ending(rig.ask());
  expect(row.revertAtMs).toBe(row.atMs + AFTER_MS);
  await passing(AFTER_MS - 2_000);
  expect(rig.field.written).toHaveLength(1);
  await passing(4_000);
  expect(rig.field.written).toEqual([
    [0, 0.4],
    [0, 0.45],
  ]);
  expect(rig.store.rows.get('w-1')).toMatchObject({ state: 'reverted', readBack: 0.45, revertAtMs: null });
  expect(rig.actions()).toEqual(['point-write', 'point-write-result', 'point-revert', 'point-revert-result']);
  await passing(hour);
  expect(rig.field.written).toHaveLength(2);
});

test('what stood before is read from the device, not taken from an old reading', async () => {
  const rig = await createRig(model());
  rig.field.onRead = async (point) => ({ point, value: 0.47, quality: 0, sourceMs: Number.NaN });
  rig.field.onWrite = async (point, value) => {
    rig.field.onRead = async () => ({ point, value, quality: 0, sourceMs: Number.NaN });
  };
  expect(await ending(rig.ask())).toMatchObject({ previous: 0.47 });
});

test('a write that could not be taken back is refused', async () => {
  const rig = await createRig(model());
  rig.field.qualities.set(0, BAD);
  const work = rig.ask();
  await expect(work).rejects.toMatchObject({ code: 'interlocked', params: { why: { en: /put back/ } } });
  expect([rig.field.written, rig.states()]).toEqual([[], []]);
});

test('a write that failed leaves nothing to take back, one that nobody knows of does', async () => {
  const rig = await createRig(model());
  rig.field.onWrite = refuse;
  await expect(rig.ask()).rejects.toMatchObject({ code: 'write-failed' });
  rig.field.onWrite = () => Promise.reject(new DeviceError('timeout', 'no answer'));
  expect(await ending(rig.ask())).toMatchObject({ state: 'unknown' });
  await passing(2 * AFTER_MS);
  expect(rig.field.written.slice(0, 3)).toEqual([
    [0, 0.4],
    [0, 0.4],
    [0, 0.45],
  ]);
});

test('interlocks do not keep what is unusual in place', async () => {
  const rig = await createRig(model());
  await ending(rig.ask());
  rig.field.values.set(1, 0);
  await passing(2 * AFTER_MS);
  expect(rig.states()).toEqual(['reverted']);
});

describe('a newer write of the same point', () => {
  test('takes the revert over: what stood before the first is written, once, at its own time', async () => {
    const rig = await createRig(model());
    await ending(rig.ask());
    await passing(30_000);
    expect(await ending(rig.ask({ value: 0.5 }))).toMatchObject({ previous: 0.45 });
    expect(rig.states()).toEqual(['superseded', 'confirmed']);
    expect(rig.store.audit.find(({ detail }) => detail['write'] === 'w-2')?.detail).toMatchObject({
      from: 0.4,
    });
    await passing(45_000);
    expect(rig.field.written).toHaveLength(2);
    await passing(30_000);
    expect(rig.field.written.slice(2)).toEqual([[0, 0.45]]);
    expect(rig.states()).toEqual(['superseded', 'reverted']);
  });

  test('that fails leaves the older revert as it was', async () => {
    const rig = await createRig(model());
    await ending(rig.ask());
    const accept = rig.field.onWrite;
    rig.field.onWrite = refuse;
    await expect(ending(rig.ask({ value: 0.5 }))).rejects.toMatchObject({ code: 'write-failed' });
    rig.field.onWrite = accept;
    await passing(2 * AFTER_MS);
    expect(rig.states()).toEqual(['reverted', 'failed']);
    expect(rig.field.values.get(0)).toBe(0.45);
  });

  test('that the gateway died of takes the older revert over at the next start', async () => {
    const rig = await createRig(model());
    await ending(rig.ask());
    const accept = rig.field.onWrite;
    rig.field.onWrite = () => new Promise(() => {});
    void rig.ask({ value: 0.5 });
    await passing(100);
    rig.field.onWrite = accept;
    await rig.crash();
    expect(rig.states()).toEqual(['superseded', 'unknown']);
    await passing(2 * AFTER_MS);
    expect(rig.states()).toEqual(['superseded', 'reverted']);
    expect(rig.field.written.slice(2)).toEqual([[0, 0.45]]);
  });
});

describe('over a restart', () => {
  test('a revert waits for what is left of its time', async () => {
    const rig = await createRig(model());
    await ending(rig.ask());
    await rig.crash(30_000);
    await passing(20_000);
    expect(rig.field.written).toHaveLength(1);
    await passing(15_000);
    expect(rig.states()).toEqual(['reverted']);
  });

  test('a revert that fell due meanwhile is made at once', async () => {
    const rig = await createRig(model());
    await ending(rig.ask());
    await rig.crash(10 * AFTER_MS);
    await passing(1_000);
    expect(rig.states()).toEqual(['reverted']);
  });

  test('one that was on the wire is made again', async () => {
    const rig = await createRig(model());
    await ending(rig.ask());
    const accept = rig.field.onWrite;
    rig.field.onWrite = () => new Promise(() => {});
    await passing(AFTER_MS + 1_000);
    expect(rig.states()).toEqual(['reverting']);
    rig.field.onWrite = accept;
    await rig.crash();
    expect(rig.states()).toEqual(['revert-failed']);
    await passing(2 * WRITING_LIMITS.revertRetryMinMs);
    expect(rig.states()).toEqual(['reverted']);
  });

  test('a clock that stands in another year makes none later than its whole time', async () => {
    const rig = await createRig(model());
    await ending(rig.ask());
    rig.stepWall(-10 * 365 * 24 * hour);
    await rig.crash();
    await passing(AFTER_MS + 2_000);
    expect(rig.states()).toEqual(['reverted']);
  });

  test('a point that is gone or read-only now is given up and said to be', async () => {
    for (const next of [
      makeModel({}, { points: [{ name: 'mode' }] }),
      makeModel({}, { kind: 'fire-pump' }),
    ]) {
      const rig = await createRig(model());
      await ending(rig.ask());
      await rig.crash(2 * AFTER_MS, next);
      await passing(1_000);
      expect(rig.store.rows.get('w-1')).toMatchObject({ state: 'revert-failed', revertAtMs: null });
      expect(rig.errors.join()).toMatch(/cannot be put back/);
      expect(rig.field.written).toHaveLength(1);
    }
  });
});

test('a step of the wall clock moves no revert', async () => {
  const rig = await createRig(model());
  await ending(rig.ask());
  rig.stepWall(10 * hour);
  await passing(AFTER_MS / 2);
  expect(rig.field.written).toHaveLength(1);
  rig.stepWall(-20 * hour);
  await passing(AFTER_MS);
  expect(rig.states()).toEqual(['reverted']);
});

test('a lock-out holds it up, shows why, and it is made when the tag is off', async () => {
  const rig = await createRig(model());
  await ending(rig.ask());
  await rig.writing.lockOut(EQUIPMENT, 'bearing', 'li');
  await passing(10 * AFTER_MS);
  expect(rig.field.written).toHaveLength(1);
  expect(rig.store.rows.get('w-1')).toMatchObject({
    state: 'confirmed',
    detail: 'revert waits: locked out by li: bearing',
  });
  expect(rig.actions().filter((action) => action === 'point-revert-held')).toHaveLength(1);
  await rig.writing.unlock(EQUIPMENT, 'li', ['engineer']);
  await passing(2_000);
  expect(rig.store.rows.get('w-1')).toMatchObject({ state: 'reverted', detail: '' });
});

test('a tag that is hung while the revert is being stored keeps it off the wire', async () => {
  const rig = await createRig(model());
  await ending(rig.ask());
  rig.store.before = async ({ writes }) => {
    const [first] = writes;
    if (first?.type !== 'point-write' || first.write.state !== 'reverting') return;
    rig.store.before = () => {};
    await rig.writing.lockOut(EQUIPMENT, 'bearing', 'li');
  };
  await passing(2 * AFTER_MS);
  expect(rig.field.written).toHaveLength(1);
  expect(rig.store.rows.get('w-1')).toMatchObject({
    state: 'confirmed',
    detail: 'revert waits: locked out by li: bearing',
  });
  expect(rig.writing.counters()).toMatchObject({ failedReverts: 0, notPutBack: 0 });
});

test('a tag that is hung while the revert waits for its turn on the bus keeps it off the wire', async () => {
  const rig = await createRig(model());
  await ending(rig.ask());
  rig.field.turn = () => new Promise((resolve) => setTimeout(resolve, 20_000));
  await passing(AFTER_MS + 1_000);
  const hung = rig.writing.lockOut(EQUIPMENT, 'bearing', 'li');
  await passing(30_000);
  await hung;
  expect(rig.field.written).toHaveLength(1);
  expect(rig.store.rows.get('w-1')).toMatchObject({ state: 'confirmed', detail: /revert waits/ });
  rig.field.turn = async () => {};
  await rig.writing.unlock(EQUIPMENT, 'li', ['engineer']);
  await passing(2_000);
  expect(rig.states()).toEqual(['reverted']);
});

test('a gateway that stops begins no revert; it is made after the next start', async () => {
  const rig = await createRig(model());
  await ending(rig.ask());
  rig.field.turn = () => new Promise((resolve) => setTimeout(resolve, 2_000));
  await passing(AFTER_MS);
  const stopped = rig.writing.stop();
  await passing(3_000);
  await stopped;
  expect(rig.field.written).toHaveLength(1);
  expect(rig.store.rows.get('w-1')).toMatchObject({ state: 'confirmed', detail: /gateway stops/ });
  await rig.crash();
  await passing(5_000);
  expect(rig.states()).toEqual(['reverted']);
});

describe('a changed configuration', () => {
  const address = { table: 'holding', address: 20 };
  const of = (write: Parameters<typeof makeModel>[0], changes: Parameters<typeof makeModel>[1] = {}) =>
    makeModel({ revertAfterMs: AFTER_MS, address, ...write }, { device: { unit: 3 }, ...changes });

  test.each([
    ['another register', of({ address: { ...address, address: 21 } })],
    ['another scale', of({ address: { ...address, scale: 0.1 } })],
    ['another device', of({}, { device: { unit: 4 } })],
  ])(
    'that gives the point %s: what stood elsewhere is not written there, and people are told',
    async (_, next) => {
      const rig = await createRig(of({}));
      await ending(rig.ask());
      await rig.crash(0, next);
      await passing(2 * AFTER_MS);
      expect(rig.field.written).toHaveLength(1);
      expect(rig.store.rows.get('w-1')).toMatchObject({
        state: 'revert-failed',
        revertAtMs: null,
        detail: /another place/,
      });
      expect(rig.errors.join()).toMatch(/cannot be put back/);
      expect(rig.writing.counters().notPutBack).toBe(1);
    },
  );

  test('of time-outs and limits leaves the revert as it was', async () => {
    const rig = await createRig(of({}));
    await ending(rig.ask());
    await rig.crash(0, of({ max: 0.5 }, { device: { timeoutMs: 900, unit: 3 } }));
    await passing(2 * AFTER_MS);
    expect(rig.states()).toEqual(['reverted']);
  });

  test('a newer write to the new place takes no revert of the old one over', async () => {
    const rig = await createRig(of({}));
    await ending(rig.ask());
    rig.field.values.set(0, 0.55);
    await rig.crash(0, of({}, { device: { unit: 4 } }));
    expect(await ending(rig.ask({ value: 0.5 }))).toMatchObject({ previous: 0.55 });
    expect(rig.states()).toEqual(['revert-failed', 'confirmed']);
    expect(rig.writing.counters().notPutBack).toBe(1);
    await passing(2 * AFTER_MS);
    expect(rig.states()).toEqual(['revert-failed', 'reverted']);
    expect(rig.field.values.get(0)).toBe(0.55);
  });
});

describe('what was not put back', () => {
  const unreverted = (rig: Awaited<ReturnType<typeof createRig>>) => rig.writing.counters().notPutBack;

  test('counts while the revert is tried again, over a restart, and no more when it has worked', async () => {
    const rig = await createRig(model());
    await ending(rig.ask());
    expect(unreverted(rig)).toBe(0);
    const accept = rig.field.onWrite;
    rig.field.onWrite = refuse;
    await passing(AFTER_MS + 2_000);
    expect(unreverted(rig)).toBe(1);
    await rig.crash();
    expect(unreverted(rig)).toBe(1);
    rig.field.onWrite = accept;
    await passing(2 * AFTER_MS);
    expect([unreverted(rig), rig.states()]).toEqual([0, ['reverted']]);
  });

  async function givenUp() {
    const rig = await createRig(model());
    await ending(rig.ask());
    rig.field.onWrite = refuse;
    await passing(5 * hour);
    expect(rig.store.rows.get('w-1')).toMatchObject({ state: 'revert-failed', revertAtMs: null });
    rig.field.onWrite = async (point, value) => void rig.field.values.set(point, value);
    return rig;
  }

  test('counts on when it was given up, over a restart, for a day', async () => {
    const rig = await givenUp();
    expect(unreverted(rig)).toBe(1);
    await rig.crash();
    expect(unreverted(rig)).toBe(1);
    rig.stepWall(WRITING_LIMITS.givenUpShownMs);
    expect(unreverted(rig)).toBe(0);
  }, 240_000);

  test('counts no more once somebody has put it back on site, or written it anew', async () => {
    const rig = await givenUp();
    rig.field.values.set(0, 0.45);
    expect(unreverted(rig)).toBe(0);
    rig.field.values.set(0, 0.4);
    expect(unreverted(rig)).toBe(1);
    await ending(rig.ask({ value: 0.5 }));
    expect(unreverted(rig)).toBe(0);
  }, 240_000);
});

describe('a revert that fails', () => {
  test('is shown, logged, tried again less and less often, and ends well when the device is back', async () => {
    const rig = await createRig(model());
    await ending(rig.ask());
    const accept = rig.field.onWrite;
    rig.field.onWrite = refuse;
    await passing(AFTER_MS + 1_000);
    expect(rig.store.rows.get('w-1')).toMatchObject({ state: 'revert-failed', detail: /exception 2/ });
    expect(rig.errors).toHaveLength(1);
    await passing(hour);
    expect(rig.errors).toHaveLength(1);
    const { failedReverts, pendingReverts } = rig.writing.counters();
    expect([failedReverts, pendingReverts]).toEqual([rig.field.written.length - 1, 1]);
    // 5, 10, 20 … 600 s: about a dozen in the hour, not seven hundred.
    expect(failedReverts).toBeGreaterThan(8);
    expect(failedReverts).toBeLessThan(16);
    rig.field.onWrite = accept;
    await passing(WRITING_LIMITS.revertRetryMaxMs + 2_000);
    expect(rig.states()).toEqual(['reverted']);
    expect(rig.writing.counters()).toMatchObject({ reverts: 1, pendingReverts: 0 });
  });

  test('for good is given up after a bounded number of tries', async () => {
    const rig = await createRig(model());
    await ending(rig.ask());
    rig.field.onWrite = refuse;
    await passing(8 * hour);
    expect(rig.field.written).toHaveLength(1 + WRITING_LIMITS.revertTries);
    expect(rig.store.rows.get('w-1')).toMatchObject({ state: 'revert-failed', revertAtMs: null });
    expect(rig.errors).toHaveLength(2);
  }, 240_000);

  test('because it cannot be stored is not begun, and made when it can be', async () => {
    const rig = await createRig(model());
    await ending(rig.ask());
    rig.store.before = failing;
    await passing(2 * AFTER_MS);
    expect(rig.field.written).toHaveLength(1);
    rig.store.before = () => {};
    await passing(3_000);
    expect(rig.states()).toEqual(['reverted']);
  });
});
