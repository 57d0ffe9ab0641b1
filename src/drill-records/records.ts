/**
 * Drill records over the state store. The engine writes the first revision with the end of the drill (engine/drills.ts);
 * people complete it, each time as a further revision, with a line in the audit. One at a time, so that no two are the same.
 */

import type { SiteModel } from '../config/model.ts';
import type { Clock } from '../core/clock.ts';
import type { DrillLine, DrillRecord } from '../core/drill-record.ts';
import { RiserError } from '../core/errors.ts';
import { createTurns } from '../core/in-turn.ts';
import { toDrillDetail, toRecordName } from '../core/record-words.ts';
import type { Text } from '../core/text.ts';
import type { AuditRow, Store } from '../store/store.ts';
import { DRILL_RECORD_LIMITS } from './limits.ts';
import type { DrillEvaluation, DrillInput, DrillRecordPort, DueDrill } from './port.ts';
import { toFlow, toParticipants, toRequiredKinds } from './record.ts';

export interface DrillRecordsOptions {
  readonly store: Pick<Store, 'commit' | 'queries'>;
  readonly clock: Clock;
  readonly createId: () => string;
  readonly model: () => SiteModel;
}

export class DrillRecords implements DrillRecordPort {
  readonly #options: DrillRecordsOptions;
  readonly #inTurn = createTurns();

  constructor(options: DrillRecordsOptions) {
    this.#options = options;
  }

  list(filter: Parameters<DrillRecordPort['list']>[0]): ReturnType<DrillRecordPort['list']> {
    return this.#options.store.queries.drillRecords(filter);
  }

  async revisions(id: string): Promise<readonly DrillRecord[]> {
    const revisions = await this.#options.store.queries.drillRevisions(id);
    if (revisions.length === 0) throw new RiserError('not-found', { what: DRILL_RECORD });
    return revisions;
  }

  evaluate(id: string, { revision, by, flow = [], ...given }: DrillEvaluation): Promise<DrillRecord> {
    return this.#inTurn(async () => {
      requireEvaluation(given.evaluation);
      checkSizes({ ...given, flow });
      const before = (await this.revisions(id)).at(-1) as DrillRecord;
      if (before.revision !== revision)
        throw new RiserError('version-conflict', { current: before.revision });
      const tickets = await this.#readTickets(before);
      const next: DrillRecord = {
        ...before,
        ...given,
        participants: given.participants ?? [
          ...new Set([...before.participants, ...toParticipants(before.begunBy, tickets)]),
        ],
        flow: toSorted([...toFlow(tickets), ...flow]),
        revision: before.revision + 1,
        writtenBy: by,
        writtenAtMs: this.#options.clock.now().wallMs,
      };
      await this.#commit(next, 'drill-record-evaluate');
      return next;
    });
  }

  write({ by, ...input }: DrillInput): Promise<DrillRecord> {
    return this.#inTurn(async () => {
      requireEvaluation(input.evaluation);
      checkSizes(input);
      const { clock, createId, model } = this.#options;
      const { wallMs } = clock.now();
      if (input.equipment !== null && !model().equipment.has(input.equipment))
        throw new RiserError('not-found', { what: { zh: '设备', en: 'equipment' } });
      if (input.beganAtMs > input.endedAtMs || input.endedAtMs > wallMs) throw new RiserError('bad-request');
      const record: DrillRecord = {
        ...input,
        id: createId(),
        revision: 1,
        begunBy: by,
        tickets: [],
        flow: toSorted(input.flow),
        writtenBy: by,
        writtenAtMs: wallMs,
      };
      await this.#commit(record, 'drill-record-write');
      return record;
    });
  }

  async due(): Promise<readonly DueDrill[]> {
    const last = await this.#options.store.queries.lastDrills();
    const { wallMs } = this.#options.clock.now();
    return toRequiredKinds(this.#options.model())
      .map((kind) => ({ kind, lastAtMs: last.get(kind) ?? null }))
      .filter(({ lastAtMs }) => lastAtMs === null || wallMs - lastAtMs > DRILL_RECORD_LIMITS.everyMs);
  }

  async #readTickets({ tickets }: DrillRecord) {
    const found = await Promise.all(tickets.map(({ id }) => this.#options.store.queries.ticket(id)));
    return found.filter((ticket) => ticket !== null);
  }

  async #commit(record: DrillRecord, action: string): Promise<void> {
    const { id, revision, kind, writtenBy: actor, writtenAtMs: atMs } = record;
    const detail = { revision, kind, ...toDrillDetail(record) };
    const entry: AuditRow = { atMs, actor, action, object: id, detail, record: toRecordName('drill', id) };
    await this.#options.store.commit({
      writes: [
        { type: 'drill-record', record },
        { type: 'audit', entry },
      ],
    });
  }
}

function toSorted(flow: readonly DrillLine[]): readonly DrillLine[] {
  return flow.toSorted((a, b) => a.atMs - b.atMs).slice(0, DRILL_RECORD_LIMITS.lines);
}

function requireEvaluation(evaluation: string): void {
  if (evaluation.trim() === '')
    throw new RiserError('missing-fields', { fields: 'evaluation', rule: EVALUATION_RULE });
}

/** @throws RiserError `bad-request` */
function checkSizes({
  content = '',
  evaluation,
  participants = [],
  flow = [],
}: Partial<DrillInput> & Pick<DrillInput, 'evaluation'>): void {
  const { textChars, nameChars, participants: maxParticipants, lines } = DRILL_RECORD_LIMITS;
  const texts = [content, evaluation, ...flow.flatMap(({ text }) => [text.zh, text.en])];
  const isTooMuch =
    texts.some(({ length }) => length > textChars) ||
    participants.some(({ length }) => length > nameChars) ||
    participants.length > maxParticipants ||
    flow.length > lines;
  if (isTooMuch) throw new RiserError('bad-request');
}

const DRILL_RECORD: Text = { zh: '演练记录', en: 'drill record' };
const EVALUATION_RULE: Text = { zh: '演练记录须写明评估意见', en: 'a drill record needs an evaluation' };
