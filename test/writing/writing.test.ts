/** A write from the request to its outcome: what goes over the wire, what is stored before and after, what people are told. */
import { describe, expect, test } from 'vitest';
import { DeviceError, RiserError } from '../../src/core/errors.ts';
import { KIND_NAMES, KINDS } from '../../src/core/kinds.ts';
import { WRITING_LIMITS } from '../../src/writing/limits.ts';
import { BAD, createRig, ending, failing, makeModel, passing, type Rig } from './support.ts';

const SET = makeModel().points[0]?.equipment as Parameters<Rig['writing']['lockOut']>[0];

const REFUSAL = 'exception 2 to unit 0 holding 3 = 40';

const timeout = () => Promise.reject(new DeviceError('timeout', 'no answer in 500 ms'));
const forEver = () => new Promise<never>(() => {});

describe('a write that works', () => {
  test('is sent once, read back and stored with who, what, from, to and why', async () => {
    const rig = await createRig();
    const row = await ending(rig.ask({ reason: '  night  ' }));
    expect(row).toMatchObject({
      point: 'set/set-point',
      value: 0.4,
      previous: 0.45,
      state: 'confirmed',
      readBack: 0.4,
      by: 'wang',
      reason: 'night',
      revertAtMs: null,
      detail: '',
    });
    expect(rig.field.written).toEqual([[0, 0.4]]);
    expect(rig.store.rows.get('w-1')).toEqual(row);
    expect(rig.store.audit).toMatchObject([
      { actor: 'wang', action: 'point-write', detail: { from: 0.45, to: 0.4, reason: 'night' } },
      { actor: 'gateway', action: 'point-write-result', detail: { state: 'confirmed', readBack: 0.4 } },
    ]);
  });

  test('is stored with its audit entry before the wire is touched', async () => {
    const rig = await createRig();
    rig.field.onWrite = async () => {
      expect(rig.states()).toEqual(['sent']);
      expect(rig.actions()).toEqual(['point-write']);
      rig.field.values.set(0, 0.4);
    };
    expect(await ending(rig.ask())).toMatchObject({ state: 'confirmed' });
  });

  test('is not sent when it cannot be stored', async () => {
    const rig = await createRig();
    rig.store.before = failing;
    await expect(rig.ask()).rejects.toMatchObject({ code: 'store-failed' });
    expect(rig.field.written).toEqual([]);
    rig.store.before = () => {};
    expect(await ending(rig.ask())).toMatchObject({ state: 'confirmed' });
  });

  test('is confirmed by a device that takes its time, as long as it is within the time of the profile', async () => {
    const rig = await createRig();
    rig.field.onWrite = async () => void setTimeout(() => rig.field.values.set(0, 0.4), 1_500);
    expect(await ending(rig.ask())).toMatchObject({ state: 'confirmed', readBack: 0.4 });
  });

  test('is confirmed within the tolerance, and by another point where the profile names one', async () => {
    const readBack = { point: 1, tolerance: 0.01, withinMs: 1_000 };
    const rig = await createRig(makeModel({ readBack, interlocks: [] }));
    rig.field.onWrite = async () => void rig.field.values.set(1, 0.409);
    expect(await ending(rig.ask())).toMatchObject({ state: 'confirmed', readBack: 0.409 });
  });

  test('is confirmed by a single-precision device', async () => {
    const rig = await createRig();
    rig.field.onWrite = async (point, value) => void rig.field.values.set(point, Math.fround(value));
    expect(await ending(rig.ask({ value: 0.41 }))).toMatchObject({ state: 'confirmed' });
  });
});

