/**
 * The hub of the live event streams (`GET /api/v1/events`): every event is written down once and sent to all.
 * Readings are batched; alarms, tickets and links go at once. The hub owns the streams until they end and bounds
 * what a slow one may cost; HTTP itself is in routes/events.ts.
 *
 *   feed ─▶ frame (one Buffer) ─▶ stream … stream        unsent > eventStreamBytes for eventStallMs ─▶ closed, counted
 *
 * Nothing is replayed: a page that connects (again) gets `hello`, then fetches what it shows, then follows events.
 */

import type { Policy } from '../config/policy.ts';
import type { AlarmControlEvent, AlarmEvent, StormEvent } from '../core/alarm.ts';
import { RiserError } from '../core/errors.ts';
import type { LinkStatus } from '../core/link.ts';
import type { ReadingBatch } from '../core/reading.ts';
import type { TicketEvent } from '../core/ticket.ts';
import type { IncidentEvent } from '../incidents/step.ts';
import type { InboxAnnouncement } from '../notify/inbox.ts';
import type { Person } from '../people/people.ts';
import type { Permission } from '../people/permissions.ts';
import type { RuleChangeRow } from '../store/store.ts';
import { mayRead } from '../tickets/actors.ts';
import { toIncidentView } from './incident-schemas.ts';
import { createPendingReadings, type PendingReadings } from './live-readings.ts';
import { toMessageView } from './message-schemas.ts';
import type { ApiLimits } from './options.ts';
import { toControlView, toRuleChangeView } from './rule-views.ts';
import type { LiveEventName, LiveEvents, Trouble } from './schemas.ts';
import type { ApiServices, Figure } from './services.ts';
import type { TicketPolicies } from './ticket-policies.ts';
import { toActor, toOwner } from './ticket-readers.ts';
import { isInside as isInsideOf, LIVE_ALARMS, toTicketView } from './ticket-views.ts';
import { toAlarmView, toLinkView, toStormView } from './views.ts';

/** The writing end of one connection; a ServerResponse is one. */
export interface LiveSink {
  readonly writableLength: number;
  write(frame: Buffer): boolean;
  end(): unknown;
  destroy(): unknown;
}

type HubLimits = Pick<
  ApiLimits,
  | 'eventStreams'
  | 'eventStreamsPerPerson'
  | 'eventStreamBytes'
  | 'eventStallMs'
  | 'eventBurstBytes'
  | 'eventBatchMs'
  | 'eventBatchReadings'
  | 'heartbeatMs'
  | 'sessionCheckMs'
>;
type HubServices = Pick<
  ApiServices,
  | 'model'
  | 'clock'
  | 'version'
  | 'log'
  | 'people'
  | 'feeds'
  | 'health'
  | 'texts'
  | 'listeners'
  | 'clocks'
  | 'ruleChanges'
  | 'roster'
>;

interface Stream {
  readonly sink: LiveSink;
  readonly token: string;
  person: Person;
  /** Since when too much waits, monotonic ms; null = it does not. */
  fullSinceMs: number | null;
}

/** Any of them opens a stream; what is sent on it is decided for each event. */
export const FOLLOW_EVENTS = ['site.read', 'ticket.read-own'] as const satisfies readonly Permission[];

function hasSite({ person }: Stream): boolean {
  return person.permissions.has('site.read');
}

/** How long a browser waits before it connects again. */
const RETRY_MS = 2_000;

export class LiveHub {
  readonly #services: HubServices;
  readonly #policies: TicketPolicies;
  readonly #limits: HubLimits;
  readonly #streams = new Set<Stream>();
  readonly #stops: (() => void)[];
  readonly #counts = { opened: 0, refused: 0, stalled: 0, ended: 0, frames: 0, discarded: 0 };
  #epoch: number;
  #pending: PendingReadings;
  #batchTimer: NodeJS.Timeout | null = null;
  #isChecking = false;
  #isClosed = false;
  #eventId = 0;

