/** Calls to the quarantine across threads: each has its own answer, and none waits for a thread that is gone. */
import { expect, test } from 'vitest';
import type { Quarantine } from '../../src/telemetry/forwarder/quarantine/quarantine.ts';
import { answerCall, type QuarantineCall, QuarantineCalls } from '../../src/telemetry/quarantine-calls.ts';

function createCalls() {
  const sent: [number, QuarantineCall][] = [];
  return { sent, calls: new QuarantineCalls((id, call) => void sent.push([id, call])) };
}

/** Writes down what it is asked. */
function createQuarantine() {
  const asked: (readonly unknown[])[] = [];
  const note =
    (name: string) =>
    async (...given: readonly unknown[]): Promise<never[]> => {
      asked.push([name, ...given]);
      return [];
    };
  const names = ['list', 'counts', 'resend', 'discard'];
  const quarantine = Object.fromEntries(names.map((name) => [name, note(name)]));
  return { asked, quarantine: quarantine as unknown as Quarantine };
}

test('answers find their calls, in whatever order they come', async () => {
  const { sent, calls } = createCalls();
  const counts = calls.counts();
  const gone = calls.discard([7]);
  expect(sent).toEqual([
    [1, { name: 'counts' }],
    [2, { name: 'discard', selection: [7] }],
  ]);
  calls.receive({ type: 'quarantine', id: 2, result: 1, failure: null });
  calls.receive({ type: 'quarantine', id: 1, result: [], failure: null });
  expect(await gone).toBe(1);
  expect(await counts).toEqual([]);
});

test('a failure of the disk is told to who asked', async () => {
  const { calls } = createCalls();
  const list = calls.list(null, 10);
  calls.receive({ type: 'quarantine', id: 1, result: null, failure: 'EIO' });
  await expect(list).rejects.toThrow('EIO');
});

test('when the thread ends, those who wait are told, and later ones at once', async () => {
  const { sent, calls } = createCalls();
  const resend = calls.resend('all');
  calls.end('the journal is closed');
  await expect(resend).rejects.toThrow('the journal is closed');
  await expect(calls.counts()).rejects.toThrow('the journal is closed');
  expect(sent).toHaveLength(1);
});

test('an answer that nobody waits for is nothing', () => {
  const { calls } = createCalls();
  expect(() => calls.receive({ type: 'quarantine', id: 9, result: 1, failure: null })).not.toThrow();
});

test('the thread answers each call from the quarantine, and says so where there is none', async () => {
  const { quarantine, asked } = createQuarantine();
  await answerCall(quarantine, { name: 'list', beforeId: null, limit: 5 });
  await answerCall(quarantine, { name: 'list', beforeId: 3, limit: 5 });
  await answerCall(quarantine, { name: 'counts' });
  await answerCall(quarantine, { name: 'resend', selection: [1] });
  await answerCall(quarantine, { name: 'discard', selection: 'all' });
  expect(asked).toEqual([
    ['list', undefined, 5],
    ['list', 3, 5],
    ['counts'],
    ['resend', [1]],
    ['discard', 'all'],
  ]);
  await expect(answerCall(null, { name: 'counts' })).rejects.toThrow('nothing is forwarded');
});
