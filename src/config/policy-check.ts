/**
 * What no schema can say of a service policy: whether its parts fit each other. Paths, forms, lists and people here, clocks
 * in policy-check-clocks.ts. Every part is looked at on its own, so that a mistake in one does not hide those of another.
 *
 * Which row a ticket gets is not guessed from the rows but tried, with one ticket of every kind that they tell apart.
 */
import type { Text } from '../core/text.ts';
import {
  ATTENDANCE_NAMES,
  FLOW_NAMES,
  PRIORITY_NAMES,
  SOURCE_NAMES,
  TICKET_CLASS_NAMES,
} from '../core/ticket.ts';
import type { ClockSettings } from '../core/ticket-clock.ts';
import type { TransitionType } from '../tickets/transitions.ts';
import { matches } from './match.ts';
import type { Actor, Match } from './policy.ts';
import type { PolicyContent } from './policy-schema.ts';
import {
  PATH_STAGES,
  type PathStageName,
  TICKET_FIELDS,
  TRANSITION_FIELDS,
  TRANSITION_OF,
} from './policy-words.ts';
import { didYouMean, type Problems, quote } from './problems.ts';
import type { Located, Path } from './source.ts';
import { toMs } from './words.ts';

/** Parts without mistakes of their own; others are left out. */
export type SoundParts = Partial<PolicyContent>;

/** @param path of the wrong value within the policy */
export type Report = (
  path: Path,
  expected: string | Text,
  found: string | Text,
  at?: 'key' | 'value',
) => void;

/** Stages without which a ticket can neither begin nor end. */
const NEEDED: readonly PathStageName[] = ['received', 'done', 'closed', 'archived'];
const PUBLIC: Rows = [{ match: { flow: ['public-area'] } }];
const IN_ORDER = 'the stages of service-workflow.md §2 in their order, each once';

export function toReport({ source, path }: Located, problems: Problems): Report {
  return (below, expected, found, at) => problems.add(source, [...path, ...below], expected, found, at);
}

export type Rows = readonly { readonly match: Match }[];

/**
 * One ticket of every kind that the rows tell apart: of values that are always named together, or never, the first stands
 * for all.
 */
export function toKinds(...lists: readonly Rows[]): readonly ClockSettings[] {
  const rows = lists.flatMap((list) => list.map(({ match }) => match));
  const apart = <V extends string>(
    values: readonly V[],
    namedIn: (match: Match) => readonly V[] | undefined,
  ) => {
    const first = new Map<string, V>();
    for (const value of values) {
      const signature = rows.map((match) => namedIn(match)?.includes(value) ?? '').join();
      if (!first.has(signature)) first.set(signature, value);
    }
    return [...first.values()];
  };
  const isAsked = rows.some(({ isDifficult }) => isDifficult !== undefined);
  const sources = apart(SOURCE_NAMES, ({ source }) => source);
  const flows = apart(FLOW_NAMES, ({ flow }) => flow);
  const priorities = apart(PRIORITY_NAMES, ({ priority }) => priority);
  const attendances = apart(ATTENDANCE_NAMES, ({ attendance }) => attendance);
  return apart(TICKET_CLASS_NAMES, ({ class: classes }) => classes).flatMap((ticketClass) =>
    sources.flatMap((source) =>
      flows.flatMap((flow) =>
        priorities.flatMap((priority) =>
          attendances.flatMap((attendance) =>
            (isAsked ? [false, true] : [false]).map((isDifficult) => ({
              class: ticketClass,
              source,
              flow,
              priority,
              attendance,
              isDifficult,
            })),
          ),
        ),
      ),
    ),
  );
}

/** Index of the row that a ticket gets; −1 = none. */
export function toRow(rows: Rows, kind: ClockSettings): number {
  return rows.findIndex(({ match }) => matches(match, kind));
}

