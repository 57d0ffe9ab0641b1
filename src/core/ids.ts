/**
 * Branded ids. One grammar for all of them: `[a-z][a-z0-9-]*`, never reused, never renamed.
 * What a person reads belongs into names (Text), not into ids.
 */

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

export type SiteId = Branded<'SiteId'>;
export type LocationId = Branded<'LocationId'>;
export type ContactId = Branded<'ContactId'>;
export type EquipmentId = Branded<'EquipmentId'>;
export type LinkId = Branded<'LinkId'>;
export type ProfileId = Branded<'ProfileId'>;
/** Id of a rule within its equipment or part. */
export type RuleId = Branded<'RuleId'>;
/** `equipment/point`. */
export type PointId = Branded<'PointId'>;
/** `site/equipment/rule`: the identity of an alarm, never reused, never renamed. */
export type AlarmKey = Branded<'AlarmKey'>;
/** One stretch from raise to end. */
export type OccurrenceId = Branded<'OccurrenceId'>;
/** Many alarms told as one matter. */
export type StormId = Branded<'StormId'>;
/** Hours in which something counts (日历): working time, opening hours. */
export type CalendarId = Branded<'CalendarId'>;
export type TicketId = Branded<'TicketId'>;
/** One emergency, however many tickets and alarms it has. */
export type IncidentId = Branded<'IncidentId'>;
/** What owners and users say of the service (客户反馈). */
export type FeedbackId = Branded<'FeedbackId'>;
/** A photo or document on a ticket. */
export type AttachmentId = Branded<'AttachmentId'>;
/** A message in the outbox. */
export type MessageId = Branded<'MessageId'>;

export const ID_PATTERN = '^[a-z][a-z0-9-]*$';
const idExpression = new RegExp(ID_PATTERN);
/** Longest id accepted; keeps keys, tags and file names within every store's limits. */
export const MAX_ID_LENGTH = 64;

export function isId(value: string): boolean {
  return value.length <= MAX_ID_LENGTH && idExpression.test(value);
}

/** For ids that the schema has already checked. */
export function toId<T extends string>(value: string): T {
  return value as T;
}

export function toPointId(equipment: EquipmentId, point: string): PointId {
  return toId(toFlat([equipment, point]));
}

export function toAlarmKey(site: SiteId, equipment: EquipmentId, rule: RuleId): AlarmKey {
  return toId(toFlat([site, equipment, rule]));
}

/** A joined list is one string in memory; a template is a chain of its pieces, 80 bytes more for each of 350,000 ids of a large site. */
function toFlat(parts: readonly string[]): string {
  return parts.join('/');
}