describe('a write that does not work', () => {
  test('differs when another value is read back until the time is over', async () => {
    const rig = await createRig();
    rig.field.onWrite = async () => void rig.field.values.set(0, 0.43);
    const row = await ending(rig.ask());
    expect(row).toMatchObject({
      state: 'differs',
      readBack: 0.43,
      detail: 'written, but 0.43 was read back',
    });
    expect(rig.store.rows.get('w-1')).toEqual(row);
    expect(rig.field.written).toHaveLength(1);
  });

  test('has failed when the device refuses: nothing was changed, and the caller is told', async () => {
    const rig = await createRig();
    rig.field.onWrite = () => Promise.reject(new DeviceError('exception', REFUSAL, { exceptionCode: 2 }));
    await expect(rig.ask()).rejects.toMatchObject({
      code: 'write-failed',
      params: { reason: { zh: '0号站 保持寄存器 3 = 40：设备返回异常码 2（非法数据地址）', en: REFUSAL } },
    });
    expect(rig.store.rows.get('w-1')).toMatchObject({
      state: 'failed',
      readBack: null,
      detail: /exception 2/,
    });
    expect(rig.actions()).toEqual(['point-write', 'point-write-result']);
  });

  test.each(['link-down', 'write-busy', 'not-writable'] as const)(
    'has failed when acquisition says %s',
    async (code) => {
      const rig = await createRig();
      rig.field.onWrite = () => Promise.reject(new RiserError(code, { link: 'plant', point: 'p' }));
      await expect(rig.ask()).rejects.toMatchObject({ code });
      expect(rig.states()).toEqual(['failed']);
    },
  );

  test('is unknown after a time-out, and never sent again', async () => {
    const rig = await createRig();
    rig.field.onWrite = timeout;
    const row = await ending(rig.ask());
    expect(row).toMatchObject({ state: 'unknown', readBack: 0.45, detail: 'no answer in 500 ms' });
    await passing(3_600_000);
    expect(rig.field.written).toHaveLength(1);
  });

  test('is confirmed after a time-out when the device shows the value after all', async () => {
    const rig = await createRig();
    rig.field.onWrite = async () => {
      rig.field.values.set(0, 0.4);
      await timeout();
    };
    expect(await ending(rig.ask())).toMatchObject({ state: 'confirmed', readBack: 0.4, detail: '' });
  });

  test.each(['connection-lost', 'bad-frame', 'stopped'] as const)('is unknown after %s', async (code) => {
    const rig = await createRig();
    rig.field.onWrite = () => Promise.reject(new DeviceError(code, 'lost'));
    expect(await ending(rig.ask())).toMatchObject({ state: 'unknown' });
  });

  test.each(['connect-failed', 'connect-timeout'] as const)(
    'has failed after %s: it never left',
    async (code) => {
      const rig = await createRig();
      rig.field.onWrite = () => Promise.reject(new DeviceError(code, 'refused'));
      await expect(rig.ask()).rejects.toMatchObject({ code: 'write-failed' });
      expect(rig.states()).toEqual(['failed']);
    },
  );

  test.each([4, 5, 8, 11, 0x80])(
    'is unknown after exception %i, which does not say that nothing was done',
    async (exceptionCode) => {
      const rig = await createRig();
      const code = exceptionCode === 11 ? 'timeout' : 'exception';
      rig.field.onWrite = () => Promise.reject(new DeviceError(code, 'exception', { exceptionCode }));
      expect(await ending(rig.ask())).toMatchObject({
        state: 'unknown',
        readBack: 0.45,
        detail: 'exception',
      });
    },
  );

  test('is unknown when the device confirms something else than what was sent', async () => {
    const rig = await createRig();
    rig.field.onWrite = async () => {
      rig.field.values.set(0, 0.43);
      throw new DeviceError('exception', 'answered by 0600: not confirmed');
    };
    expect(await ending(rig.ask())).toMatchObject({ state: 'unknown', readBack: 0.43 });
  });

  test('has failed when a gateway has no way to the device', async () => {
    const rig = await createRig();
    rig.field.onWrite = () =>
      Promise.reject(new DeviceError('timeout', 'exception 10', { exceptionCode: 10 }));
    await expect(rig.ask()).rejects.toMatchObject({ code: 'write-failed' });
  });

  test('is unknown when it cannot be read back', async () => {
    const rig = await createRig();
    rig.field.onRead = timeout;
    const row = await ending(rig.ask());
    expect(row).toMatchObject({ state: 'unknown', readBack: null, detail: /could not be read back/ });
  });

  test('is unknown when what is read back is bad, whatever number stands in it', async () => {
    const rig = await createRig();
    rig.field.onRead = async (point) => ({ point, value: 0.4, quality: BAD, sourceMs: Number.NaN });
    expect(await ending(rig.ask())).toMatchObject({ state: 'unknown', readBack: null });
  });

  test('ends when the field never answers, and the caller is answered before that', async () => {
    const rig = await createRig();
    rig.field.onWrite = forEver;
    const work = rig.ask();
    await passing(WRITING_LIMITS.answerMs);
    expect(await work).toMatchObject({ state: 'sent' });
    expect(rig.states()).toEqual(['sent']);
    await passing(WRITING_LIMITS.fieldMs);
    expect(rig.states()).toEqual(['unknown']);
    rig.field.onWrite = async (point, value) => void rig.field.values.set(point, value);
    expect(await ending(rig.ask())).toMatchObject({ state: 'confirmed' });
  });
});