export function checkPolicyParts(parts: SoundParts, report: Report): void {
  checkLists(parts, report);
  checkPaths(parts, report);
  checkForms(parts, report);
  checkActors(parts, report);
  checkApprovers(parts, report);
  checkGuards(parts, report);
  checkGrace(parts, report);
  const [first] = parts.report?.recipients ?? [];
  if (typeof first?.when === 'object') {
    const expected = 'at-once or confirmed (nobody comes before the first, who could leave it unanswered)';
    report(['report', 'recipients', 0, 'when'], expected, 'a mapping');
  }
}

/** A ticket that may be filed before its grace ends would take the standing alarm with it into the archive. */
function checkGrace({ overrideGrace, reopen }: SoundParts, report: Report): void {
  if (overrideGrace === undefined || reopen === undefined || toMs(overrideGrace) <= toMs(reopen)) return;
  const expected = `no more than reopen (${reopen}): until then a ticket is not filed`;
  report(['overrideGrace'], expected, quote(overrideGrace));
}

/** Lists of which every ticket must get a row. */
function checkLists(parts: SoundParts, report: Report): void {
  for (const key of ['flowFrom', 'attendanceFrom', 'paths'] as const) {
    const list = parts[key];
    const last = list?.at(-1);
    if (list === undefined || last === undefined) continue;
    const asked = Object.keys(last.match);
    if (asked.length > 0) {
      const found = `a row for some only (${asked.join(', ')})`;
      report([key, list.length - 1, 'match'], 'nothing in the last row: it is for all that is left', found);
    }
  }
}

function checkPaths({ paths }: SoundParts, report: Report): void {
  const inPublic = toKinds(paths ?? [], PUBLIC).filter(({ flow }) => flow === 'public-area');
  for (const [index, { stages, optional }] of (paths ?? []).entries()) {
    for (const [place, stage] of stages.entries()) {
      const before = stages[place - 1];
      if (before === undefined || PATH_STAGES.indexOf(stage) > PATH_STAGES.indexOf(before)) continue;
      report(['paths', index, 'stages', place], IN_ORDER, `${quote(stage)} after ${quote(before)}`);
    }
    for (const stage of NEEDED) {
      if (!stages.includes(stage))
        report(['paths', index, 'stages'], `${quote(stage)}, without which no path is one`, 'none');
    }
    for (const [place, stage] of optional.entries()) {
      const at = ['paths', index, 'optional', place];
      if (!stages.includes(stage)) report(at, 'a stage of this path', quote(stage));
      else if (NEEDED.includes(stage)) report(at, 'a stage that can be passed over', quote(stage));
    }
    const isPublic = inPublic.some((kind) => toRow(paths ?? [], kind) === index);
    if (isPublic && stages.includes('agreed') && !optional.includes('agreed')) {
      const expected = 'agreement only as optional: work in public areas is begun at once';
      report(['paths', index, 'stages', stages.indexOf('agreed')], expected, 'a path for public areas too');
    }
  }
}

function checkForms(parts: SoundParts, report: Report): void {
  const { forms, paths, actors } = parts;
  for (const [index, form] of (forms ?? []).entries()) {
    const { id, match, transitions } = form;
    if (actors !== undefined) checkSenders(form, actors, ['forms', index], report);
    if (forms?.findIndex((other) => other.id === id) !== index)
      report(['forms', index, 'id'], 'an id used once', quote(id));
    if (paths === undefined) continue;
    const own = toKinds(paths, [{ match }]).filter((kind) => matches(match, kind));
    const taken = new Set(own.map((kind) => toRow(paths, kind)));
    const isConsecutive = paths.some((path, row) => taken.has(row) && follow(path, transitions));
    if (isConsecutive) continue;
    const expected = 'steps that follow each other on a path of its tickets';
    report(['forms', index, 'transitions'], expected, transitions.join(', '));
  }
}

