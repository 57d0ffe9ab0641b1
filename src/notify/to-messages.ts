/**
 * Who has to be told of what a round has decided, as rows of the outbox: each person, each channel, both languages. Pure: the
 * engine stores the rows in the transaction of what they tell, the sender sends them afterwards. Which events are told to
 * whom is ticket-tellings.ts, incident-tellings.ts and feedback-tellings.ts, the words are wording.ts.
 *
 *   events ─▶ tellings ─▶ people (duty, near the place) ─▶ channels ─▶ messages, each key once
 */
import { toOpenMs } from '../config/alarm-start.ts';
import type { FeedbackEvent } from '../core/feedback.ts';
import { GATEWAY } from '../core/gateway.ts';
import type { Message, MessageKind } from '../core/message.ts';
import { ROLES } from '../core/roles.ts';
import { findTold } from '../core/stand-ins.ts';
import type { Text } from '../core/text.ts';
import type { Ticket, TicketEvent } from '../core/ticket.ts';
import type { IncidentEvent } from '../incidents/step.ts';
import { toFeedbackTellings } from './feedback-tellings.ts';
import { toIncidentTellings } from './incident-tellings.ts';
import type { Addressee, DutyLook, MessageView, Telling, TellingContext } from './telling.ts';
import { toTicketTellings } from './ticket-tellings.ts';
import { createLocalTime, same, toBody, toMissing, toSubject } from './wording.ts';

export type { DutyLook, MessageView } from './telling.ts';

export type ToMessages = (
  events: readonly TicketEvent[],
  incidents: readonly IncidentEvent[],
  view: MessageView,
  feedback?: readonly FeedbackEvent[],
  /** What neither tells; left out = nothing. */
  others?: readonly Telling[],
) => readonly Message[];

/** Which messages go through a channel. */
export interface ChannelRule {
  /** Of the table in index.ts. */
  readonly id: string;
  /** null = all. */
  readonly kinds: readonly MessageKind[] | null;
  /** Only people who hold one of them; null = everybody. */
  readonly roles: readonly string[] | null;
  /** Whether people without an account can be reached. */
  readonly reachesContacts: boolean;
}

export interface ToMessagesOptions {
  /** As it stands: asked in every round that tells something. */
  readonly duty: () => DutyLook;
  /** Empty = nobody is told anything. */
  readonly channels: readonly ChannelRule[];
  /** Named owner of the ticket's equipment: user, group or role; null = none. Default: nobody owns anything. */
  readonly ownerOf?: (ticket: Ticket) => string | null;
  /** IANA zone of the site: times in texts are local. */
  readonly timeZone: string;
}

/** Whoever is told of an emergency is not told in the same round that it is his, or that it waits to be dispatched. */
const SAID_BY_EMERGENCY: readonly MessageKind[] = ['assigned', 'to-dispatch', 'priority-raised'];

export function createToMessages(options: ToMessagesOptions): ToMessages {
  const { ownerOf = () => null, timeZone } = options;
  const toTime = createLocalTime(timeZone);
  return (events, incidents, view, feedback = [], others = []) => {
    const duty = options.duty();
    const context: TellingContext = {
      view,
      ownerOf,
      nameOf: (name) => toName(name, duty, view.nowMs),
      accountsOf: (firm) => duty.accountsOf?.(firm) ?? [],
      timeOf: (atMs) => toTime(atMs, view.nowMs),
    };
    const byTicket = Map.groupBy(events, ({ ticket }) => ticket.id);
    const tellings = [
      ...[...byTicket.values()].flatMap((own) => toTicketTellings(own, context)),
      ...incidents.flatMap((event) => toIncidentTellings(event, context)),
      ...feedback.flatMap((event) => toFeedbackTellings(event, context)),
      ...others,
    ];
    return new Round(options.channels, duty, context).toMessages(tellings);
  };
}

/** The messages of one round. */
class Round {
  readonly #channels: readonly ChannelRule[];
  readonly #duty: DutyLook;
  readonly #context: TellingContext;
  /** Key: key of the message. */
  readonly #made = new Map<string, Message>();
  /** Who is told of an emergency in this round: ticket, recipient, channel. */
  readonly #alarmed = new Set<string>();

  constructor(channels: readonly ChannelRule[], duty: DutyLook, context: TellingContext) {
    this.#channels = channels;
    this.#duty = duty;
    this.#context = context;
  }

