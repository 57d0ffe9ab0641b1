/** One change of an incident: what it is afterwards and what is told of it. What the changes mean is in the files beside it. */
import { RiserError } from '../core/errors.ts';
import { INCIDENT_LINE_TYPES, type Incident, type IncidentLine } from '../core/incident.ts';
import type { Text } from '../core/text.ts';

export type IncidentEventType =
  | 'opened'
  | 'joined'
  | 'confirmed'
  | 'graded'
  | 'phase'
  | 'reported'
  | 'report-sent'
  | 'report-warned'
  | 'report-escalated'
  | 'report-breached'
  | 'ended';

export interface IncidentEvent {
  readonly type: IncidentEventType;
  readonly atMs: number;
  /** User name, or `gateway`. */
  readonly by: string;
  /** The incident after the event. */
  readonly incident: Incident;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Without events nothing has changed: the incident is the same object. */
export interface IncidentStep {
  readonly incident: Incident;
  readonly events: readonly IncidentEvent[];
}

/** One version more. */
export function toIncidentStep(
  incident: Incident,
  change: Partial<Incident>,
  event: Omit<IncidentEvent, 'incident'>,
): IncidentStep {
  const { type, atMs, by, detail } = event;
  const line = isOfRecord(type) ? [{ type, atMs, by, detail }] : [];
  const record = line.length === 0 ? {} : { record: [...(incident.record ?? []), ...line] };
  return tell({ ...incident, ...change, ...record, version: incident.version + 1 }, event);
}

function isOfRecord(type: IncidentEventType): type is IncidentLine['type'] {
  return INCIDENT_LINE_TYPES.some((one) => one === type);
}

/** As it is. */
export function tell(incident: Incident, event: Omit<IncidentEvent, 'incident'>): IncidentStep {
  return { incident, events: [{ ...event, incident }] };
}

/** @throws RiserError `missing-fields` when one of them says nothing */
export function requireText(fields: Readonly<Record<string, string>>, rule: Text): void {
  const missing = Object.keys(fields).filter((name) => (fields[name] ?? '').trim() === '');
  if (missing.length > 0) throw new RiserError('missing-fields', { fields: missing.join(', '), rule });
}