/** A form that nobody who begins it can finish is one that nobody can send. */
function checkSenders(
  form: PolicyContent['forms'][number],
  actors: PolicyContent['actors'],
  at: Path,
  report: Report,
): void {
  const [first, ...rest] = form.transitions;
  if (first === undefined) return;
  const beginners = actors[first];
  for (const [place, sender] of (form.actors ?? []).entries()) {
    if (beginners.includes(sender)) continue;
    report([...at, 'actors', place], `somebody who may begin it (${beginners.join(', ')})`, sender);
  }
  if (form.actors !== undefined) return;
  const takenAt = form.transitions.indexOf('take');
  // Who takes a ticket on the form is its taker for what follows.
  const may = (name: Actor, step: TransitionType, place: number): boolean =>
    actors[step].includes(name) || (takenAt >= 0 && place > takenAt && actors[step].includes('taker'));
  if (beginners.some((name) => rest.every((step, place) => may(name, step, place + 1)))) return;
  const steps = form.transitions.map((step) => `${step}: ${actors[step].join(', ') || 'nobody'}`);
  const expected = 'somebody who may take all its steps, or `actors` who may send it as a whole';
  report([...at, 'transitions'], expected, `nobody (${steps.join('; ')})`);
}

/** Whether the path goes through these steps without another one in between that must not be left out. */
function follow(
  { stages, optional }: PolicyContent['paths'][number],
  transitions: readonly TransitionType[],
): boolean {
  const places = transitions.map((step) =>
    stages.findIndex((stage) => stage !== 'received' && TRANSITION_OF[stage] === step),
  );
  return places.every((place, at) => {
    const before = places[at - 1];
    if (place < 0) return false;
    if (before === undefined) return true;
    return place > before && stages.slice(before + 1, place).every((stage) => optional.includes(stage));
  });
}

/** A step that a path asks for and that nobody may do would hold its tickets for ever. */
function checkActors({ actors, paths }: SoundParts, report: Report): void {
  if (actors === undefined) return;
  const needs = new Map<TransitionType, string>();
  for (const [index, { stages }] of (paths ?? []).entries()) {
    for (const stage of stages)
      if (stage !== 'received') needs.set(TRANSITION_OF[stage], `paths[${index}] has "${stage}"`);
  }
  if (actors.wait.length > 0) needs.set('resume', 'a ticket may wait');
  if (actors.escalate.length > 0) needs.set('answer', 'the supervisor may be asked');
  if ((paths ?? []).some(({ stages }) => stages.includes('accepted')))
    needs.set('reject', 'acceptance may be refused');
  for (const [step, why] of needs) {
    if (actors[step].length === 0) report(['actors', step], `somebody who may do it (${why})`, 'nobody');
  }
}

/** What is done in somebody's name, he can undo: he is told with just that offer (notify/approval-tellings.ts). */
function checkApprovers({ actors, staff }: SoundParts, report: Report): void {
  if (actors === undefined || staff === undefined) return;
  const rules = [
    ['wait', 'resume', 'waitApprovers', 'whoever approves a wait may end it'],
    [
      'set-difficult',
      'clear-difficult',
      'approvers',
      'whoever approves that a matter is difficult may withdraw it',
    ],
  ] as const;
  for (const [asked, undo, approvers, why] of rules) {
    const lacking = staff[approvers].filter((role) => !actors[undo].includes(role));
    if (actors[asked].length === 0 || lacking.length === 0) continue;
    report(['actors', undo], `all of staff.${approvers}: ${why}`, `a list without ${lacking.join(', ')}`);
  }
}

function checkGuards({ guards }: SoundParts, report: Report): void {
  for (const [index, { transition, fields }] of (guards ?? []).entries()) {
    const known: readonly string[] = [...new Set([...TRANSITION_FIELDS[transition], ...TICKET_FIELDS])];
    for (const [place, field] of fields.entries()) {
      if (known.includes(field)) continue;
      const expected = `a field of ${quote(transition)} or of the ticket`;
      report(['guards', index, 'fields', place], expected, `${quote(field)}${didYouMean(field, known)}`);
    }
  }
}
