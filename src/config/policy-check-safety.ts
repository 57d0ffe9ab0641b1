/**
 * What no site may switch off: an emergency is one and is reported at once to somebody of the house, what is overdue is told to
 * the house, a limit is a time. What else a policy says of emergencies is the site's, and shown to whoever approves it.
 */
import type { Kind } from '../core/kinds.ts';
import { isOutsider } from '../core/roles.ts';
import type { TicketClass } from '../core/ticket.ts';
import { matches } from './match.ts';
import { type Report, type SoundParts, toKinds } from './policy-check.ts';
import { quote } from './problems.ts';

export function checkSafety(parts: SoundParts, report: Report): void {
  checkPriority(parts, report);
  for (const danger of DANGERS) checkReports(parts, danger, report);
  checkEvents(parts, report);
  checkReport(parts, report);
  checkOffHours(parts, report);
  checkHouse(parts, report);
  checkLimits(parts, report);
}

function checkPriority({ priorityOf }: SoundParts, report: Report): void {
  const priority = priorityOf?.['life-safety'];
  if (priority === undefined || priority === 'emergency') return;
  report(['priorityOf', 'life-safety'], 'emergency: life safety never waits', quote(priority));
}

/** What people report that is an emergency whatever they say of it (service-workflow.md §1; source 000). */
interface Danger {
  readonly class: TicketClass;
  /** null = of any equipment, or of none. */
  readonly kind: Kind | null;
  readonly words: string;
}
const DANGERS: readonly Danger[] = [
  { class: 'fire', kind: null, words: 'fire' },
  { class: 'help', kind: 'lift', words: 'help at a lift' },
];

/** The first row that a report reaches is its priority: none before the one that takes them all may make less of it. */
function checkReports({ priorityFrom }: SoundParts, danger: Danger, report: Report): void {
  if (priorityFrom === undefined) return;
  for (const [index, row] of priorityFrom.entries()) {
    const isOther = row.class !== undefined && !row.class.includes(danger.class);
    const isOtherKind = danger.kind !== null && row.kind !== undefined && row.kind !== danger.kind;
    if (isOther || isOtherKind) continue;
    if (row.priority !== 'emergency') {
      report(['priorityFrom', index, 'priority'], NEVER_WAITS, quote(row.priority));
      return;
    }
    const { urgency = 1, complexity = 1, scope = 1 } = row;
    const isAnyKind = row.kind === undefined || row.kind === danger.kind;
    if (isAnyKind && row.words === undefined && Math.max(urgency, complexity, scope) <= 1) return;
  }
  const expected = `a row that makes every report of ${danger.words} an emergency, whatever its impact, words or equipment`;
  report(['priorityFrom'], expected, 'none');
}

/** Words that tell of an emergency make one. */
function checkEvents({ priorityFrom }: SoundParts, report: Report): void {
  for (const [index, { event, words, priority }] of (priorityFrom ?? []).entries()) {
    if (event === undefined) continue;
    if (words === undefined) report(['priorityFrom', index, 'event'], 'words beside it', 'none');
    if (priority !== 'emergency') report(['priorityFrom', index, 'priority'], EVENT, quote(priority));
  }
}

/** The assignee may be nobody yet, and whoever is told of what is confirmed waits for somebody to confirm it. */
function checkReport({ report: told }: SoundParts, report: Report): void {
  if (told === undefined) return;
  const emergencies = toKinds([{ match: told.match }, { match: { priority: ['emergency'] } }]).filter(
    ({ priority }) => priority === 'emergency',
  );
  if (!emergencies.every((kind) => matches(told.match, kind)))
    report(
      ['report', 'match'],
      'all emergencies among those that are reported',
      'a row that leaves some out',
    );
  const isTold = told.recipients.some(
    ({ role, when }) => when === 'at-once' && role !== 'assignee' && !isOutsider(role),
  );
  if (!isTold)
    report(['report', 'recipients'], 'a role of the house that is told at once', 'none that is told at once');
}

/** What comes at night and waits for the next working day is no emergency, whatever else its row says. */
function checkOffHours({ offHours = null }: SoundParts, report: Report): void {
  if (offHours === null) return;
  const { match } = offHours;
  const kinds = toKinds([{ match }, { match: { priority: ['emergency'] } }]);
  if (!kinds.some((kind) => kind.priority === 'emergency' && matches(match, kind))) return;
  if (match.priority === undefined) report(['offHours', 'match'], OFF_HOURS, 'a row for all priorities');
  else
    report(['offHours', 'match', 'priority', match.priority.indexOf('emergency')], OFF_HOURS, '"emergency"');
}

function checkHouse({ report: told, escalation }: SoundParts, report: Report): void {
  for (const [index, { role }] of (told?.recipients ?? []).entries())
    if (isOutsider(role)) report(['report', 'recipients', index, 'role'], HOUSE, quote(role));
  for (const [index, { role }] of (escalation?.ladder ?? []).entries())
    if (isOutsider(role)) report(['escalation', 'ladder', index, 'role'], HOUSE, quote(role));
  if (escalation !== undefined && isOutsider(escalation.breach))
    report(['escalation', 'breach'], HOUSE, quote(escalation.breach));
}

function checkLimits({ clocks }: SoundParts, report: Report): void {
  for (const [index, { limits }] of (clocks ?? []).entries())
    for (const [row, { limit }] of limits.entries())
      if (limit === 0) report(['clocks', index, 'limits', row, 'limit'], LIMIT, '0');
}

const HOUSE = 'a role of the house: nobody from outside answers for it';
const EVENT = 'emergency: its words tell of one';
const NEVER_WAITS = 'emergency: fire and people in a lift never wait';
const OFF_HOURS =
  'priorities that can wait: an emergency and life safety never wait for the next working day';
const LIMIT = 'a duration: with 0 everything is overdue as it begins';
