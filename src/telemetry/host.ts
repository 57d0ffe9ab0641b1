/**
 * Everything that runs in the journal's thread: writer, forwarder, confirmations, retention, status. Knows nothing of
 * threads (worker.ts), so that tests can run it in theirs.
 */
import { SINKS } from '../sinks/index.ts';
import type { Sink } from '../sinks/sink.ts';
import { Forwarder } from './forwarder/forwarder.ts';
import { FORWARDER_LIMITS } from './forwarder/limits.ts';
import type { Quarantine, QuarantineLosses } from './forwarder/quarantine/quarantine.ts';
import { NO_SINK } from './forwarder/status.ts';
import type { ToHistory } from './history/remote/messages.ts';
import type { Tell } from './history/remote/server.ts';
import { createHistoryThread, type HistoryThread } from './history/thread.ts';
import { noteMissing } from './journal/damage.ts';
import { JOURNAL_DISK, type JournalDisk } from './journal/disk.ts';
import type { SegmentFile } from './journal/files.ts';
import { JournalKeeper } from './journal/keeper.ts';
import { JOURNAL_LIMITS } from './journal/limits.ts';
import type { LossBook, NewLoss, ToldLoss } from './journal/losses.ts';
import { type Recovered, recoverJournal } from './journal/recovery.ts';
import { SEAL_POLICY, type SealPolicy } from './journal/sealer.ts';
import type { SegmentDamage } from './journal/segments.ts';
import type { ArrivedColumns } from './journal/stamps.ts';
import { type PointTable, parseTable, storeTable, TableCache } from './journal/table.ts';
import { JournalWriter } from './journal/writer.ts';
import type { HostSettings, HostStatus } from './messages.ts';
import { createRollups, type RollupParts } from './rollups/open.ts';
import type { Rollups } from './rollups/rollups.ts';
import { Upkeep } from './upkeep.ts';

/** Pace of a sink that the tests hand in: its own is none of their settings. */
const CATCH_UP_PER_S = 1_000_000;

/** What tests replace. */
export interface HostParts extends RollupParts {
  readonly wallMs?: () => number;
  readonly monoMs?: () => number;
  readonly disk?: JournalDisk;
  /** Of log segments only. */
  readonly createFile?: (path: string) => Promise<SegmentFile>;
  readonly segmentBytes?: number;
  /** Longest wait for others before a commit; default JOURNAL_LIMITS. */
  readonly commitMs?: number;
  /** For which live readings gather between two writes; default FORWARDER_LIMITS. */
  readonly gatherMs?: number;
  readonly sealing?: Partial<SealPolicy>;
  readonly sink?: Sink;
  /** Takes the answers of `ask`. */
  readonly tellHistory?: Tell;
}

export class JournalHost {
  readonly #settings: HostSettings;
  readonly #table: PointTable;
  readonly #recovered: Recovered;
  readonly #wallMs: () => number;
  readonly #onStatus: (status: HostStatus, losses: LossBook) => void;
  readonly #writer: JournalWriter;
  readonly #forwarder: Forwarder | null;
  readonly #rollups: Rollups | null;
  readonly #history: HistoryThread;
  #durableReadings = 0;
  #notedDrops = 0;
  readonly #keeper: JournalKeeper;
  /** Retention and sealing; a sealing may take a second, and confirmations are saved beside it. */
  readonly #upkeep = new Upkeep(() => this.#report());
  readonly #saving = new Upkeep(() => this.#report());
  #isClosing = false;
  #timers: readonly NodeJS.Timeout[] = [];
  #statusTimer: NodeJS.Timeout | null = null;

  /** Use `openJournalHost`. */
  constructor(
    settings: HostSettings,
    table: PointTable,
    recovered: Recovered,
    onStatus: (status: HostStatus, losses: LossBook) => void,
    parts: HostParts,
  ) {
    this.#settings = settings;
    this.#table = table;
    this.#recovered = recovered;
    this.#onStatus = onStatus;
    this.#wallMs = parts.wallMs ?? Date.now;
    this.#forwarder = this.#createForwarder(parts);
    this.#rollups = this.#createRollups(parts);
    this.#history = this.#createHistory(parts);
    this.#keeper = this.#createKeeper(parts);
    this.#writer = this.#createWriter(parts);
    recovered.book.onDamage = (damage) => this.#noteDamage(damage);
  }

