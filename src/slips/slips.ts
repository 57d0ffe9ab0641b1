/**
 * Pre-numbered paper slips (信息处理单) for hours without the gateway: printed in blocks, each used once, entered later with
 * its real times (补录), or voided with a reason. The paper itself is the API's page. What uses one up is a decision of the
 * engine, in the transaction of the ticket: nobody else changes a slip that has been printed.
 */

import type { Clock } from '../core/clock.ts';
import { RiserError } from '../core/errors.ts';
import type { SlipRow, Store, Write } from '../store/store.ts';
import { SLIP_LIMITS, type SlipPort } from './port.ts';

export interface SlipsOptions {
  readonly store: Pick<Store, 'commit' | 'queries'>;
  readonly clock: Clock;
  /** The engine. */
  readonly commands: {
    submit(command: {
      readonly type: 'void-slip';
      readonly slip: SlipRow;
      readonly by: string;
      readonly reason: string;
    }): Promise<unknown>;
  };
}

const NUMBER_DIGITS = 6;
const WHAT = { zh: '纸质单', en: 'slip' };

export function createSlips({ store, clock, commands }: SlipsOptions): SlipPort {
  const inTurn = createTurns();
  const { queries } = store;
  const requireUnused = async (number: string): Promise<SlipRow> => {
    const slip = await queries.slip(number);
    if (slip === null) throw new RiserError('not-found', { what: WHAT });
    if (slip.ticket !== null || slip.voided !== null) throw new RiserError('slip-used', { number });
    return slip;
  };
  return {
    list: (filter) => queries.slips(filter),
    requireUnused,
    print: (count, by) =>
      inTurn(async () => {
        if (count < 1 || count > SLIP_LIMITS.block) throw new RiserError('bad-request');
        // None is ever deleted: as many as there are is the last number.
        const { total } = await queries.slips({ state: 'all', limit: 1, offset: 0 });
        const { wallMs: atMs } = clock.now();
        const rows = Array.from({ length: count }, (_, at): SlipRow => {
          const number = `ZD-${String(total + at + 1).padStart(NUMBER_DIGITS, '0')}`;
          return { number, printedAtMs: atMs, printedBy: by, ticket: null, voided: null };
        });
        const object = rows.map(({ number }) => number).join(' ');
        const writes = rows.map((slip): Write => ({ type: 'slip', slip }));
        const entry = { atMs, actor: by, action: 'slips-print', object, detail: { count } };
        await store.commit({ writes: [...writes, { type: 'audit', entry }] });
        return rows;
      }),
    async void(number, reason, by) {
      if (reason.trim() === '') throw new RiserError('reason-required');
      const slip = await requireUnused(number);
      await commands.submit({ type: 'void-slip', slip, by, reason });
      return { ...slip, voided: reason };
    },
  };
}

/** One change after the other: each reads, then writes. */
function createTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  let turn: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = turn.then(work, work);
    turn = done.catch(() => undefined);
    return done;
  };
}
