/**
 * The decision loop of a simulated site, as engine.ts runs it: each round is committed, or fails and leaves everything as it
 * was, and only then published. It is killed and started again from what is stored. Who acts and what is checked is outside.
 */
import pino from 'pino';
import type { SiteModel } from '../../../src/config/model.ts';
import type { Policy } from '../../../src/config/policy.ts';
import { RiserError } from '../../../src/core/errors.ts';
import type { IncidentId, TicketId } from '../../../src/core/ids.ts';
import type { Incident } from '../../../src/core/incident.ts';
import { LIMITS } from '../../../src/core/limits.ts';
import { QUALITIES, type QualityReason } from '../../../src/core/quality.ts';
import { ReadingBatchBuilder } from '../../../src/core/reading.ts';
import type { Ticket } from '../../../src/core/ticket.ts';
import type { Command, CommandOutcome } from '../../../src/engine/commands.ts';
import { Decisions } from '../../../src/engine/decisions.ts';
import type { Round } from '../../../src/engine/round.ts';
import { createToMessages, type MessageView, type ToMessages } from '../../../src/notify/to-messages.ts';
import type { DutyView } from '../../../src/people/duty.ts';
import type { BootState, WriteBatch } from '../../../src/store/store.ts';
import { createLatest, type Latest } from '../../../src/telemetry/latest.ts';
import type { FakeClock } from '../clock.ts';
import { ZONE } from './site.ts';

/** What stands behind it. */
export interface MonthStore {
  /** All of it, or an error of ours. */
  commit(batch: WriteBatch): void;
  boot(closedSinceMs: number): BootState;
  ticket(id: TicketId): Ticket | null;
  incident(id: IncidentId): Incident | null;
}

export interface GatewayOptions {
  readonly model: SiteModel;
  readonly store: MonthStore;
  readonly clock: FakeClock;
  readonly duty: DutyView;
  /** After the commit: what people, the sender and the checks see. */
  readonly onRound: (round: Round) => void;
}

/** Points that have said something. Key: name of the point. */
export type Values = Readonly<Record<string, number | QualityReason>>;

const CHANNELS = [
  { id: 'inbox', kinds: null, roles: null, reachesContacts: false },
  { id: 'webhook', kinds: null, roles: ['engineer', 'supervisor', 'leader'], reachesContacts: false },
];

/** How long closed tickets stay in memory, as pipeline.ts says. */
export function toKeptMs({ reopenMs, proof, falseAlarm }: Policy): number {
  return Math.max(reopenMs, falseAlarm.withinMs, ...proof.map(({ ms }) => 2 * ms));
}

export class SimulatedGateway {
  readonly #options: GatewayOptions;
  readonly #points: ReadonlyMap<string, number>;
  /** Key: version. */
  readonly #policies = new Map<string, Policy>();
  /** What every point says, as the plant has it: read anew after a start. */
  readonly #field = new Map<string, number | QualityReason>();
  #model: SiteModel;
  #latest: Latest;
  #decisions: Decisions;
  #isFailing = false;
  #view: MessageView | null = null;
  rounds = 0;
  commits = 0;

  constructor(options: GatewayOptions) {
    const { model } = options;
    this.#options = options;
    this.#model = model;
    this.#points = new Map(model.points.map(({ name, index }) => [name, index]));
    for (const { name } of model.points) this.#field.set(name, 0);
    this.#latest = createLatest(model);
    this.#putPolicy(model.policy);
    this.#decisions = this.#begin();
    this.feed({});
  }

  get policy(): Policy {
    return this.#model.policy;
  }

  /** That the ticket was opened under. */
  policyOf({ policyVersion }: Pick<Ticket, 'policyVersion'>): Policy {
    return this.#policies.get(policyVersion) ?? this.policy;
  }

  incident(id: IncidentId): Incident | null {
    return this.#options.store.incident(id);
  }

  get model(): SiteModel {
    return this.#model;
  }

  get decisions(): Decisions {
    return this.#decisions;
  }

  ticket(id: TicketId): Ticket | null {
    return this.#decisions.ticket(id) ?? this.#options.store.ticket(id);
  }

  /** Whether the loop remembers the message of that key. */
  remembers(key: string): boolean {
    return this.#view?.has(key) ?? false;
  }

