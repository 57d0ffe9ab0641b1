/** Counts state × input over runs of scripts, so that a run can say what it never tried. The states are the model's. */
import type { IsaState } from '../../../src/core/alarm.ts';
import type { ReferenceModel } from './model.ts';
import type { Observed, ScriptInput } from './script.ts';
import type { AlarmView } from './site.ts';

const STATES = ['A', 'pending', 'B', 'C', 'D', 'E', 'F', 'G'] as const satisfies readonly (
  | IsaState
  | 'pending'
)[];
type State = (typeof STATES)[number];

const INPUTS = [
  'TRUE',
  'FALSE',
  'UNKNOWN',
  'ERROR',
  'time',
  'acknowledge',
  'shelve',
  'unshelve',
  'out of service',
  'in service',
  'reset',
  'comment',
  'suppress',
  'unsuppress',
  'cause on',
  'cause off',
  'restart',
  'clock step',
  'edit TRUE',
  'edit FALSE',
  'remove',
] as const;
type InputName = (typeof INPUTS)[number];

/** Key: state, input. */
export type Hits = Map<`${State} × ${InputName}`, number>;

export function createHits(): Hits {
  return new Map(STATES.flatMap((state) => INPUTS.map((input) => [`${state} × ${input}`, 0] as const)));
}

/** Gives the input to the model and counts it for each alarm that it concerns, in the state that it met; removed ones are in none. */
export function applyCounted(
  model: ReferenceModel,
  input: ScriptInput,
  alarms: number,
  hits: Hits,
): readonly Observed[] {
  const before = Array.from({ length: alarms }, (_, alarm) => model.view(alarm));
  const seen = model.apply(input);
  for (const [alarm, was] of before.entries()) {
    if (was.isRemoved) continue;
    const is = model.view(alarm);
    if (!('alarm' in input) || input.alarm === alarm) hit(hits, was, toInputName(input, is));
    if (was.hasCause !== is.hasCause) hit(hits, was, is.hasCause ? 'cause on' : 'cause off');
  }
  return seen;
}

/** @returns the cells that were never met. */
export function findEmptyCells(hits: Hits): string[] {
  return [...hits].filter(([, count]) => count === 0).map(([cell]) => cell);
}

/** A table for people: one line per input, one column per state; empty cells are marked and named below. */
export function formatHits(hits: Hits): string {
  const width = Math.max(7, ...[...hits.values()].map((count) => String(count).length));
  const row = (name: string, cells: readonly string[]) =>
    name.padEnd(16) + cells.map((cell) => cell.padStart(width + 1)).join('');
  const lines = INPUTS.map((input) =>
    row(
      input,
      STATES.map((state) => String(hits.get(`${state} × ${input}`) || '–')),
    ),
  );
  const empty = findEmptyCells(hits);
  return [
    row('', STATES),
    ...lines,
    empty.length === 0 ? 'no cell is empty' : `empty: ${empty.join(', ')}`,
  ].join('\n');
}

/** For the output of a test run. @param title what was played */
export function printHits(hits: Hits, title = ''): void {
  console.log([title, formatHits(hits)].join('\n'));
}

function hit(hits: Hits, { isPending, letter }: AlarmView, input: InputName): void {
  const cell = `${isPending ? 'pending' : letter} × ${input}` as const;
  hits.set(cell, (hits.get(cell) ?? 0) + 1);
}

const NAMES = {
  wait: 'time',
  acknowledge: 'acknowledge',
  shelve: 'shelve',
  unshelve: 'unshelve',
  'take-out-of-service': 'out of service',
  'return-to-service': 'in service',
  reset: 'reset',
  comment: 'comment',
  restart: 'restart',
  'step-wall': 'clock step',
} as const satisfies Partial<Record<ScriptInput['type'], InputName>>;

const TRUTHS = { true: 'TRUE', false: 'FALSE', unknown: 'UNKNOWN', error: 'ERROR' } as const;

function toInputName(input: ScriptInput, after: AlarmView): InputName {
  switch (input.type) {
    case 'sample':
      return TRUTHS[input.truth];
    case 'reading':
      return TRUTHS[after.truth];
    case 'suppress':
      return input.isOn ? 'suppress' : 'unsuppress';
    case 'edit':
      if (input.to === 'true') return 'edit TRUE';
      return input.to === 'false' ? 'edit FALSE' : 'remove';
    case 'edit-limits':
      return after.lastGood === 'true' ? 'edit TRUE' : 'edit FALSE';
    default:
      return NAMES[input.type];
  }
}