  constructor(services: HubServices, policies: TicketPolicies, limits: HubLimits) {
    this.#services = services;
    this.#policies = policies;
    this.#limits = limits;
    this.#epoch = services.model.epoch;
    this.#pending = createPendingReadings(services.model, services.texts);
    const heartbeat = setInterval(() => this.#beat(), limits.heartbeatMs).unref();
    const check = setInterval(() => void this.recheck(), limits.sessionCheckMs).unref();
    const { feeds } = services;
    this.#stops = [
      () => clearInterval(heartbeat),
      () => clearInterval(check),
      feeds.readings.subscribe((batch) => this.#onReadings(batch)),
      feeds.links.subscribe((status) => this.#onLink(status)),
      feeds.alarms.subscribe((event) => this.#onAlarm(event)),
      feeds.controls.subscribe((event) => this.#onControl(event)),
      feeds.storms.subscribe((event) => this.#onStorm(event)),
      feeds.ruleChanges.subscribe((change) => this.#onRuleChange(change)),
      feeds.tickets.subscribe((event) => this.#onTicket(event)),
      feeds.inbox.subscribe((announcement) => this.#onInbox(announcement)),
      feeds.incidents.subscribe((event) => this.#onIncident(event)),
    ];
  }

  get size(): number {
    return this.#streams.size;
  }

  /** Whether one more stream of this person is taken; asked before the head of the answer is written. @throws RiserError `too-many-streams`. */
  admit(person: Person): void {
    const own = [...this.#streams].filter((stream) => stream.person.username === person.username).length;
    const hasRoom =
      this.#streams.size < this.#limits.eventStreams && own < this.#limits.eventStreamsPerPerson;
    if (!this.#isClosed && hasRoom) return;
    this.#counts.refused++;
    throw new RiserError('too-many-streams');
  }

  /** Takes the sink over, greets it and says whose it is: what waited for a page follows. @returns forgets the stream; to be called when its connection has closed. */
  open(sink: LiveSink, token: string, person: Person): () => void {
    const stream: Stream = { sink, token, person, fullSinceMs: null };
    this.#streams.add(stream);
    this.#counts.opened++;
    const { clock, version } = this.#services;
    sink.write(Buffer.from(`retry: ${RETRY_MS}\n\n`));
    const trouble = hasSite(stream) ? this.#trouble() : [];
    this.#send(stream, toFrame('hello', { serverMs: clock.now().wallMs, version, trouble }));
    this.#services.feeds.pages.publish(person.username);
    return () => void this.#streams.delete(stream);
  }

  /** Ends the streams of a session that has just been logged out. */
  endSession(token: string): void {
    for (const stream of this.#streams) if (stream.token === token) this.#end(stream);
  }

  /**
   * Asks again who is behind each stream and ends those whose session is over or may no longer read. A check that
   * fails (the store does not answer) ends nothing and is tried again with the next.
   */
  async recheck(): Promise<void> {
    if (this.#isChecking || this.#streams.size === 0) return;
    this.#isChecking = true;
    try {
      for (const token of new Set([...this.#streams].map((stream) => stream.token))) {
        const person = await this.#services.people.authenticate(token);
        const isAllowed = person !== null && FOLLOW_EVENTS.some((one) => person.permissions.has(one));
        for (const stream of [...this.#streams].filter((one) => one.token === token)) {
          if (person === null || !isAllowed) this.#end(stream);
          else stream.person = person;
        }
      }
    } catch (error) {
      this.#services.log.warn({ err: error }, 'sessions of live streams could not be checked');
    } finally {
      this.#isChecking = false;
    }
  }

  figures(): readonly Figure[] {
    const { opened, refused, stalled, ended, frames, discarded } = this.#counts;
    const total = (name: string, help: string, value: number): Figure => ({
      name,
      help,
      type: 'counter',
      value,
    });
    return [
      {
        name: 'riser_live_streams',
        help: 'Live event streams now',
        type: 'gauge',
        value: this.#streams.size,
      },
      total('riser_live_streams_opened_total', 'Live event streams opened', opened),
      total(
        'riser_live_streams_refused_total',
        'Live event streams refused because there were too many',
        refused,
      ),
      total(
        'riser_live_streams_stalled_total',
        'Live event streams closed because the page did not read',
        stalled,
      ),
      total(
        'riser_live_streams_ended_total',
        'Live event streams closed because the session had ended',
        ended,
      ),
      total('riser_live_frames_total', 'Events written, over all streams', frames),
      total(
        'riser_live_batches_discarded_total',
        'Batches of readings of another configuration epoch',
        discarded + this.#pending.discardedBatches,
      ),
    ];
  }

  /** Ends every stream and subscription; no stream is taken afterwards. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const stop of this.#stops) stop();
    if (this.#batchTimer !== null) clearTimeout(this.#batchTimer);
    for (const stream of this.#streams) stream.sink.end();
    this.#streams.clear();
  }

  #onReadings(batch: ReadingBatch): void {
    if (this.#streams.size === 0) return;
    this.#followModel();
    this.#pending.add(batch);
    this.#armBatch();
  }

  #followModel(): void {
    const { model } = this.#services;
    if (model.epoch === this.#epoch) return;
    this.#epoch = model.epoch;
    this.#counts.discarded += this.#pending.discardedBatches;
    this.#pending = createPendingReadings(model, this.#services.texts);
  }

  #armBatch(): void {
    if (this.#batchTimer !== null || this.#pending.size === 0) return;
    this.#batchTimer = setTimeout(() => this.#flush(), this.#limits.eventBatchMs).unref();
  }

  #flush(): void {
    this.#batchTimer = null;
    if (this.#streams.size === 0) {
      this.#pending.clear();
      return;
    }
    const json = this.#pending.take(this.#limits.eventBatchReadings);
    if (json !== null) this.#sendAll(toRawFrame('readings', json));
    this.#armBatch();
  }

  #onLink(status: LinkStatus): void {
    if (this.#streams.size === 0) return;
    const { model, listeners, clocks } = this.#services;
    this.#sendAll(toFrame('link', toLinkView(status, model, listeners(), clocks(status.link))));
  }

  #onAlarm({ type, atMs, occurrence }: AlarmEvent): void {
    if (this.#streams.size === 0) return;
    this.#sendAll(toFrame('alarm', { type, atMs, alarm: toAlarmView(occurrence) }, ++this.#eventId));
  }

  #onControl({ type, atMs, control }: AlarmControlEvent): void {
    if (this.#streams.size === 0) return;
    const { model, ruleChanges, clock } = this.#services;
    const rule = ruleChanges.rule(control.equipment, control.rule)?.rule ?? null;
    const view = toControlView(control, rule, model, clock.now().wallMs);
    this.#sendAll(toFrame('control', { type, atMs, control: view }, ++this.#eventId));
  }

  #onStorm({ storm, ...event }: StormEvent): void {
    if (this.#streams.size === 0) return;
    this.#sendAll(toFrame('storm', { ...event, storm: toStormView(storm) }, ++this.#eventId));
  }

  #onRuleChange(change: RuleChangeRow): void {
    if (this.#streams.size === 0) return;
    const view = toRuleChangeView(change, this.#services.ruleChanges.unfit());
    this.#sendAll(toFrame('rule-change', view, ++this.#eventId));
  }

  #onTicket(event: TicketEvent): void {
    if (this.#streams.size === 0) return;
    const { policyVersion } = event.ticket;
    const policy = this.#policies.known(policyVersion);
    if (policy !== null) this.#sendTicket(event, policy);
    else void this.#policies.of(policyVersion).then((read) => this.#sendTicket(event, read));
  }

  /** A ticket shows each person the steps that are his, and only those who may read it: one frame per set of steps. */
  #sendTicket({ type, atMs, by, ticket }: TicketEvent, policy: Policy): void {
    const id = ++this.#eventId;
    const owner = toOwner(ticket, this.#services);
    const { rules } = this.#services.model;
    const frames = new Map<string, Buffer>();
    for (const stream of this.#streams) {
      const actor = toActor(stream.person, this.#services);
      if (!mayRead(ticket, actor)) continue;
      const isInside = isInsideOf(ticket, actor);
      const view = toTicketView(ticket, { actor, policy, owner, rules }, { maxAlarms: LIVE_ALARMS });
      const key = `${isInside} ${view.transitions.join(' ')}`;
      const frame =
        frames.get(key) ?? toFrame('ticket', { type, atMs, by: isInside ? by : '', ticket: view }, id);
      frames.set(key, frame);
      this.#send(stream, frame);
    }
  }

  /** To the open pages of its recipient only. */
  #onInbox({ recipient, sound, message, shown }: InboxAnnouncement): void {
    const own = [...this.#streams].filter(({ person }) => person.username === recipient);
    if (own.length === 0) return;
    const frame = toFrame('message', { sound, message: toMessageView(message) }, ++this.#eventId);
    for (const stream of own) if (this.#send(stream, frame)) shown();
  }

  #onIncident({ type, atMs, by, incident }: IncidentEvent): void {
    if (this.#streams.size === 0) return;
    const view = { type, atMs, by, incident: toIncidentView(incident, this.#services.model.policy) };
    this.#sendAll(toFrame('incident', view, ++this.#eventId));
  }

  #beat(): void {
    if (this.#streams.size === 0) return;
    const serverMs = this.#services.clock.now().wallMs;
    this.#sendAll(toFrame('heartbeat', { serverMs, trouble: this.#trouble() }));
    const outside = toFrame('heartbeat', { serverMs, trouble: [] });
    for (const stream of this.#streams) if (!hasSite(stream)) this.#send(stream, outside);
  }

  /** What people must know of the gateway itself even when it can neither raise an alarm nor store anything. */
  #trouble(): readonly Trouble[] {
    return this.#services
      .health()
      .parts.filter((part) => !part.isHealthy && !part.name.startsWith('link:'))
      .map(({ name, detail }) => ({ part: name, detail }));
  }

  /** To all who may read the site; contractors and occupants hear of their own tickets and messages only. */
  #sendAll(frame: Buffer): void {
    for (const stream of this.#streams) if (hasSite(stream)) this.#send(stream, frame);
  }

  /**
   * What waits is looked at before writing, so that one large frame does not close a stream that reads.
   * @returns false when the stream was closed instead
   */
  #send(stream: Stream, frame: Buffer): boolean {
    if (this.#isStalled(stream)) {
      this.#counts.stalled++;
      this.#streams.delete(stream);
      stream.sink.destroy();
      return false;
    }
    stream.sink.write(frame);
    this.#counts.frames++;
    return true;
  }

  /** One commit may bring more than a socket takes in its turn; only what does not become less is a browser that does not read. */
  #isStalled(stream: Stream): boolean {
    const { eventStreamBytes, eventStallMs, eventBurstBytes } = this.#limits;
    const waiting = stream.sink.writableLength;
    if (waiting <= eventStreamBytes) {
      stream.fullSinceMs = null;
      return false;
    }
    const nowMs = this.#services.clock.now().monoMs;
    stream.fullSinceMs ??= nowMs;
    return waiting > eventBurstBytes || nowMs - stream.fullSinceMs > eventStallMs;
  }

  #end(stream: Stream): void {
    this.#counts.ended++;
    this.#streams.delete(stream);
    stream.sink.end();
  }
}

function toFrame<Name extends LiveEventName>(name: Name, data: LiveEvents[Name], id?: number): Buffer {
  return toRawFrame(name, JSON.stringify(data), id);
}

/** @param json one line: JSON.stringify escapes line breaks */
function toRawFrame(name: LiveEventName, json: string, id?: number): Buffer {
  return Buffer.from(`${id === undefined ? '' : `id: ${id}\n`}event: ${name}\ndata: ${json}\n\n`);
}
