/**
 * Readings that the sink refuses, with its reason, so that they hold up nothing and are not lost: shown, sent again when the
 * cause is mended, or discarded. Changes to the files run one after the other; a sink that is slow to take what is sent
 * again holds up nobody, because nothing is locked meanwhile. A crash may leave a reading here that was taken: sending it
 * once more changes nothing.
 */
import { join } from 'node:path';
import type { Rejection, Sink, SinkBlock } from '../../../sinks/sink.ts';
import { QUARANTINE_DIRECTORY } from '../../journal/files.ts';
import { highest, lowest, type NewLoss } from '../../journal/losses.ts';
import { FORWARDER_LIMITS } from '../limits.ts';
import { isResendable, type QuarantinedReading, type Resendable, toCommonReason, toEntry } from './entry.ts';
import { type QuarantineFile, QuarantineFiles, type QuarantineLimits } from './files.ts';
import { takeRejectedLogs } from './rejected-log.ts';

export interface QuarantineOptions {
  /** Of the journal. */
  readonly directory: string;
  readonly sink: Pick<Sink, 'send'>;
  readonly wallMs: () => number;
  readonly limits?: QuarantineLimits;
  /** null or left out: what is pushed out is only counted, since start. */
  readonly losses?: QuarantineLosses | null;
}

/** The durable log of losses, as far as the quarantine needs it. */
export interface QuarantineLosses {
  /** Name of the file that was entered last; a start takes it away, whose deletion a crash may have prevented. */
  readonly pushedOut: () => string | null;
  /** Enters a loss before its file goes; durable when it resolves. @throws the error of the file system. */
  readonly pushOut: (fileName: string, loss: NewLoss) => Promise<void>;
}

/** `all`: what is there when the call begins. */
export type Selection = 'all' | readonly number[];

export interface QuarantinePage {
  /** Newest first. */
  readonly items: readonly QuarantinedReading[];
  /** `beforeId` of the next page; null at the end. */
  readonly nextBeforeId: number | null;
}

export interface ReasonCount {
  /** null: all reasons beyond those counted by themselves. */
  readonly reason: string | null;
  readonly readings: number;
}

export interface ResendResult {
  /** Taken by the sink, and gone from here. */
  readonly sentReadings: number;
  /** Refused again, with their new reason; those that cannot be sent are among them. */
  readonly keptReadings: number;
  /** Why it was broken off: the sink does not answer, or another call is sending. What was not reached stays. */
  readonly failure: string | null;
}

export interface QuarantineFigures {
  readonly readings: number;
  readonly droppedReadings: number;
}