  start(): void {
    this.#forwarder?.start();
    this.#rollups?.start();
    const { confirmSaveMs, retentionMs } = JOURNAL_LIMITS;
    this.#timers = [
      setInterval(() => this.#save(), confirmSaveMs),
      setInterval(() => this.#look(), retentionMs),
    ];
    this.#look();
  }

  /** Takes readings over; see JournalWriter. */
  append(columns: ArrivedColumns): void {
    this.#writer.append(columns);
  }

  /** A question about the past, or about one under way. */
  ask(message: ToHistory): void {
    this.#history.receive(message);
  }

  get status(): HostStatus {
    const { book } = this.#recovered;
    const { failure, lastSyncMs } = this.#writer.status;
    const hasSink = this.#forwarder !== null;
    return {
      ...this.#keeper.status,
      writeFailure: failure,
      upkeepFailure: this.#upkeep.failure ?? this.#saving.failure,
      durableReadings: this.#durableReadings,
      notedDrops: this.#notedDrops,
      confirmedReadings: book.confirmedReadings,
      backlogReadings: hasSink ? book.backlogReadings() : 0,
      oldestUnconfirmedMs: hasSink ? book.oldestUnconfirmedMs() : null,
      bytes: book.bytes(),
      segments: book.segments.length,
      lastSyncMs,
      foundUpToMs: Number.isFinite(this.#recovered.highStampMs) ? this.#recovered.highStampMs : null,
      damagedPlaces: this.#recovered.damagedPlaces + this.#keeper.damagedPlaces,
      damagedReadings: book.damagedReadings,
      influx: this.#forwarder?.status ?? NO_SINK,
      rollups: this.#rollups?.status ?? null,
    };
  }

  /** Readings that the sink refuses; null without a sink. */
  get quarantine(): Quarantine | null {
    return this.#forwarder?.quarantine ?? null;
  }

  /** All losses since the data directory was made; another object when something has changed. */
  get losses(): LossBook {
    return this.#recovered.trimLog.state.book;
  }

  /** Readings found no room before they came here. */
  noteDrops(loss: NewLoss): void {
    this.#notedDrops += loss.readings;
    this.#recovered.trimLog.note(loss);
    this.#report();
  }

  /** A person has taken note of losses as they were told. Resolves when it is durable, or the disk does not take it now. */
  async acknowledgeLosses(told: readonly ToldLoss[], by: string): Promise<void> {
    this.#recovered.trimLog.acknowledge(told, by);
    this.#report();
    this.#save();
    await this.#saving.idle();
  }

  /** Flushes, breaks off forwarding (the next start goes on), saves confirmations. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#isClosing = true;
    this.#keeper.stop();
    const unwritten = await this.#writer.close();
    if (unwritten !== null) this.#recovered.trimLog.note(unwritten);
    this.#history.close();
    await this.#forwarder?.stop();
    await this.#rollups?.stop();
    await this.#upkeep.idle();
    this.#save();
    await this.#saving.idle();
    if (this.#statusTimer !== null) clearTimeout(this.#statusTimer);
    this.#statusTimer = null;
  }

  #createForwarder(parts: HostParts): Forwarder | null {
    const { influx, directory } = this.#settings;
    const sink = parts.sink ?? (influx === null ? null : SINKS.influxdb(influx));
    if (sink === null) return null;
    const options = {
      directory,
      sink,
      book: this.#recovered.book,
      tables: new TableCache(directory),
      wallMs: this.#wallMs,
      monoMs: parts.monoMs ?? (() => performance.now()),
      random: Math.random,
      catchUpPerS: influx?.catchUpPerS ?? CATCH_UP_PER_S,
      onChange: () => this.#report(),
      losses: this.#createQuarantineLosses(),
      gatherMs: parts.gatherMs ?? FORWARDER_LIMITS.gatherMs,
    };
    return new Forwarder(options, this.#recovered.nextSeq);
  }

  #createQuarantineLosses(): QuarantineLosses {
    const { trimLog } = this.#recovered;
    return {
      pushedOut: () => trimLog.state.pushedOut,
      pushOut: async (pushedOut, loss) => {
        await trimLog.change((state) => ({ ...trimLog.withLosses(state, [loss]), pushedOut }));
        this.#report();
      },
    };
  }

  #createHistory({ tellHistory }: HostParts): HistoryThread {
    const { directory, influx } = this.#settings;
    return createHistoryThread({
      directory,
      table: this.#table,
      influx,
      trimmedToMs: () => this.#recovered.trimLog.state.trimmedToMs ?? Number.NEGATIVE_INFINITY,
      tell: tellHistory ?? (() => undefined),
    });
  }

  #createKeeper(parts: HostParts): JournalKeeper {
    const { directory, journal } = this.#settings;
    const { book, trimLog } = this.#recovered;
    return new JournalKeeper({
      disk: parts.disk ?? JOURNAL_DISK,
      directory,
      book,
      trimLog,
      hasSink: this.#forwarder !== null,
      tableId: this.#table.id,
      settings: journal,
      tables: new TableCache(directory),
      wallMs: this.#wallMs,
      monoMs: parts.monoMs ?? (() => performance.now()),
      policy: { ...SEAL_POLICY, ...parts.sealing },
    });
  }

  #createRollups(parts: HostParts): Rollups | null {
    const { influx, directory } = this.#settings;
    const onChange = (): void => this.#report();
    const { nextSeq } = this.#recovered;
    const own = { directory, table: this.#table, influx, wallMs: this.#wallMs, lastSeq: nextSeq - 1 };
    return createRollups({ ...own, onChange }, parts);
  }

  #createWriter(parts: HostParts): JournalWriter {
    const disk = parts.disk ?? JOURNAL_DISK;
    return new JournalWriter({
      disk: parts.createFile === undefined ? disk : { ...disk, createFile: parts.createFile },
      directory: this.#settings.directory,
      tableId: this.#table.id,
      ...this.#recovered,
      wallMs: this.#wallMs,
      monoMs: parts.monoMs ?? (() => performance.now()),
      onDurable: ({ seq, tableId, maxStampMs }, rows) => {
        this.#durableReadings += rows.count;
        this.#forwarder?.offer({ seq, tableId, maxStampMs, rows });
        this.#rollups?.offer({ seq, tableId, rows });
        this.#report();
      },
      onFailure: () => this.#report(),
      onClosed: () => this.#tidy(),
      commitMs: parts.commitMs ?? JOURNAL_LIMITS.commitMs,
      ...(parts.segmentBytes === undefined ? {} : { segmentBytes: parts.segmentBytes }),
    });
  }

  #look(): void {
    this.#keeper.noteRate(this.#durableReadings);
    this.#tidy();
  }

  /** Retention, then sealing, group by group. */
  #tidy(): void {
    this.#upkeep.run('retention', () => this.#reporting(() => this.#keeper.expire()));
    this.#upkeep.run('sealing', () => this.#seal());
  }

  async #seal(): Promise<void> {
    if (this.#isClosing || !(await this.#keeper.seal())) return;
    this.#report();
    this.#upkeep.run('sealing', () => this.#seal());
  }

  async #reporting(task: () => Promise<void>): Promise<void> {
    await task();
    this.#report();
  }