describe('a refusal', () => {
  test.each<readonly [string, Parameters<Awaited<ReturnType<typeof createRig>>['ask']>[0], string]>([
    ['no reason', { reason: '   ' }, 'reason-required'],
    ['an endless reason', { reason: 'x'.repeat(201) }, 'reason-required'],
    ['a read-only point', { point: 1 }, 'not-writable'],
    ['the desk', { roles: ['desk'] }, 'not-permitted'],
    ['a value out of range', { value: 0.7 }, 'value-not-allowed'],
    ['a tagged set', { point: 2, value: 30, by: 'zhao' }, 'locked-out'],
  ])('of %s leaves no row, touches no wire, is counted and audited', async (_, command, code) => {
    const rig = await createRig();
    if (code === 'locked-out') await rig.writing.lockOut(SET, 'bearing', 'li');
    rig.store.audit.length = 0;
    const { point = 0, value = 0.4, by = 'wang' } = command ?? {};
    await expect(rig.ask(command)).rejects.toMatchObject({ code });
    expect([rig.field.written, rig.states()]).toEqual([[], []]);
    expect(rig.store.audit).toEqual([
      {
        atMs: rig.clock.now().wallMs,
        actor: by,
        action: 'point-write-refused',
        object: rig.model.points[point]?.id,
        detail: { to: value, code, reason: expect.any(String), why: expect.any(String) },
      },
    ]);
    expect(rig.writing.counters()).toMatchObject({ refusedWrites: 1, confirmedWrites: 0 });
    expect(rig.errors).toEqual([]);
  });

  test('is written down with no more of its reason than a reason may have', async () => {
    const rig = await createRig();
    await expect(rig.ask({ reason: ` ${'x'.repeat(5_000)}` })).rejects.toMatchObject({
      code: 'reason-required',
    });
    expect(rig.store.audit).toMatchObject([{ detail: { reason: 'x'.repeat(200) } }]);
  });

  test('by an interlock, or for want of the value before, is written down as well', async () => {
    const rig = await createRig(makeModel({ revertAfterMs: 60_000 }));
    rig.field.values.set(1, 0);
    await expect(rig.ask()).rejects.toMatchObject({ code: 'interlocked' });
    rig.field.values.set(1, 2);
    rig.field.qualities.set(0, BAD);
    rig.field.onRead = timeout;
    await expect(ending(rig.ask())).rejects.toMatchObject({ code: 'interlocked' });
    expect(rig.actions()).toEqual(['point-write-refused', 'point-write-refused']);
    expect(rig.writing.counters()).toMatchObject({ refusedWrites: 2 });
  });

  test('that comes while the value before is being read is written down once, and leaves no row', async () => {
    const rig = await createRig(makeModel({ revertAfterMs: 60_000 }));
    rig.field.onRead = async (point) => {
      rig.field.values.set(1, 0);
      return { point, value: 0.45, quality: 0, sourceMs: Number.NaN };
    };
    await expect(ending(rig.ask())).rejects.toMatchObject({ code: 'interlocked' });
    expect([rig.actions(), rig.states()]).toEqual([['point-write-refused'], []]);
  });

  test('that cannot be written down is still a refusal, is counted, and is logged once', async () => {
    const rig = await createRig();
    rig.store.before = failing;
    for (const value of [0.7, 0.8])
      await expect(rig.ask({ value })).rejects.toMatchObject({ code: 'value-not-allowed' });
    expect(rig.writing.counters()).toMatchObject({ refusedWrites: 2, unauditedRefusals: 2 });
    expect(rig.errors).toEqual(['a refused write could not be written down']);
  });

  test('is told at once although the disk is slow, and what waits for the disk is bounded', async () => {
    const rig = await createRig();
    rig.store.before = forEver;
    const times = WRITING_LIMITS.refusalsUnderWay + 3;
    for (let at = 0; at < times; at++)
      await expect(rig.ask({ value: 0.7 })).rejects.toMatchObject({ code: 'value-not-allowed' });
    expect(rig.writing.counters()).toMatchObject({ refusedWrites: times, unauditedRefusals: 3 });
  });

  test('to somebody who may write nothing at all is written down without a value', async () => {
    const rig = await createRig();
    rig.writing.noteUnread(0, 'chen', new RiserError('not-permitted', { permission: 'point.write' }));
    await passing(0);
    const detail = { to: null, reason: '', code: 'not-permitted', why: expect.any(String) };
    expect(rig.store.audit).toMatchObject([{ actor: 'chen', action: 'point-write-refused', detail }]);
    expect(rig.writing.counters().refusedWrites).toBe(1);
  });

  test("by a gateway that stops is nobody's wish and not written down", async () => {
    const rig = await createRig();
    await rig.writing.stop();
    await expect(rig.ask()).rejects.toMatchObject({ code: 'engine-busy' });
    expect(rig.actions()).toEqual([]);
  });

  test('a reason of 200 characters is a reason', async () => {
    const rig = await createRig();
    expect(await ending(rig.ask({ reason: '夜'.repeat(200) }))).toMatchObject({ state: 'confirmed' });
  });

  test('by an interlock that nobody can judge says so in words', async () => {
    const rig = await createRig();
    rig.field.qualities.set(1, BAD);
    await expect(rig.ask()).rejects.toMatchObject({
      text: { zh: '联锁条件不满足：供水设备未投自动（无法确认）' },
    });
  });

  test('a second write to the point under way is refused, one to another point is not', async () => {
    const rig = await createRig();
    rig.field.onWrite = async (point, value) => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      rig.field.values.set(point, value);
    };
    const first = rig.ask();
    await expect(rig.ask({ value: 0.5 })).rejects.toMatchObject({ code: 'write-busy' });
    const other = rig.ask({ point: 2, value: 30 });
    expect(await ending(Promise.all([first, other]))).toMatchObject([
      { state: 'confirmed' },
      { state: 'confirmed' },
    ]);
    expect(rig.field.written).toEqual([
      [0, 0.4],
      [2, 30],
    ]);
  });

  test.each([
    ['an interlock that fails', (rig: Rig) => void rig.field.values.set(1, 0), 'interlocked'],
    [
      'an interlock that nobody can judge any more',
      (rig: Rig) => void rig.field.qualities.set(1, BAD),
      'interlocked',
    ],
    ['a tag that is hung', (rig: Rig) => void rig.writing.lockOut(SET, 'bearing', 'li'), 'locked-out'],
    ['a gateway that stops', (rig: Rig) => void rig.writing.stop(), 'engine-busy'],
  ])('%s while the value waits for its turn on the bus keeps it off the wire', async (_, happens, code) => {
    const rig = await createRig();
    rig.field.turn = () => new Promise((resolve) => setTimeout(resolve, 10_000));
    const refused = expect(rig.ask()).rejects.toMatchObject({ code });
    await passing(4_000);
    happens(rig);
    await passing(6_100);
    await refused;
    expect(rig.field.written).toEqual([]);
    expect(rig.states()).toEqual(['failed']);
  });

  test('an interlock that fails while the row is being stored keeps the value off the wire', async () => {
    const rig = await createRig();
    rig.store.before = () => void rig.field.values.set(1, 0);
    await expect(rig.ask()).rejects.toMatchObject({ code: 'interlocked' });
    expect(rig.field.written).toEqual([]);
    expect(rig.states()).toEqual(['failed']);
  });
});

