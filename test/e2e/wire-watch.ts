/**
 * What the live events say of points while a wire is cut and after: which were bad, when each was good again. They
 * come ten times a second with what has changed, so little is missed between two looks at the answers.
 */
import type { Building, LinkName } from './building.ts';

/** How long an OPC UA server may say nothing where a machine that stands still for a moment must not be taken for a cut. */
export const SILENT_AFTER_MS = 8_000;

/** Changes the demo's site file before it is used. */
export const toPatientOpcua = (text: string): string =>
  text.replaceAll('protocol: opcua\n', `protocol: opcua\n    silentAfterMs: ${SILENT_AFTER_MS}\n`);

/** Points of the field with a reading that was not good since then. The gateway's own are another matter. */
export function badSince(building: Building, atMs: number): ReadonlySet<string> {
  const bad = building.live
    .of('readings')
    .filter((event) => event.atMs >= atMs)
    .flatMap(({ data }) => data.filter(([, , quality]) => quality !== 0).map(([point]) => point));
  return new Set(bad.filter((point) => !point.startsWith('gateway')));
}

/** UTC ms of the first good reading of each point that was received since then; absent while there is none. */
export function goodAgain(building: Building, atMs: number): ReadonlyMap<string, number> {
  const first = new Map<string, number>();
  for (const event of building.live.of('readings')) {
    if (event.atMs < atMs) continue;
    for (const [point, , quality, receivedMs] of event.data) {
      if (quality === 0 && receivedMs >= atMs && !first.has(point)) first.set(point, receivedMs);
    }
  }
  return first;
}

/** Alarms that became active since then: `equipment/rule`. */
export function raisedSince(building: Building, atMs: number): readonly string[] {
  const raised = building.live
    .of('alarm')
    .filter(({ data }) => data.atMs >= atMs && (data.type === 'raised' || data.type === 're-raised'))
    .map(({ data }) => `${data.alarm.equipment}/${data.alarm.rule}`);
  return [...new Set(raised)].toSorted();
}

/** States that links other than this one took since then. */
export function otherLinks(building: Building, link: LinkName, atMs: number): readonly string[] {
  return building.live
    .of('link')
    .filter((event) => event.atMs >= atMs && event.data.link !== link)
    .map(({ data }) => `${data.link} ${data.state}`);
}