export class Quarantine {
  readonly #options: QuarantineOptions;
  readonly #files: QuarantineFiles;
  readonly #stop = new AbortController();
  #isLoaded = false;
  #isSending = false;
  #lastId = 0;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(options: QuarantineOptions) {
    this.#options = options;
    this.#files = new QuarantineFiles(join(options.directory, QUARANTINE_DIRECTORY), options.limits);
  }

  /** 0 until the first call has looked at the files. */
  get figures(): QuarantineFigures {
    return { readings: this.#files.readings, droppedReadings: this.#files.droppedReadings };
  }

  /** Looks at the files; every other call does so too where it has not happened. @throws the error of the file system. */
  async open(): Promise<void> {
    await this.#alone(() => Promise.resolve());
  }

  /** Ends sending; waits for what is being written. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#queue;
  }

  /** Durable when it resolves. @throws the error of the file system. */
  async add(rejected: readonly Rejection[]): Promise<void> {
    if (rejected.length === 0) return;
    const at = new Date(this.#options.wallMs()).toISOString();
    await this.#alone(() => this.#append(rejected.map((rejection) => ({ at, rejection }))));
  }

  /** @param beforeId only older ones @throws the error of the file system. */
  async list(
    beforeId: number = Number.POSITIVE_INFINITY,
    limit: number = FORWARDER_LIMITS.quarantinePage,
  ): Promise<QuarantinePage> {
    return await this.#alone(async () => {
      const items: QuarantinedReading[] = [];
      for (const file of this.#files.files.toReversed()) {
        const older = (await this.#files.read(file)).filter(({ id }) => id < beforeId);
        items.push(...older.toReversed());
        if (items.length > limit) break;
      }
      const page = items.slice(0, Math.max(1, Math.min(limit, FORWARDER_LIMITS.quarantinePage)));
      return { items: page, nextBeforeId: items.length > page.length ? (page.at(-1)?.id ?? null) : null };
    });
  }

  /** Most frequent first. @throws the error of the file system. */
  async counts(): Promise<readonly ReasonCount[]> {
    return await this.#alone(() => Promise.resolve(toCounts(this.#files.files)));
  }

  /** @returns how many are gone. @throws the error of the file system. */
  async discard(selection: Selection): Promise<number> {
    return await this.#alone(async () => {
      const before = this.#files.readings;
      const isChosen = toTest(selection, this.#lastId);
      for (const file of this.#files.files) {
        await this.#change(file, (entry) => (isChosen(entry) ? null : entry));
      }
      return before - this.#files.readings;
    });
  }

  /** Sends them as lines of their own; what is refused again stays. @throws the error of the file system. */
  async resend(selection: Selection): Promise<ResendResult> {
    if (this.#isSending) return { sentReadings: 0, keptReadings: 0, failure: 'already sending' };
    this.#isSending = true;
    try {
      return await this.#resendAll(selection);
    } finally {
      this.#isSending = false;
    }
  }

  async #resendAll(selection: Selection): Promise<ResendResult> {
    const names = await this.#alone(() => Promise.resolve(this.#files.files.map(({ name }) => name)));
    const isChosen = toTest(selection, this.#lastId);
    let sentReadings = 0;
    let keptReadings = 0;
    for (const name of names) {
      const chosen = (await this.#alone(() => this.#readNamed(name))).filter(isChosen);
      const ready = chosen.filter(isResendable);
      keptReadings += chosen.length - ready.length;
      for (let at = 0; at < ready.length; at += FORWARDER_LIMITS.resendReadings) {
        const portion = ready.slice(at, at + FORWARDER_LIMITS.resendReadings);
        const result = await this.#options.sink.send(toBlocks(portion), this.#stop.signal);
        if (result.outcome === 'retry') return { sentReadings, keptReadings, failure: result.reason };
        const kept = await this.#settle(name, portion, result.rejected);
        keptReadings += kept;
        sentReadings += portion.length - kept;
      }
    }
    return { sentReadings, keptReadings, failure: null };
  }

  /** @returns how many were refused again. */
  async #settle(
    name: string,
    portion: readonly Resendable[],
    rejected: readonly Rejection[],
  ): Promise<number> {
    const at = new Date(this.#options.wallMs()).toISOString();
    /** Key: place of the reading in the sink. */
    const reasons = new Map(rejected.map((one) => [toPlace(one), toCommonReason(one.reason)]));
    const sent = new Set(portion.map(({ id }) => id));
    let kept = 0;
    await this.#alone(async () => {
      const file = this.#files.files.find((one) => one.name === name);
      // Dropped meanwhile, for want of room.
      if (file === undefined) return;
      await this.#change(file, (entry) => {
        if (!sent.has(entry.id)) return entry;
        const reason = reasons.get(toPlace(entry));
        if (reason !== undefined) kept++;
        return reason === undefined ? null : { ...entry, at, reason };
      });
    });
    return kept;
  }

  async #readNamed(name: string): Promise<readonly QuarantinedReading[]> {
    const file = this.#files.files.find((one) => one.name === name);
    return file === undefined ? [] : await this.#files.read(file);
  }

  /** Rewrites a file where `map` changes something; null takes an entry out. */
  async #change(
    file: QuarantineFile,
    map: (entry: QuarantinedReading) => QuarantinedReading | null,
  ): Promise<void> {
    const before = await this.#files.read(file);
    const after = before.map(map);
    if (after.every((entry, at) => entry === before[at])) return;
    await this.#files.replace(
      file,
      after.filter((entry) => entry !== null),
    );
  }

  async #append(rejected: readonly { readonly at: string; readonly rejection: Rejection }[]): Promise<void> {
    // By the clock, so that an id is not used again when the files are gone.
    let id = Math.max(this.#lastId, Math.floor(this.#options.wallMs()) * 1000);
    await this.#makeRoom();
    await this.#files.append(rejected.map(({ at, rejection }) => toEntry(rejection, ++id, at)));
    this.#lastId = id;
  }

  async #makeRoom(): Promise<void> {
    const { losses } = this.#options;
    for (let oldest = this.#files.surplus; oldest !== null; oldest = this.#files.surplus) {
      const loss = toLoss(await this.#files.read(oldest));
      if (loss !== null) await losses?.pushOut(oldest.name, loss);
      await this.#files.drop(oldest);
    }
  }

  /** Runs tasks on the files one after the other. */
  async #alone<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(async () => {
      if (!this.#isLoaded) await this.#load();
      return await task();
    });
    this.#queue = result.catch(() => undefined);
    return await result;
  }

  async #load(): Promise<void> {
    await this.#files.load();
    const pushedOut = this.#options.losses?.pushedOut() ?? null;
    const left = this.#files.files.find(({ name }) => name === pushedOut);
    if (left !== undefined) await this.#files.replace(left, []);
    this.#lastId = this.#files.files.at(-1)?.lastId ?? 0;
    await takeRejectedLogs(this.#options.directory, (rejected) => this.#append(rejected));
    this.#isLoaded = true;
  }
}