describe('life safety', () => {
  const kinds = KIND_NAMES.filter((kind) => KINDS[kind].isLifeSafety);

  test.each(kinds)('%s is not written even when the model has been forged to say so', async (kind) => {
    const rig = await createRig(makeModel({}, { kind }));
    for (const point of [0, 2]) {
      const command = { point, value: point === 0 ? 0.4 : 30, roles: ['admin'] as const };
      await expect(rig.ask(command)).rejects.toMatchObject({ code: 'life-safety-write' });
    }
    expect([rig.field.written, rig.states()]).toEqual([[], []]);
    expect(rig.store.audit.map(({ detail }) => detail['code'])).toEqual([
      'life-safety-write',
      'life-safety-write',
    ]);
  });
});

describe('the gateway ends', () => {
  test('while the row is being stored: nothing was sent, nothing is shown', async () => {
    const rig = await createRig();
    rig.store.before = forEver;
    void rig.ask();
    await passing(10);
    rig.store.before = () => {};
    await rig.crash();
    expect([rig.states(), rig.field.written]).toEqual([[], []]);
  });

  test('between row and wire: unknown at the next start, shown and audited, never sent', async () => {
    const rig = await createRig();
    rig.field.onWrite = forEver;
    void rig.ask();
    await passing(10);
    rig.field.written.length = 0;
    await rig.crash();
    expect(rig.store.rows.get('w-1')).toMatchObject({
      state: 'unknown',
      detail: 'the gateway ended before it was known',
    });
    expect(rig.actions()).toEqual(['point-write', 'point-write-result']);
    await passing(3_600_000);
    expect(rig.field.written).toEqual([]);
  });

  test('between wire and outcome: unknown at the next start, whatever was read', async () => {
    const rig = await createRig();
    rig.store.before = ({ writes }) => {
      const [first] = writes;
      return first?.type === 'point-write' && first.write.state !== 'sent' ? forEver() : undefined;
    };
    void rig.ask();
    await passing(1_000);
    expect(rig.field.values.get(0)).toBe(0.4);
    rig.store.before = () => {};
    await rig.crash();
    expect(rig.states()).toEqual(['unknown']);
    expect(rig.field.written).toHaveLength(1);
  });

  test('after the outcome: the row stays as it was, and nothing more is written down', async () => {
    const rig = await createRig();
    const row = await ending(rig.ask());
    await rig.crash();
    expect(rig.store.rows.get('w-1')).toEqual(row);
    expect(rig.actions()).toHaveLength(2);
  });

  test('in order: a read-back is cut short and stored, and nothing more is begun', async () => {
    const rig = await createRig();
    rig.field.onWrite = async () => {};
    const work = rig.ask();
    await passing(600);
    await rig.writing.stop();
    expect(await work).toMatchObject({ state: 'differs', readBack: 0.45 });
    expect(rig.states()).toEqual(['differs']);
    await expect(rig.ask()).rejects.toMatchObject({ code: 'engine-busy' });
  });
});

describe('an outcome that cannot be stored', () => {
  test('is told truly, stored as soon as it can be, and nothing is written before that', async () => {
    const rig = await createRig();
    rig.field.onWrite = async (point, value) => {
      rig.field.values.set(point, value);
      rig.store.before = failing;
    };
    expect(await ending(rig.ask())).toMatchObject({ state: 'confirmed' });
    expect(rig.states()).toEqual(['sent']);
    expect(rig.writing.counters().unsavedOutcomes).toBe(1);
    await expect(rig.ask({ point: 2, value: 30 })).rejects.toMatchObject({ code: 'store-failed' });
    await passing(5_000);
    expect(rig.errors).toEqual(['the outcome of a write could not be stored']);
    rig.store.before = () => {};
    await passing(2_000);
    expect(rig.states()).toEqual(['confirmed']);
    expect(rig.actions()).toEqual(['point-write', 'point-write-result']);
    expect(rig.writing.counters().unsavedOutcomes).toBe(0);
  });
});
