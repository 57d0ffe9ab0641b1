/**
 * Handovers over the state store: begun with frozen lists, signed by both. The audit notes a digest of what was signed, so
 * that it can be held against the record. What the lists say is lists.ts's business.
 */

import { createHash } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import type { Handover } from '../core/duty.ts';
import { RiserError } from '../core/errors.ts';
import { createTurns } from '../core/in-turn.ts';
import { toRecordName } from '../core/record-words.ts';
import type { AuditRow, Store } from '../store/store.ts';
import { HANDOVER_LIMITS } from './limits.ts';
import { toHandoverLists } from './lists.ts';
import type { HandoverInput, HandoverPort, HandoverSources } from './port.ts';

export interface HandoversOptions {
  readonly store: Pick<Store, 'commit' | 'queries'>;
  readonly clock: Clock;
  readonly createId: () => string;
  /** What stands now. */
  readonly sources: () => Promise<HandoverSources>;
}

export class Handovers implements HandoverPort {
  readonly #options: HandoversOptions;
  /** Those that lack a signature, oldest first. Key: id. */
  readonly #open: Map<string, Handover>;
  readonly #inTurn = createTurns();

  constructor(options: HandoversOptions, open: readonly Handover[]) {
    this.#options = options;
    this.#open = new Map(open.toSorted((a, b) => a.atMs - b.atMs).map((one) => [one.id, one]));
  }

  begin({ from, to, post, note, by }: HandoverInput): Promise<Handover> {
    return this.#inTurn(async () => {
      if (from === to) throw new RiserError('handover-one-person');
      if (by !== from && by !== to) throw new RiserError('handover-of-others');
      if (note.length > HANDOVER_LIMITS.noteChars) throw new RiserError('bad-request');
      const lists = toHandoverLists(await this.#options.sources());
      const { wallMs: atMs } = this.#options.clock.now();
      const unsigned = { signedFromAtMs: null, signedToAtMs: null };
      const handover = { id: this.#options.createId(), atMs, from, to, post, note, ...lists, ...unsigned };
      await this.#commit(handover, by, 'handover-begin');
      return handover;
    });
  }

  sign(id: string, by: string): Promise<Handover> {
    return this.#inTurn(async () => {
      // As it is stored: words of it may have been redacted since it was begun.
      const before = (await this.#findStored(id)) ?? this.#open.get(id);
      if (before === undefined)
        throw new RiserError('not-found', { what: { zh: '交接班记录', en: 'handover' } });
      const key = by === before.from ? 'signedFromAtMs' : by === before.to ? 'signedToAtMs' : null;
      if (key === null) throw new RiserError('handover-of-others');
      if (before[key] !== null) throw new RiserError('handover-signed');
      const signed = { ...before, [key]: this.#options.clock.now().wallMs };
      await this.#commit(signed, by, 'handover-sign');
      return signed;
    });
  }

  list(page: { readonly limit: number; readonly offset: number }): ReturnType<HandoverPort['list']> {
    return this.#options.store.queries.handovers(page);
  }

  unsigned(nowMs: number): readonly Handover[] {
    return [...this.#open.values()].filter(({ atMs }) => nowMs - atMs > HANDOVER_LIMITS.unsignedMs);
  }

  async #commit(handover: Handover, by: string, action: string): Promise<void> {
    const { id, from, to, post, note } = handover;
    const detail = { from, to, post, note, digest: toHandoverDigest(handover) };
    const { wallMs: atMs } = this.#options.clock.now();
    const record = toRecordName('handover', id);
    const entry: AuditRow = { atMs, actor: by, action, object: id, detail, record };
    await this.#options.store.commit({
      writes: [
        { type: 'handover', handover },
        { type: 'audit', entry },
      ],
    });
    if (isUnsigned(handover)) this.#open.set(id, handover);
    else this.#open.delete(id);
  }

  async #findStored(id: string): Promise<Handover | undefined> {
    const { items } = await this.list({ limit: HANDOVER_LIMITS.lookBack, offset: 0 });
    return items.find((one) => one.id === id);
  }
}

/** @throws RiserError `store-failed` */
export async function openHandovers(options: HandoversOptions): Promise<Handovers> {
  const { items } = await options.store.queries.handovers({ limit: HANDOVER_LIMITS.lookBack, offset: 0 });
  return new Handovers(options, items.filter(isUnsigned));
}

/** SHA-256 over what is handed over, hex; the signatures are not part of it, and the note has a digest of its own. */
export function toHandoverDigest({
  signedFromAtMs: _from,
  signedToAtMs: _to,
  note: _note,
  ...content
}: Handover): string {
  const fields = Object.entries(content).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(fields)).digest('hex');
}

function isUnsigned({ signedFromAtMs, signedToAtMs }: Handover): boolean {
  return signedFromAtMs === null || signedToAtMs === null;
}
