/** Handovers over a real store: frozen when begun, signed by both for themselves, listed when they are not. */
import pino from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openHandovers, toHandoverDigest } from '../../src/handover/handovers.ts';
import { HANDOVER_LIMITS } from '../../src/handover/limits.ts';
import type { BlindPoint, HandoverInput } from '../../src/handover/port.ts';
import { openStore } from '../../src/store/sqlite/store.ts';
import { createFakeClock } from '../support/clock.ts';
import { temporaryDirectory } from '../support/temp.ts';

const INPUT: HandoverInput = { from: 'li', to: 'chen', post: 'desk', note: '2#电梯待维保', by: 'li' };

async function open() {
  const store = await openStore({ directory: temporaryDirectory(), log: pino({ level: 'silent' }) });
  onTestFinished(() => store.close());
  const clock = createFakeClock();
  const blind: BlindPoint[] = [
    {
      point: 'a/b',
      equipment: 'a',
      name: { zh: '甲', en: 'A' },
      sinceMs: null,
      reason: { zh: '断线', en: 'Offline' },
    },
  ];
  const sources = async () => ({
    alarms: [],
    controls: [],
    lockOuts: new Map(),
    tickets: [],
    drills: new Map(),
    incidents: [],
    commissioning: [],
    blind,
    equipmentName: (id: string) => ({ zh: id, en: id }),
    alarmText: (key: string) => ({ zh: key, en: key }),
    timeZone: 'Asia/Shanghai',
  });
  let made = 0;
  const options = { store, clock, sources, createId: () => `h-${++made}` };
  const audit = async () => (await store.queries.audit({ limit: 9, offset: 0 })).items;
  return { store, clock, blind, options, audit, handovers: await openHandovers(options) };
}

describe('a handover', () => {
  test('keeps what stood when it was begun', async () => {
    const { handovers, blind } = await open();
    await handovers.begin(INPUT);
    blind.pop();
    const { items, total } = await handovers.list({ limit: 10, offset: 0 });
    expect(total).toBe(1);
    expect(items[0]).toMatchObject({
      id: 'h-1',
      post: 'desk',
      note: '2#电梯待维保',
      blind: [{ id: 'a/b' }],
      signedFromAtMs: null,
    });
  });

  test('is signed by both, each once, and the audit holds the digest of what they signed', async () => {
    const { handovers, clock, audit } = await open();
    const begun = await handovers.begin(INPUT);
    await handovers.sign('h-1', 'chen');
    const { wallMs } = clock.advance(60_000);
    const signed = await handovers.sign('h-1', 'li');
    expect(signed).toMatchObject({ signedToAtMs: wallMs - 60_000, signedFromAtMs: wallMs });
    await expect(handovers.sign('h-1', 'li')).rejects.toMatchObject({ code: 'handover-signed' });
    const rows = await audit();
    expect(rows.map(({ action, actor }) => `${action} ${actor}`)).toEqual([
      'handover-sign li',
      'handover-sign chen',
      'handover-begin li',
    ]);
    expect(new Set(rows.map(({ detail }) => detail['digest']))).toEqual(new Set([toHandoverDigest(begun)]));
    expect(toHandoverDigest({ ...signed, post: 'x' })).not.toBe(toHandoverDigest(begun));
    // The note has a digest of its own, so that it can go.
    expect(new Set(rows.map(({ detail }) => detail['note']))).toEqual(new Set([begun.note]));
  });

  test('has the digest that the audit noted also after it was read back', async () => {
    const { handovers, audit } = await open();
    await handovers.begin(INPUT);
    const { items } = await handovers.list({ limit: 1, offset: 0 });
    const [stored] = items;
    expect(stored && toHandoverDigest(stored)).toBe((await audit())[0]?.detail['digest']);
  });

  test.each([
    ['with oneself', { to: 'li' }, 'handover-one-person'],
    ['of two others', { by: 'boss' }, 'handover-of-others'],
    ['with a note without end', { note: 'x'.repeat(HANDOVER_LIMITS.noteChars + 1) }, 'bad-request'],
  ])('%s is refused, and nothing is written', async (_what, more, code) => {
    const { handovers, audit } = await open();
    await expect(handovers.begin({ ...INPUT, ...more })).rejects.toMatchObject({ code });
    expect(await audit()).toEqual([]);
  });

  test('is not signed by others, nor when it is not there', async () => {
    const { handovers } = await open();
    await handovers.begin(INPUT);
    await expect(handovers.sign('h-1', 'boss')).rejects.toMatchObject({ code: 'handover-of-others' });
    await expect(handovers.sign('h-9', 'li')).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('unsigned handovers', () => {
  test('are listed after the limit, also after a restart, until both have signed', async () => {
    const { handovers, clock, options } = await open();
    await handovers.begin(INPUT);
    await handovers.sign('h-1', 'li');
    expect(handovers.unsigned(clock.now().wallMs + HANDOVER_LIMITS.unsignedMs)).toEqual([]);
    const { wallMs } = clock.advance(HANDOVER_LIMITS.unsignedMs + 1);
    expect(handovers.unsigned(wallMs).map(({ id }) => id)).toEqual(['h-1']);
    const again = await openHandovers(options);
    expect(again.unsigned(wallMs).map(({ id }) => id)).toEqual(['h-1']);
    await again.sign('h-1', 'chen');
    expect(again.unsigned(wallMs)).toEqual([]);
    expect((await openHandovers(options)).unsigned(wallMs)).toEqual([]);
  });
});
