/**
 * One subscription: makes it, adds items to it, keeps publish requests with the server and hands over what each answer
 * carries. What the values mean, and what an end leads to, is connection.ts's business.
 *
 * Every answer with data has a sequence number, one more than the one before; a gap means that changes are lost, and
 * ends the subscription: values that stand for hours would otherwise be good and wrong.
 */
import type { MonitoredItemCreateResult, PublishResponse } from 'node-opcua-client';
import { DeviceError } from '../../core/errors.ts';
import { type Library, type Session, toShortReason, type Wait, within } from './library.ts';

export interface SubscriptionOptions {
  readonly library: Library;
  readonly session: Session;
  readonly publishingMs: number;
  /** The server says something at least this often, changes or not. */
  readonly keepAliveMs: number;
  readonly sink: SubscriptionSink;
}

export interface SubscriptionSink {
  /** What one answer carries, in the order of the server; none = keep-alive. */
  data(changes: readonly Change[]): void;
  /** Once. */
  ended(reason: string): void;
}

export interface Change {
  readonly handle: number;
  /** The DataValue. */
  readonly data: unknown;
}

export interface ItemRequest {
  /** Comes back with every change. */
  readonly handle: number;
  /** `ns=2;s=…` */
  readonly nodeId: string;
  readonly samplingMs: number;
}

export type ItemResult =
  | {
      readonly isMade: true;
      readonly serverId: number /** As the server has revised it. */;
      readonly samplingMs: number;
    }
  | { readonly isMade: false; readonly status: string };

/** Publish requests with the server at any time: one that is answered, one under way, one in reserve. */
const PIPELINE = 3;
/** A server gives up a subscription that nobody asks any more after this time. */
const LIFETIME_MS = 30_000;
/** A server that insists on more than the configuration can ask for is of no use for alarms. */
const MAX_PUBLISHING_MS = 60_000;
/** A server that is silent for longer between two signs of life is taken for silent. */
const MAX_KEEP_ALIVE_MS = 60_000;
/** Attribute Value of a node (OPC 10000-6, A.1). */
const VALUE_ATTRIBUTE = 13;
const LAST_SEQUENCE_NUMBER = 2 ** 32 - 1;

export class Subscription {
  readonly #options: SubscriptionOptions;
  readonly #id: number;
  /** Longest time between two answers, as the server has revised it, ms. */
  readonly keepAliveMs: number;
  /** Time between two answers with changes, as the server has revised it, ms. */
  readonly publishingMs: number;
  readonly #publishTimeoutMs: number;
  #acknowledgements: { subscriptionId: number; sequenceNumber: number }[] = [];
  #pending = 0;
  #limit = PIPELINE;
  #nextSequence: number | null = null;
  #hasEnded = false;

  private constructor(
    options: SubscriptionOptions,
    id: number,
    publishingMs: number,
    keepAliveCount: number,
  ) {
    this.#options = options;
    this.#id = id;
    this.publishingMs = publishingMs;
    this.keepAliveMs = Math.min(publishingMs * keepAliveCount, MAX_KEEP_ALIVE_MS);
    this.#publishTimeoutMs = (PIPELINE + 1) * this.keepAliveMs + LIFETIME_MS;
  }

  /** @throws DeviceError `connect-failed`, `connect-timeout`, `stopped`. */
  static async create(options: SubscriptionOptions, wait: Wait): Promise<Subscription> {
    const { session, publishingMs, keepAliveMs } = options;
    const maxKeepAlive = Math.max(1, Math.floor(keepAliveMs / publishingMs));
    const made = await within(
      () =>
        session.createSubscription({
          requestedPublishingInterval: publishingMs,
          requestedMaxKeepAliveCount: maxKeepAlive,
          requestedLifetimeCount: Math.max(3 * maxKeepAlive, Math.ceil(LIFETIME_MS / publishingMs)),
          maxNotificationsPerPublish: 0,
          publishingEnabled: true,
          priority: 0,
        }),
      wait,
    );
    const intervalMs = Math.max(publishingMs, made.revisedPublishingInterval || 0);
    if (intervalMs > MAX_PUBLISHING_MS) {
      throw new DeviceError('connect-failed', `${wait.what}: changes come only every ${intervalMs} ms`);
    }
    const count = Math.max(maxKeepAlive, made.revisedMaxKeepAliveCount || 0);
    return new Subscription(options, made.subscriptionId, intervalMs, count);
  }

