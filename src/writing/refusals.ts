/**
 * Writes down who wanted to write what and was refused. A refusal is a person's matter, so it leaves an audit entry and a
 * line in the log, never a stack trace; why it was refused is check.ts's business. What was refused after its row had
 * been stored has its outcome (step.ts) and none of this.
 */
import type { Logger } from 'pino';
import type { PointDef } from '../config/model.ts';
import type { Clock } from '../core/clock.ts';
import type { RiserError } from '../core/errors.ts';
import type { AuditRow, Store } from '../store/store.ts';
import { WRITING_LIMITS } from './limits.ts';
import type { WriteCommand } from './port.ts';

export interface RefusalsOptions {
  readonly store: Pick<Store, 'commit'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The gateway's own state, not the person's wish: a store that fails or a stop would keep the entry out as well. */
const OURS: ReadonlySet<string> = new Set(['engine-busy', 'store-failed']);

/** Action of the audit entry. */
const REFUSED = 'point-write-refused';

/** What was asked for; null = refused before the request had been read. */
type Asked = Pick<WriteCommand, 'value' | 'reason'> | null;

export class Refusals {
  readonly #options: RefusalsOptions;
  #unaudited = 0;
  #underWay = 0;
  #isFailing = false;

  constructor(options: RefusalsOptions) {
    this.#options = options;
  }

  /** Refusals whose entry could not be stored or had to be left out, since start. */
  get unaudited(): number {
    return this.#unaudited;
  }

  /** Resolves when it is written down, or cannot be; nobody's answer waits for that. Never throws. */
  async note(point: PointDef, by: string, asked: Asked, refusal: RiserError): Promise<void> {
    if (OURS.has(refusal.code)) return;
    const { store, clock, log } = this.#options;
    log.info({ point: point.id, by, code: refusal.code }, `write refused: ${refusal.message}`);
    if (this.#underWay >= WRITING_LIMITS.refusalsUnderWay) {
      this.#unaudited++;
      return;
    }
    const entry = toEntry(point, by, asked, refusal, clock.now().wallMs);
    this.#underWay++;
    try {
      await store.commit({ writes: [{ type: 'audit', entry }] });
      this.#isFailing = false;
    } catch (error) {
      this.#unaudited++;
      if (!this.#isFailing) log.error({ err: error }, 'a refused write could not be written down');
      this.#isFailing = true;
    } finally {
      this.#underWay--;
    }
  }
}

/** @param atMs UTC ms */
function toEntry(
  point: PointDef,
  by: string,
  asked: Asked,
  { code, message }: RiserError,
  atMs: number,
): AuditRow {
  const reason = asked?.reason.trim().slice(0, WRITING_LIMITS.reasonChars) ?? '';
  const detail = { to: asked?.value ?? null, reason, code, why: message };
  return { atMs, actor: by, action: REFUSED, object: point.id, detail };
}