  /** What could not be sent is a loss, unless it is in the log already. */
  #noteDamage({ firstSeq, readings, fromMs, toMs }: SegmentDamage): void {
    const { trimLog } = this.#recovered;
    trimLog.adjust((state) => {
      const noted = noteMissing(state, firstSeq, readings);
      if (noted.fresh === 0) return noted.state;
      const isWhole = noted.fresh === readings;
      const loss: NewLoss = {
        kind: 'damaged',
        readings: noted.fresh,
        isExact: true,
        fromMs: isWhole ? fromMs : null,
        toMs: isWhole ? toMs : null,
        isConfirmed: false,
      };
      return trimLog.withLosses(noted.state, [loss]);
    });
    this.#report();
  }

  /** Losses first: damage that is confirmed away is not found again. */
  #save(): void {
    const { trimLog, book } = this.#recovered;
    this.#saving.run('losses', () => trimLog.save());
    this.#saving.run('confirmations', () => book.save());
  }

  /** At most one status per `statusMs`; the last one always goes out. */
  #report(): void {
    this.#statusTimer ??= setTimeout(() => {
      this.#statusTimer = null;
      this.#onStatus(this.status, this.losses);
    }, JOURNAL_LIMITS.statusMs);
  }
}

/** Recovers the journal and makes it ready. @throws the error of the file system when it cannot be opened. */
export async function openJournalHost(
  settings: HostSettings,
  onStatus: (status: HostStatus, losses: LossBook) => void,
  parts: HostParts = {},
): Promise<JournalHost> {
  const disk = parts.disk ?? JOURNAL_DISK;
  const table = parseTable(settings.tableText);
  const recovered = await recoverJournal(settings.directory, table, disk, parts.wallMs);
  await storeTable(settings.directory, table, disk);
  const host = new JournalHost(settings, table, recovered, onStatus, parts);
  host.start();
  return host;
}
