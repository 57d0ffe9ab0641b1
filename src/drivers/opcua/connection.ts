/**
 * One connection to one OPC UA server: one session, one subscription, for as long as it lives. When the server, the
 * channel, the session or the subscription ends or falls silent, the whole connection is lost and everything is built
 * anew by acquisition; nothing is repaired here.
 *
 *   connect: channel ─▶ session ─▶ namespaces ─▶ subscription ─▶ clock and state ─▶ items of the points
 *   then:    publish answers ─▶ samples;  clock ─▶ heartbeat
 *            every `retryMs` missing nodes are asked for again, and items looked for that report nothing any more
 */
import { DeviceError } from '../../core/errors.ts';
import { isBad } from '../../core/quality.ts';
import type { PointSample, PushConnection, PushSink } from '../driver.ts';
import { Audit } from './audit.ts';
import { hasSubstance, isNodeGone } from './decode.ts';
import { type Library, loadLibrary, type Session, type Wait } from './library.ts';
import type { WatchedNode } from './nodes.ts';
import { Channel } from './opening.ts';
import { repeat } from './repeat.ts';
import type { OpcuaLink } from './schema.ts';
import { FIRST_HANDLE, MISSED_SIGNS, ServerWatch } from './server-watch.ts';
import { type Change, Subscription } from './subscription.ts';
import {
  createItems,
  decodeItem,
  readFacts,
  readItems,
  saysSame,
  toDegraded,
  toSamples,
  type WatchedItem,
  watch,
} from './watching.ts';

export interface ConnectionOptions {
  readonly link: OpcuaLink;
  readonly nodes: readonly WatchedNode[];
  /** Folder of the certificates. */
  readonly directory: string;
  readonly sink: PushSink;
  /** Nodes that are missing are asked for again after this time, and others are looked after. */
  readonly retryMs: number;
}