  toMessages(tellings: readonly Telling[]): readonly Message[] {
    // Emergencies first: what they say need not be said again.
    const ordered = tellings.toSorted(
      (a, b) => Number(b.kind === 'emergency') - Number(a.kind === 'emergency'),
    );
    for (const telling of ordered) for (const addressee of telling.to) this.#tell(telling, addressee);
    return [...this.#made.values()];
  }

  #tell(telling: Telling, addressee: Addressee): void {
    if ('after' in addressee) {
      const { recipient, channel } = addressee.after;
      this.#add(telling, addressee.ask, recipient, channel);
    } else if ('contact' in addressee) {
      const channels = this.#channels.filter(
        (channel) => channel.reachesContacts && takesKind(channel, telling.kind),
      );
      for (const { id } of channels) this.#add(telling, addressee.ask, addressee.contact, id);
    } else {
      const { people, missing } = this.#find(telling, addressee.anyOf, addressee.except);
      // Who stands in for somebody is not the one to whom it was to be reported.
      for (const person of people)
        for (const channel of this.#channelsFor(person, telling.kind))
          this.#add(
            telling,
            addressee.ask,
            person,
            channel,
            missing === null ? addressee.reportsTo : undefined,
            missing,
          );
    }
  }

  /** The first of the names of whom anybody can be told, else the stand-ins: nothing is told to nobody. */
  #find(
    telling: Telling,
    anyOf: readonly string[],
    except: readonly string[] = [],
  ): { readonly people: readonly string[]; readonly missing: Text | null } {
    // What waits for its hours is for whoever is on duty then.
    const atMs = this.#toNotBefore(telling);
    const { location } = telling.about;
    const { people, by } = findTold(anyOf, (name) =>
      this.#duty.recipientsOf(name, atMs, location).filter((person) => !except.includes(person)),
    );
    const [wanted = by] = anyOf;
    const isMissing = wanted !== null && by !== null && by !== wanted;
    return { people, missing: isMissing ? toMissing(this.#context.nameOf(wanted)) : null };
  }

  #channelsFor(username: string, kind: MessageKind): readonly string[] {
    const roles = this.#duty.person(username, this.#context.view.nowMs)?.roles ?? [];
    const isFor = ({ roles: wanted }: ChannelRule): boolean =>
      wanted === null || wanted.some((role) => roles.includes(role));
    return this.#channels.filter((channel) => isFor(channel) && takesKind(channel, kind)).map(({ id }) => id);
  }

  #add(
    telling: Telling,
    ask: Text,
    recipient: string,
    channel: string,
    reportsTo?: string,
    missing: Text | null = null,
  ): void {
    const { about, kind, fact, priority } = telling;
    const { view } = this.#context;
    const key = toKey(telling, recipient, channel);
    if (recipient === telling.by && kind !== 'emergency' && reportsTo === undefined) return;
    const made = this.#made.get(key);
    if (made !== undefined && reportsTo !== undefined)
      this.#made.set(key, { ...made, reportsTo: [...(made.reportsTo ?? []), reportsTo] });
    if (made !== undefined || view.has(key)) return;
    const way = [about.number, recipient, channel].join('/');
    if (kind === 'emergency') this.#alarmed.add(way);
    else if (SAID_BY_EMERGENCY.includes(kind) && this.#alarmed.has(way)) return;
    const notBeforeMs = this.#toNotBefore(telling);
    this.#made.set(key, {
      id: view.nextId(),
      key,
      kind,
      priority,
      channel,
      recipient,
      subject: toSubject(kind, about),
      body: toBody(about, fact, ask, missing),
      ticket: about.ticket,
      occurrence: about.occurrence,
      incident: about.incident,
      ...(about.feedback !== undefined && { feedback: about.feedback }),
      isDrill: about.isDrill,
      ...(reportsTo !== undefined && { reportsTo: [reportsTo] }),
      createdAtMs: view.nowMs,
      notBeforeMs,
      ...(telling.hours !== null && notBeforeMs > view.nowMs && { hours: telling.hours.id }),
      state: 'queued',
      attempts: 0,
      nextAtMs: notBeforeMs,
      sentAtMs: null,
      deliveredAtMs: null,
      readAtMs: null,
      answeredAtMs: null,
      answer: null,
    });
  }

  #toNotBefore({ hours }: Telling): number {
    const { view } = this.#context;
    return hours === null ? view.nowMs : toOpenMs(hours, view.nowMs);
  }
}

function takesKind({ kinds }: ChannelRule, kind: MessageKind): boolean {
  return kinds === null || kinds.includes(kind);
}

/** E.g. `GC20261121-0001/assigned/2/engineer-li/inbox`. */
function toKey({ about, kind, part, version }: Telling, recipient: string, channel: string): string {
  const what = part === undefined ? kind : `${kind}-${part}`;
  return [about.number, what, version, recipient, channel].join('/');
}

function toName(name: string, duty: DutyLook, atMs: number): Text {
  const roles: Readonly<Record<string, Text>> = { ...ROLES, [GATEWAY]: GATEWAY_TEXT };
  return (Object.hasOwn(roles, name) ? roles[name] : duty.person(name, atMs)?.name) ?? same(name);
}

const GATEWAY_TEXT: Text = { zh: '网关', en: 'the gateway' };
