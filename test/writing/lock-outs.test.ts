/** 挂牌上锁: who may hang and take off, what it forbids, and that nothing slips past it. */
import { describe, expect, test } from 'vitest';
import { type EquipmentId, toId } from '../../src/core/ids.ts';
import type { Role } from '../../src/store/store.ts';
import { createRig, ending, failing, passing, type Rig } from './support.ts';

const SET: EquipmentId = toId('set');
const PUMP: EquipmentId = toId('set-pump-1');
const hang = (rig: Rig, equipment = SET) => rig.writing.lockOut(equipment, ' bearing ', 'li');
const tags = (rig: Rig) => [...rig.writing.lockOuts().keys()];

test('a tag carries who, why and since when, and is audited', async () => {
  const rig = await createRig();
  const lockOut = await hang(rig);
  expect(lockOut).toEqual({ by: 'li', reason: 'bearing', atMs: rig.clock.now().wallMs });
  expect(rig.writing.lockOuts()).toEqual(new Map([['set', lockOut]]));
  expect(rig.store.audit).toMatchObject([
    { actor: 'li', action: 'lock-out', object: 'set', detail: { reason: 'bearing' } },
  ]);
});

test('a tag on an equipment forbids writing to it and its parts, one on a part to the part and its set', async () => {
  const rig = await createRig();
  const pump = { point: 2, value: 30 };
  await hang(rig);
  for (const command of [{}, pump]) {
    await expect(rig.ask(command)).rejects.toMatchObject({
      code: 'locked-out',
      params: { by: 'li', reason: 'bearing' },
    });
  }
  await rig.writing.unlock(SET, 'li', []);
  await hang(rig, PUMP);
  await expect(rig.ask(pump)).rejects.toMatchObject({ code: 'locked-out' });
  await expect(rig.ask()).rejects.toMatchObject({ code: 'locked-out' });
  await rig.writing.unlock(PUMP, 'li', []);
  expect(await ending(rig.ask())).toMatchObject({ state: 'confirmed' });
});

test('a tag hangs on over a restart', async () => {
  const rig = await createRig();
  await hang(rig);
  await rig.crash(60_000);
  expect(tags(rig)).toEqual(['set']);
  await expect(rig.ask()).rejects.toMatchObject({ code: 'locked-out' });
});

test.each<readonly [string, readonly Role[], boolean]>([
  ['li', ['engineer'], true],
  ['wang', ['engineer'], false],
  ['wang', ['desk'], false],
  ['wang', ['supervisor'], true],
  ['wang', ['admin'], true],
])('%s (%s) may take off what li has hung: %s', async (by, roles, isAllowed) => {
  const rig = await createRig();
  await hang(rig);
  const work = rig.writing.unlock(SET, by, roles);
  await (isAllowed ? work : expect(work).rejects.toMatchObject({ code: 'tag-of-another' }));
  expect(tags(rig)).toEqual(isAllowed ? [] : ['set']);
  const last = rig.store.audit.at(-1);
  expect(last).toMatchObject(
    isAllowed
      ? { actor: by, action: 'unlock', detail: { by: 'li', reason: 'bearing' } }
      : { action: 'lock-out' },
  );
});

describe('refused are', () => {
  test('a tag without a reason, on what does not exist, and a second one', async () => {
    const rig = await createRig();
    await expect(rig.writing.lockOut(SET, ' ', 'li')).rejects.toMatchObject({ code: 'reason-required' });
    await expect(rig.writing.lockOut(toId('none'), 'x', 'li')).rejects.toMatchObject({ code: 'not-found' });
    await hang(rig);
    await expect(rig.writing.lockOut(SET, 'mine', 'wang')).rejects.toMatchObject({ code: 'locked-out' });
    expect(rig.writing.lockOuts().get('set')?.by).toBe('li');
  });

  test('taking off what does not hang', async () => {
    const rig = await createRig();
    await expect(rig.writing.unlock(SET, 'li', ['admin'])).rejects.toMatchObject({ code: 'not-locked-out' });
    await expect(rig.writing.unlock(toId('none'), 'li', [])).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('nothing slips past a tag', () => {
  test('that is still being stored', async () => {
    const rig = await createRig();
    const disk = Promise.withResolvers<void>();
    rig.store.before = () => disk.promise;
    const hung = hang(rig);
    await expect(rig.ask()).rejects.toMatchObject({ code: 'locked-out' });
    disk.resolve();
    await hung;
    expect(rig.field.written).toEqual([]);
  });

  test('that came while a write was being stored: it is not sent', async () => {
    const rig = await createRig();
    rig.store.before = async () => {
      rig.store.before = () => {};
      await hang(rig);
    };
    await expect(rig.ask()).rejects.toMatchObject({ code: 'locked-out' });
    expect(rig.field.written).toEqual([]);
    expect(rig.store.rows.get('w-1')).toMatchObject({ state: 'failed', detail: /locked out/ });
  });

  test('that comes while a value is on the wire: it is hung when the value has ended', async () => {
    const rig = await createRig();
    let release = (): void => {};
    rig.field.onWrite = () =>
      new Promise((resolve) => {
        release = resolve;
      });
    const work = rig.ask();
    await passing(10);
    let isHung = false;
    const hung = hang(rig).then(() => {
      isHung = true;
    });
    await passing(1_000);
    expect(isHung).toBe(false);
    release();
    await passing(10);
    expect(isHung).toBe(true);
    await Promise.all([hung, ending(work)]);
  });
});

test('a tag that cannot be stored does not hang, one that cannot be taken off hangs on', async () => {
  const rig = await createRig();
  rig.store.before = failing;
  await expect(hang(rig)).rejects.toMatchObject({ code: 'store-failed' });
  expect(tags(rig)).toEqual([]);
  rig.store.before = () => {};
  await hang(rig);
  rig.store.before = failing;
  await expect(rig.writing.unlock(SET, 'li', [])).rejects.toMatchObject({ code: 'store-failed' });
  expect(tags(rig)).toEqual(['set']);
});
