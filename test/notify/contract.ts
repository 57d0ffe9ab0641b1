/** What every channel must do (src/notify/notifier.ts), run for each of them against another side that does as it is told. */
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Notifier, Recipient } from '../../src/notify/notifier.ts';
import { createMessage, toRecipient } from './fixtures.ts';

/** What the other side does with the next attempt. */
export type Mood = 'well' | 'silent' | 'reset' | 'busy' | 'refusing' | 'throttling' | 'huge';

export interface ContractRig {
  readonly notifier: Notifier;
  /** How the other side behaves from now on. */
  setMood(mood: Mood): void;
  /** Ids of the messages that arrived, in order. */
  arrived(): readonly string[];
  close(): Promise<void>;
}

/** Ends an attempt in these tests; the sender's own is longer. */
const ATTEMPT_MS = 20_000;
/** Where no answer comes. */
const HASTY_MS = 300;

/** @param hasOtherSide whether there is somebody who can misbehave; a channel of our own has nobody */
export function describeNotifier(
  id: string,
  hasOtherSide: boolean,
  createRig: () => Promise<ContractRig>,
): void {
  const open = async (): Promise<ContractRig> => {
    const rig = await createRig();
    onTestFinished(async () => {
      await rig.notifier.close();
      await rig.close();
    });
    return rig;
  };
  const deliver = (rig: ContractRig, signal = AbortSignal.timeout(ATTEMPT_MS), given = {}) =>
    rig.notifier.deliver(createMessage(given), toRecipient('engineer-li') satisfies Recipient, signal);

  describe(`channel ${id}`, () => {
    test('has the id of the table, and a size', async () => {
      const { notifier } = await open();
      expect(notifier.id).toBe(id);
      expect(notifier.maxBytes).toBeGreaterThan(0);
    });

    test('hands a message over and says so', async () => {
      const rig = await open();
      expect(['sent', 'delivered']).toContain((await deliver(rig)).result);
      expect(rig.arrived()).toEqual(['m1']);
    });

    test('sends the same id with every attempt of a message', async () => {
      const rig = await open();
      await deliver(rig);
      await deliver(rig);
      expect(rig.arrived()).toEqual(['m1', 'm1']);
    });

    test('takes a message of any length', async () => {
      const rig = await open();
      const long = '电梯困人 "🔥"\n'.repeat(20_000);
      const result = await deliver(rig, undefined, {
        body: { zh: long, en: long },
        subject: { zh: long, en: long },
      });
      expect(['sent', 'delivered']).toContain(result.result);
    });

    if (!hasOtherSide) return;

    test.for([
      ['silent', 'retry'],
      ['reset', 'retry'],
      ['busy', 'retry'],
      ['throttling', 'retry'],
      ['refusing', 'refused'],
    ] as const)('whose other side is %s says %s, and never throws', async ([mood, expected]) => {
      const rig = await open();
      rig.setMood(mood);
      const delivery = await deliver(rig, AbortSignal.timeout(mood === 'silent' ? HASTY_MS : ATTEMPT_MS));
      expect(delivery.result).toBe(expected);
      if (delivery.result === 'retry' || delivery.result === 'refused') {
        expect(delivery.answer.code).not.toBe('');
        expect(delivery.answer.text.length).toBeLessThanOrEqual(500);
      }
      rig.setMood('well');
      expect(['sent', 'delivered']).toContain((await deliver(rig)).result);
    });

    test('whose other side answers without end reads no more than it needs, and takes that for no receipt', async () => {
      const rig = await open();
      rig.setMood('huge');
      const before = process.memoryUsage().arrayBuffers;
      expect((await deliver(rig)).result).toBe('retry');
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50 * 1024 * 1024);
    });
  });
}