  /** Begins to ask for changes. Once. */
  start(): void {
    this.#fill();
  }

  /** Nothing is reported any more. */
  stop(): void {
    this.#hasEnded = true;
  }

  /** One request to the server. @throws DeviceError as `create`. */
  async add(items: readonly ItemRequest[], wait: Wait): Promise<readonly ItemResult[]> {
    const { library, session } = this.#options;
    const answer = await within(
      () =>
        session.createMonitoredItems({
          subscriptionId: this.#id,
          timestampsToReturn: library.TimestampsToReturn.Both,
          itemsToCreate: items.map(({ handle, nodeId, samplingMs }) => ({
            itemToMonitor: { nodeId, attributeId: VALUE_ATTRIBUTE },
            monitoringMode: library.MonitoringMode.Reporting,
            requestedParameters: {
              clientHandle: handle,
              samplingInterval: samplingMs,
              queueSize: 1,
              discardOldest: true,
            },
          })),
        }),
      wait,
    );
    return items.map((_item, at) => toItemResult(answer.results?.[at]));
  }

  /** Best effort: an item that the server does not know any more is gone as well. */
  async remove(serverIds: readonly number[], wait: Wait): Promise<void> {
    const request = { subscriptionId: this.#id, monitoredItemIds: [...serverIds] };
    await within(() => this.#options.session.deleteMonitoredItems(request), wait);
  }

  #fill(): void {
    while (!this.#hasEnded && this.#pending < this.#limit) this.#publish();
  }

  #publish(): void {
    const { library, session } = this.#options;
    this.#pending++;
    const subscriptionAcknowledgements = this.#acknowledgements;
    this.#acknowledgements = [];
    const request = new library.PublishRequest({
      requestHeader: { timeoutHint: this.#publishTimeoutMs },
      subscriptionAcknowledgements,
    });
    session.publish(request, (error, response) => {
      // Out of the library's stack: a mistake of ours must end the process, not vanish in there.
      queueMicrotask(() => {
        this.#pending--;
        if (this.#hasEnded) return;
        if (error || !response) this.#refused(error);
        else this.#receive(response);
        this.#fill();
      });
    });
  }

  #refused(error: Error | null): void {
    const reason = toShortReason(error ?? 'no response');
    // Fewer at once are enough for a server that keeps fewer.
    if (/BadTooManyPublishRequests/.test(reason) && this.#pending > 0) this.#limit = this.#pending;
    else this.#end(`subscription ended: ${reason}`);
  }

  #receive({ subscriptionId, notificationMessage }: PublishResponse): void {
    if (subscriptionId !== this.#id) return;
    const { sequenceNumber } = notificationMessage;
    const notifications = notificationMessage.notificationData ?? [];
    if (notifications.length > 0) {
      if (this.#nextSequence !== null && sequenceNumber !== this.#nextSequence) {
        this.#end(`changes are lost: number ${sequenceNumber} came instead of ${this.#nextSequence}`);
        return;
      }
      this.#nextSequence = sequenceNumber === LAST_SEQUENCE_NUMBER ? 1 : sequenceNumber + 1;
      this.#acknowledgements.push({ subscriptionId, sequenceNumber });
    }
    this.#options.sink.data(notifications.flatMap((notification) => this.#toChanges(notification)));
  }

  #toChanges(notification: unknown): Change[] {
    const { DataChangeNotification, StatusChangeNotification } = this.#options.library;
    if (notification instanceof StatusChangeNotification) {
      this.#end(`the server has ended the subscription (${notification.status.name})`);
    }
    if (!(notification instanceof DataChangeNotification)) return [];
    return (notification.monitoredItems ?? []).map(({ clientHandle, value }) => ({
      handle: clientHandle,
      data: value,
    }));
  }

  #end(reason: string): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#options.sink.ended(reason);
  }
}

function toItemResult(result: MonitoredItemCreateResult | undefined): ItemResult {
  if (result === undefined) return { isMade: false, status: 'no answer' };
  const { statusCode, monitoredItemId, revisedSamplingInterval } = result;
  return statusCode.isGood()
    ? { isMade: true, serverId: monitoredItemId, samplingMs: revisedSamplingInterval || 0 }
    : { isMade: false, status: statusCode.name };
}
