/**
 * Everything that runs in the journal's thread: writer, forwarder, confirmations, retention, status. Knows nothing of
 * threads (worker.ts), so that tests can run it in theirs.
 */
import { AssertionFailure } from '../core/assert.ts';
import { SINKS } from '../sinks/index.ts';
import type { Sink } from '../sinks/sink.ts';
import { Forwarder, type SinkStatus } from './forwarder/forwarder.ts';
import type { SegmentFile } from './journal/files.ts';
import { JOURNAL_LIMITS } from './journal/limits.ts';
import { type Recovered, recoverJournal } from './journal/recovery.ts';
import { chooseExpired, deleteSegments, joinLost, type LostReadings } from './journal/retention.ts';
import type { ArrivedColumns } from './journal/stamps.ts';
import { type PointTable, parseTable, storeTable, TableCache } from './journal/table.ts';
import { JournalWriter } from './journal/writer.ts';
import type { HostSettings, HostStatus } from './messages.ts';

const NO_SINK: SinkStatus = { state: 'off', detail: '', sentReadings: 0, rejectedReadings: 0, retries: 0 };

/** What tests replace. */
export interface HostParts {
  readonly wallMs?: () => number;
  readonly createFile?: (path: string) => Promise<SegmentFile>;
  readonly segmentBytes?: number;
  readonly sink?: Sink;
}

export class JournalHost {
  readonly #settings: HostSettings;
  readonly #table: PointTable;
  readonly #recovered: Recovered;
  readonly #wallMs: () => number;
  readonly #onStatus: (status: HostStatus) => void;
  readonly #writer: JournalWriter;
  readonly #forwarder: Forwarder | null;
  #durableReadings = 0;
  #lost: LostReadings | null = null;
  #upkeepFailure: string | null = null;
  #upkeep: Promise<void> = Promise.resolve();
  #timers: readonly NodeJS.Timeout[] = [];
  #statusTimer: NodeJS.Timeout | null = null;

  /** Use `openJournalHost`. */
  constructor(
    settings: HostSettings,
    table: PointTable,
    recovered: Recovered,
    onStatus: (status: HostStatus) => void,
    parts: HostParts,
  ) {
    this.#settings = settings;
    this.#table = table;
    this.#recovered = recovered;
    this.#onStatus = onStatus;
    this.#wallMs = parts.wallMs ?? Date.now;
    this.#forwarder = this.#createForwarder(parts);
    this.#writer = this.#createWriter(parts);
  }

  start(): void {
    this.#forwarder?.start();
    const { confirmSaveMs, retentionMs } = JOURNAL_LIMITS;
    this.#timers = [
      setInterval(() => this.#maintain(() => this.#saveConfirmations()), confirmSaveMs),
      setInterval(() => this.#maintain(() => this.#expire()), retentionMs),
    ];
    this.#maintain(() => this.#expire());
  }

  /** Takes readings over; see JournalWriter. */
  append(columns: ArrivedColumns): void {
    this.#writer.append(columns);
  }

  get status(): HostStatus {
    const { book } = this.#recovered;
    const { failure, lastSyncMs } = this.#writer.status;
    const hasSink = this.#forwarder !== null;
    return {
      writeFailure: failure,
      upkeepFailure: this.#upkeepFailure,
      durableReadings: this.#durableReadings,
      confirmedReadings: book.confirmedReadings,
      backlogReadings: hasSink ? book.backlogReadings() : 0,
      oldestUnconfirmedMs: hasSink ? book.oldestUnconfirmedMs() : null,
      bytes: book.bytes(),
      segments: book.segments.length,
      lastSyncMs,
      lost: this.#lost,
      damagedPlaces: this.#recovered.damagedPlaces,
      damagedReadings: book.damagedReadings,
      influx: this.#forwarder?.status ?? NO_SINK,
    };
  }

  /** Flushes, breaks off forwarding (the next start goes on), saves confirmations. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.#writer.close();
    await this.#forwarder?.stop();
    this.#maintain(() => this.#saveConfirmations());
    await this.#upkeep;
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
      monoMs: () => performance.now(),
      random: Math.random,
      onChange: () => this.#report(),
    };
    return new Forwarder(options, this.#recovered.nextSeq);
  }

  #createWriter(parts: HostParts): JournalWriter {
    return new JournalWriter({
      directory: this.#settings.directory,
      tableId: this.#table.id,
      ...this.#recovered,
      wallMs: this.#wallMs,
      onDurable: ({ seq, tableId, maxStampMs }, rows) => {
        this.#durableReadings += rows.count;
        this.#forwarder?.offer({ seq, tableId, maxStampMs, rows });
        this.#report();
      },
      onFailure: () => this.#report(),
      onClosed: () => this.#maintain(() => this.#expire()),
      ...(parts.createFile === undefined ? {} : { createFile: parts.createFile }),
      ...(parts.segmentBytes === undefined ? {} : { segmentBytes: parts.segmentBytes }),
    });
  }

  /** Upkeep tasks run one after the other; one that fails is reported and comes round again. */
  #maintain(task: () => Promise<void>): void {
    this.#upkeep = this.#upkeep.then(async () => {
      const before = this.#upkeepFailure;
      try {
        await task();
        this.#upkeepFailure = null;
      } catch (error) {
        if (error instanceof AssertionFailure) throw error;
        this.#upkeepFailure = error instanceof Error ? error.message : String(error);
      }
      if (this.#upkeepFailure !== before) this.#report();
    });
  }

  async #saveConfirmations(): Promise<void> {
    await this.#recovered.book.confirmations.save();
  }

  async #expire(): Promise<void> {
    const { book } = this.#recovered;
    const { directory, journal } = this.#settings;
    const hasSink = this.#forwarder !== null;
    const expired = chooseExpired(book.segments, journal, this.#wallMs(), hasSink);
    if (expired.length === 0) return;
    const lost = await deleteSegments(directory, book, expired, { hasSink, tableId: this.#table.id });
    this.#lost = joinLost(this.#lost, lost);
    this.#report();
  }

  /** At most one status per `statusMs`; the last one always goes out. */
  #report(): void {
    this.#statusTimer ??= setTimeout(() => {
      this.#statusTimer = null;
      this.#onStatus(this.status);
    }, JOURNAL_LIMITS.statusMs);
  }
}

/** Recovers the journal and makes it ready. @throws the error of the file system when it cannot be opened. */
export async function openJournalHost(
  settings: HostSettings,
  onStatus: (status: HostStatus) => void,
  parts: HostParts = {},
): Promise<JournalHost> {
  const table = parseTable(settings.tableText);
  const recovered = await recoverJournal(settings.directory, table);
  await storeTable(settings.directory, table);
  const host = new JournalHost(settings, table, recovered, onStatus, parts);
  host.start();
  return host;
}
