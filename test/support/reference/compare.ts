/**
 * What model and engine must agree on after each input, as lines. Left out, because the text leaves it open:
 * - the order of what happens at one moment, and letters between two events of it; so of several annunciations of one moment,
 *   which a flood lets through one by one;
 * - suppression of an alarm without an open occurrence;
 * - when a digest is due, and what of a return it tells (`recovered` is left to who tells people).
 */

import type { EngineSubject } from './engine-subject.ts';
import type { ReferenceModel } from './model.ts';
import { type Observed, type ScriptInput, toLine } from './script.ts';

export interface Difference {
  /** Index of the input. */
  readonly at: number;
  readonly input: ScriptInput;
  readonly model: readonly string[];
  readonly engine: readonly string[];
}

/** Plays both until they differ; null = they never do. */
export function findDifference(
  model: ReferenceModel,
  engine: EngineSubject,
  inputs: readonly ScriptInput[],
  alarms: number,
  apply: (input: ScriptInput) => readonly Observed[] = (input) => model.apply(input),
): Difference | null {
  for (const [at, input] of inputs.entries()) {
    const wanted = [...toLines(apply(input)), ...viewsOfModel(model, alarms)];
    const found = [...toLines(engine.apply(input)), ...viewsOfEngine(engine, alarms)];
    if (wanted.join('\n') !== found.join('\n')) return { at, input, model: wanted, engine: found };
  }
  return null;
}

/** For people: the inputs up to the difference, and the lines that only one of them has. */
export function formatDifference(difference: Difference, inputs: readonly ScriptInput[]): string {
  const { at, model, engine } = difference;
  return [
    ...inputs.slice(0, at + 1).map((input) => JSON.stringify(input)),
    ...model.filter((line) => !engine.includes(line)).map((line) => `- model:  ${line}`),
    ...engine.filter((line) => !model.includes(line)).map((line) => `+ engine: ${line}`),
  ].join('\n');
}

function toLines(seen: readonly Observed[]): string[] {
  const isOne = seen.filter(({ kind }) => kind === 'annunciated').length < 2;
  return seen
    .filter(isCompared)
    .filter((each) => isOne || !isCall(each))
    .map((each) => toLine(withoutLetter(each), 0))
    .sort();
}

function isCall(seen: Observed): boolean {
  return seen.kind === 'told' && seen.what !== 'escalate' && seen.what !== 'shelf-reminder';
}

function isCompared(seen: Observed): boolean {
  if (seen.kind === 'digest') return false;
  if (seen.kind === 'told') return seen.what !== 'recovered';
  if (seen.kind !== 'event') return true;
  const { event, occurrence } = seen;
  return occurrence !== null || (event !== 'suppressed' && event !== 'unsuppressed');
}

function withoutLetter(seen: Observed): Observed {
  if (seen.kind === 'ticket') return { ...seen, isStorm: false };
  return seen.kind === 'event' ? { ...seen, letter: 'A' } : seen;
}

function viewsOfModel(model: ReferenceModel, alarms: number): string[] {
  return Array.from({ length: alarms }, (_, alarm) => {
    const { letter, isOpen, isActive, isLatched, isAcknowledged, isBlind, count, hasTicket, chatterHoldMs } =
      model.view(alarm);
    if (!isOpen) return `${alarm}: ${letter}`;
    return toView(alarm, letter, {
      isActive,
      isLatched,
      isAcknowledged,
      isBlind,
      count,
      hasTicket,
      chatterHoldMs,
    });
  });
}

function viewsOfEngine(engine: EngineSubject, alarms: number): string[] {
  return Array.from({ length: alarms }, (_, alarm) => {
    const { letter, open } = engine.view(alarm);
    if (open === null) return `${alarm}: ${letter}`;
    const { isActive, isLatched, acknowledged, blindSinceMs, count, ticket, chatter } = open;
    return toView(alarm, letter, {
      isActive,
      isLatched,
      isAcknowledged: acknowledged !== null,
      isBlind: blindSinceMs !== null,
      count,
      hasTicket: ticket !== null,
      chatterHoldMs: chatter?.holdMs ?? null,
    });
  });
}

function toView(
  alarm: number,
  letter: string,
  marks: Readonly<Record<string, boolean | number | null>>,
): string {
  const said = Object.entries(marks).flatMap(([name, value]) =>
    value === false || value === null ? [] : [value === true ? name : `${name} ${value}`],
  );
  return `${alarm}: ${letter} ${said.join(' ')}`;
}