  /** When time brings something to a rule, ms from now. */
  ruleDueInMs(): number {
    return Math.max(LIMITS.sweepMs, this.#decisions.rules.nextDueMonoMs() - this.#options.clock.now().monoMs);
  }

  feed(values: Values): void {
    const { clock } = this.#options;
    for (const [name, value] of Object.entries(values)) this.#field.set(name, value);
    const isFirst = Object.keys(values).length === 0;
    const batch = new ReadingBatchBuilder(this.#model.epoch, this.#points.size);
    for (const [name, value] of isFirst ? this.#field : Object.entries(values)) {
      const quality = typeof value === 'number' ? 'good' : value;
      const number = typeof value === 'number' ? value : Number.NaN;
      const { wallMs } = clock.now();
      batch.add(this.#points.get(name) as number, number, QUALITIES[quality].code, wallMs);
    }
    const readings = batch.finish(clock.now().monoMs);
    this.#latest.apply(readings);
    if (this.#decisions.accept(readings, clock.now())) this.round([]);
  }

  /** What time alone brings. */
  look(): void {
    this.round([], true);
  }

  /** One round. @returns what each command was answered: an outcome, or why it was refused */
  round(commands: readonly Command[], isSweep = false): readonly (CommandOutcome | RiserError)[] {
    const answers: (CommandOutcome | RiserError)[] = commands.map(() => NO_ANSWER);
    const waiting = commands.map((command, at) => ({
      command,
      called: this.#decisions.toCall(command).flatMap((id) => this.#options.store.ticket(id) ?? []),
      resolve: (outcome: CommandOutcome): void => void (answers[at] = outcome),
      reject: (error: Error): void => {
        if (!(error instanceof RiserError)) throw error;
        answers[at] = error;
      },
    }));
    this.rounds += 1;
    const round = this.#decisions.decide(waiting, this.#options.clock.now(), () => {}, isSweep);
    if (round.batch !== null && this.#isFailing) {
      round.fail(new RiserError('store-failed'));
      return answers;
    }
    if (round.batch !== null) {
      this.commits += 1;
      this.#options.store.commit(round.batch);
    }
    round.settle();
    this.#options.onRound(round);
    return answers;
  }

  failCommits(isFailing: boolean): void {
    this.#isFailing = isFailing;
  }

  /** An approved version is in force for new tickets. */
  usePolicy(policy: Policy): void {
    this.#putPolicy(policy);
    this.#model = { ...this.#model, policy, calendars: policy.calendars };
    this.#decisions.replaceModel(this.#model, new Set(), this.#options.clock.now());
    this.round([]);
  }

  /** Killed, and started again when `downMs` have passed. */
  restart(downMs: number): void {
    this.#options.clock.reboot(downMs);
    this.#latest = createLatest(this.#model);
    this.#decisions = this.#begin();
    this.feed({});
  }

  #begin(): Decisions {
    const { clock, duty, store } = this.#options;
    const now = clock.now();
    const boot = store.boot(now.wallMs - toKeptMs(this.#model.policy));
    const toMessages = createToMessages({
      duty: () => duty,
      channels: CHANNELS,
      ownerOf: ({ equipment }) =>
        equipment === null ? null : (this.#model.equipment.get(equipment)?.responsible ?? null),
      timeZone: ZONE,
    });
    const options = {
      model: this.#model,
      latest: this.#latest,
      recent: () => [],
      log: SILENT,
      toMessages: ((events, incidents, view) => {
        this.#view = view;
        return toMessages(events, incidents, view);
      }) satisfies ToMessages,
      people: { firstReceiver: (atMs: number) => duty.recipientsOf('desk', atMs)[0] ?? 'desk' },
    };
    return new Decisions(options, boot, now);
  }

  #putPolicy(policy: Policy): void {
    const { wallMs } = this.#options.clock.now();
    this.#policies.set(policy.version, policy);
    const version = {
      version: policy.version,
      state: 'in-force' as const,
      text: '',
      origin: 'file' as const,
      by: 'gateway',
      atMs: wallMs,
      reason: '',
      reviewedBy: null,
      reviewedAtMs: null,
      reviewNote: '',
      policy,
    };
    this.#options.store.commit({ writes: [{ type: 'policy-version', version }] });
  }
}

const SILENT = pino({ level: 'silent' });
const NO_ANSWER = new RiserError('engine-busy');
