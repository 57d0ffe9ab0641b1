/** What comes over `GET /api/v1/events`, by name of the event. Types only: live.ts writes them, the page reads them. */

import type { StormEvent } from '../core/alarm.ts';
import type { Sound } from '../notify/inbox.ts';
import type { AlarmControlView, StormView } from './alarm-schemas.ts';
import type { IncidentView } from './incident-schemas.ts';
import type { LinkView } from './link-schema.ts';
import type { MessageView } from './message-schemas.ts';
import type { RuleChangeView } from './rule-schemas.ts';
import type { AlarmView, TicketView } from './schemas.ts';

/**
 * Changed readings of one batch interval: [point id, value or null, quality code, receivedMs, sourceMs or null]; of a
 * point of type `text` the value is null, and the text or null comes last.
 */
export type ReadingTuple = readonly [string, number | null, number, number, number | null, (string | null)?];

/** Events of `GET /api/v1/events`, by SSE event name. */
export interface LiveEvents {
  /** First event of every stream: the server's time, so that the page can show ages truthfully. */
  hello: { readonly serverMs: number; readonly version: string; readonly trouble: readonly Trouble[] };
  readings: readonly ReadingTuple[];
  link: LinkView;
  alarm: { readonly type: string; readonly atMs: number; readonly alarm: AlarmView };
  /** A shelf or a service of an alarm, with or without an open occurrence, or its end. */
  control: { readonly type: string; readonly atMs: number; readonly control: AlarmControlView };
  /** A storm has begun, grown or ended; a digest tells what of it was not told one by one. */
  storm: Omit<StormEvent, 'storm'> & { readonly storm: StormView };
  /** A change of a rule was proposed or decided; an approved one is in force. */
  'rule-change': RuleChangeView;
  /** Of a ticket that the person may read; `by` is empty for those who only reported it. */
  ticket: { readonly type: string; readonly atMs: number; readonly by: string; readonly ticket: TicketView };
  /** A message for the person of the stream has arrived; `sound` is what the page plays. */
  message: { readonly sound: Sound; readonly message: MessageView };
  incident: {
    readonly type: string;
    readonly atMs: number;
    readonly by: string;
    readonly incident: IncidentView;
  };
  /** Every 10 s; a page that misses two knows that what it shows is old. */
  heartbeat: { readonly serverMs: number; readonly trouble: readonly Trouble[] };
}

/** A part of the gateway that is not well, as in /health; links are not among them, they have events of their own. */
export interface Trouble {
  readonly part: string;
  readonly detail: string;
}
export type LiveEventName = keyof LiveEvents;
