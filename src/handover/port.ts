/** What others may ask of handovers (交接班): begin, sign, read, what is unsigned. Permissions are the API's business. */
import type { AlarmControl, Occurrence } from '../core/alarm.ts';
import type { Handover } from '../core/duty.ts';
import type { Incident } from '../core/incident.ts';
import type { Text } from '../core/text.ts';
import type { Ticket } from '../core/ticket.ts';
import type { DrillRow, LockOutRow, Page } from '../store/store.ts';

/** A point that cannot be seen now. */
export interface BlindPoint {
  /** Point id. */
  readonly point: string;
  /** Equipment id: points of one kind have one name. */
  readonly equipment: string;
  readonly name: Text;
  /** Since when it has had no good value, UTC ms; null = never had one since start. */
  readonly sinceMs: number | null;
  readonly reason: Text;
}

/** Equipment in commissioning. */
export interface SilentEquipment {
  readonly id: string;
  /** Who began it and who else answers for it; '' = the site file, nobody. */
  readonly by: string;
  readonly approver: string;
  readonly reason: string;
  readonly untilMs: number;
  /** Alarms of life safety among those that ring nobody. */
  readonly lifeSafety: number;
  /** Alarms that stand there and ring nobody. */
  readonly standing: readonly Occurrence[];
}

/** Everything that is handed over, as it stands at one moment. */
export interface HandoverSources {
  /** Occurrences that have not ended. */
  readonly alarms: readonly Occurrence[];
  /** Alarms that are shelved or out of service, with or without an open occurrence. */
  readonly controls: readonly AlarmControl[];
  /** Key: equipment id. */
  readonly lockOuts: ReadonlyMap<string, LockOutRow>;
  /** Tickets that are open. */
  readonly tickets: readonly Ticket[];
  /** Whose report is due: it has not been sent, and they are not known to be none. */
  readonly incidents: readonly Incident[];
  /** That are under way. Key: equipment id. */
  readonly drills: ReadonlyMap<string, Pick<DrillRow, 'by' | 'atMs' | 'reason' | 'untilMs'>>;
  /** Equipment and parts in commissioning with alarms that ring nobody. */
  readonly commissioning: readonly SilentEquipment[];
  readonly blind: readonly BlindPoint[];
  /** Name of an equipment with what it is a part of. */
  equipmentName(id: string): Text;
  /** What the alarm of that key says; its key when the rule is no more. */
  alarmText(key: string): Text;
  /** IANA zone of the site: local times in the lines. */
  readonly timeZone: string;
}

export interface HandoverInput {
  readonly from: string;
  readonly to: string;
  /** Post of the roster, or in words where there is none. */
  readonly post: string;
  readonly note: string;
  /** One of the two. */
  readonly by: string;
}

export interface HandoverPort {
  /** Freezes the lists. @throws RiserError `handover-one-person`, `handover-of-others`, `bad-request`, `store-failed` */
  begin(input: HandoverInput): Promise<Handover>;
  /** @throws RiserError `not-found`, `handover-of-others`, `handover-signed`, `store-failed` */
  sign(id: string, by: string): Promise<Handover>;
  list(page: { readonly limit: number; readonly offset: number }): Promise<Page<Handover>>;
  /** Those that both have not signed within the limit, oldest first. */
  unsigned(nowMs: number): readonly Handover[];
}