function toTest(selection: Selection, lastId: number): (entry: QuarantinedReading) => boolean {
  if (selection === 'all') return ({ id }) => id <= lastId;
  const ids = new Set(selection);
  return ({ id }) => ids.has(id);
}

function toCounts(files: readonly QuarantineFile[]): readonly ReasonCount[] {
  /** Key: reason. */
  const all = new Map<string, number>();
  for (const { reasons } of files) {
    for (const [reason, readings] of reasons) all.set(reason, (all.get(reason) ?? 0) + readings);
  }
  const sorted = [...all].map(([reason, readings]) => ({ reason, readings }));
  sorted.sort((one, other) => other.readings - one.readings);
  const rest = sorted.splice(FORWARDER_LIMITS.quarantineReasons);
  if (rest.length === 0) return sorted;
  return [...sorted, { reason: null, readings: rest.reduce((sum, one) => sum + one.readings, 0) }];
}

/** What goes with a file; null when nothing can be read of it. A reading that a crash has left twice counts once. */
function toLoss(entries: readonly QuarantinedReading[]): NewLoss | null {
  if (entries.length === 0) return null;
  const hasPlace = (entry: QuarantinedReading): boolean => isResendable(entry);
  const placed = new Set(entries.filter(hasPlace).map(toPlace));
  const stamps = entries.map(({ stampMs }) => stampMs).filter((stampMs) => stampMs !== null);
  return {
    kind: 'pushed-out',
    readings: placed.size + entries.filter((entry) => !hasPlace(entry)).length,
    isExact: true,
    fromMs: stamps.reduce<number | null>(lowest, null),
    toMs: stamps.reduce<number | null>(highest, null),
    isConfirmed: false,
  };
}

/** One block of them all. */
function toBlocks(entries: readonly Resendable[]): readonly SinkBlock[] {
  const count = entries.length;
  const rows = {
    count,
    point: Uint32Array.from({ length: count }, (_, at) => at),
    stampMs: Float64Array.from(entries, ({ stampMs }) => stampMs),
    value: Float64Array.from(entries, ({ value }) => value ?? Number.NaN),
    quality: Uint8Array.from(entries, ({ quality }) => quality),
    mark: Uint8Array.from(entries, ({ mark }) => mark),
  };
  return [{ points: entries.map(({ point }) => point), rows }];
}

function toPlace({ point, stampMs }: Pick<Rejection | QuarantinedReading, 'point' | 'stampMs'>): string {
  return JSON.stringify([point?.site, point?.kind, point?.equipment, point?.name, stampMs]);
}