export class OpcuaConnection implements PushConnection {
  readonly #options: ConnectionOptions;
  /** Key: client handle. */
  readonly #items: ReadonlyMap<number, WatchedItem>;
  readonly #audit: Audit;
  readonly #server: ServerWatch;
  /** Ends what is under way when the connection is closed. */
  readonly #end = new AbortController();
  /** Ends what goes on by itself, when it is closed or lost. */
  readonly #watching = new AbortController();
  readonly #counters = {
    notifications: 0,
    values: 0,
    bad_values: 0,
    missing_nodes: 0,
    silent_items: 0,
    keep_alives: 0,
  };
  #channel: Channel | null = null;
  #subscription: Subscription | null = null;
  #degraded: string | null = null;
  /** Of the answer that is being taken: a node has gone or come back. */
  #hasNews = false;
  /** Why it has ended by itself. */
  #lostBy: string | null = null;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    const items = createItems(options.nodes, FIRST_HANDLE);
    this.#items = new Map(items.map((item) => [item.handle, item]));
    this.#audit = new Audit(items);
    this.#server = new ServerWatch({
      silentAfterMs: options.link.silentAfterMs,
      onLost: (reason) => this.#lose(reason),
      signal: this.#watching.signal,
    });
  }

  async connect(signal: AbortSignal): Promise<void> {
    const { link, directory } = this.#options;
    const either = AbortSignal.any([signal, this.#end.signal]);
    const library = await loadLibrary();
    if (either.aborted) throw new DeviceError('stopped', 'stopped while loading');
    const onClosed = () => this.#lose(`connection closed by ${link.url}`);
    this.#channel = new Channel({ library, link, directory, signal: either, onClosed });
    const session = await this.#channel.open();
    await this.#subscribe(library, session, either);
    if (this.#lostBy !== null) throw new DeviceError('connect-failed', this.#lostBy);
  }

  async close(): Promise<void> {
    this.#stop();
    this.#end.abort();
    await this.#channel?.close();
  }

  stats(): Readonly<Record<string, number>> {
    return { ...this.#counters };
  }

  async #subscribe(library: Library, session: Session, signal: AbortSignal): Promise<void> {
    const { link } = this.#options;
    const wait = (what: string): Wait => ({ ms: link.timeoutMs, signal, what: `${what} of ${link.url}` });
    const subscription = await Subscription.create(
      {
        library,
        session,
        publishingMs: link.publishingMs,
        keepAliveMs: link.silentAfterMs / MISSED_SIGNS,
        sink: { data: (changes) => this.#take(changes), ended: (reason) => this.#lose(reason) },
      },
      wait('subscription'),
    );
    this.#subscription = subscription;
    await this.#server.begin(subscription, session, wait('clock'));
    // Asking begins before the items are made: a server with many needs longer than its answers may take.
    subscription.start();
    await this.#watchNodes([...this.#items.values()], session, wait);
    repeat(this.#options.retryMs, () => this.#lookAfter(session, wait), this.#watching.signal);
  }

  async #watchNodes(
    items: readonly WatchedItem[],
    session: Session,
    wait: (what: string) => Wait,
  ): Promise<void> {
    const subscription = this.#subscription;
    if (subscription === null) return;
    const before = new Set(items.filter(({ problem }) => problem !== null));
    const facts = await readFacts(session, wait('namespaces'));
    await watch(subscription, items, facts, wait('items'));
    this.#tellMissing(items.filter((item) => item.problem !== null && !before.has(item)));
    this.#tellDegraded();
  }

  async #lookAfter(session: Session, wait: (what: string) => Wait): Promise<void> {
    await this.#findSilent(session, wait('values'));
    const missing = [...this.#items.values()].filter(({ problem }) => problem !== null);
    if (missing.length === 0) return;
    const left = missing.flatMap(({ serverId }) => (serverId === null ? [] : [serverId]));
    if (left.length > 0) await this.#subscription?.remove(left, wait('items'));
    for (const item of missing) item.serverId = null;
    await this.#watchNodes(missing, session, wait);
  }

  /** Items that the server has stopped to watch get the value that was read, and are made anew. */
  async #findSilent(session: Session, wait: Wait): Promise<void> {
    const items = this.#audit.begin();
    const subscription = this.#subscription;
    if (items.length === 0 || subscription === null) return;
    const read = await readItems(session, items, await readFacts(session, wait), wait);
    if (this.#watching.signal.aborted) return;
    const nowMs = Date.now();
    const decoded = new Map(items.map((item, at) => [item, decodeItem(item, read[at], nowMs)]));
    const isSame = items.map(
      (item, at) => !hasSubstance(read[at]) || saysSame(decoded.get(item) ?? [], item.last),
    );
    const silent = this.#audit.judge(isSame, subscription.publishingMs, performance.now());
    if (silent.length === 0) return;
    this.#counters.silent_items += silent.length;
    for (const item of silent) item.problem = 'its changes were not reported';
    this.#tell(silent.flatMap((item) => toSamples(item, decoded.get(item) ?? [])));
    this.#tellDegraded();
  }

  /** What one answer of the server carries becomes one batch. */
  #take(changes: readonly Change[]): void {
    if (this.#watching.signal.aborted) return;
    this.#server.noteAnswer();
    this.#counters[changes.length > 0 ? 'notifications' : 'keep_alives']++;
    const nowMs = Date.now();
    this.#hasNews = false;
    this.#tell(changes.flatMap((change) => this.#read(change, nowMs)));
    if (this.#hasNews) this.#tellDegraded();
  }

  #tell(samples: readonly PointSample[]): void {
    if (samples.length === 0 || this.#watching.signal.aborted) return;
    this.#counters.values += samples.length;
    this.#counters.bad_values += samples.filter(({ quality }) => isBad(quality)).length;
    this.#options.sink.samples(samples);
  }

  #read(change: Change, nowMs: number): readonly PointSample[] {
    this.#server.take(change);
    const item = this.#items.get(change.handle);
    if (item === undefined || item.isTooSlow) return [];
    this.#noteGone(item, isNodeGone(change.data));
    item.reports++;
    item.last = decodeItem(item, change.data, nowMs);
    return toSamples(item, item.last);
  }

  /** A node that was there and is not: its points turn bad with the sample, the link says which, and it is asked for again. */
  #noteGone(item: WatchedItem, isGone: boolean): void {
    if (isGone && item.problem === null) this.#counters.missing_nodes++;
    if (isGone !== (item.problem !== null)) this.#hasNews = true;
    item.problem = isGone ? (item.problem ?? 'removed by the server') : null;
  }

  #tellMissing(items: readonly WatchedItem[]): void {
    if (items.length === 0) return;
    this.#counters.missing_nodes += items.length;
    const points = items.flatMap(({ node }) => node.points.map(({ index }) => index));
    this.#options.sink.bad(points, 'device-error');
  }

  #tellDegraded(): void {
    const reason = toDegraded(this.#items.values());
    if (reason === this.#degraded) return;
    this.#degraded = reason;
    this.#options.sink.degraded(reason);
  }

  #lose(reason: string): void {
    if (this.#watching.signal.aborted) return;
    this.#stop();
    this.#lostBy = reason;
    this.#options.sink.lost(reason);
  }

  /** Nothing is heard or done any more; sockets are `close`'s. */
  #stop(): void {
    this.#watching.abort();
    this.#subscription?.stop();
  }
}
