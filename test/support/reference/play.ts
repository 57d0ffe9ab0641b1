/** Short words for hand-written scripts, and their playing against the model. Expectations are lines (script.ts, toLine). */
import { REFERENCE_POLICY, REFERENCE_RULE } from './defaults.ts';
import { createReferenceModel, type ReferenceModel } from './model.ts';
import { type ReferencePolicy, type ReferenceRule, type ScriptInput, toLine } from './script.ts';

/** Wall time at which hand-written scripts begin. */
export const START_MS = Date.UTC(2026, 10, 21, 2, 0, 0);

export const HOUR_MS = 3_600_000;

export const wait = (ms: number): ScriptInput => ({ type: 'wait', ms });
export const yes = (alarm = 0): ScriptInput => ({ type: 'sample', alarm, truth: 'true' });
export const no = (alarm = 0): ScriptInput => ({ type: 'sample', alarm, truth: 'false' });
export const unknown = (alarm = 0): ScriptInput => ({ type: 'sample', alarm, truth: 'unknown' });
export const failed = (alarm = 0): ScriptInput => ({ type: 'sample', alarm, truth: 'error' });
export const acknowledge = (alarm = 0): ScriptInput => ({ type: 'acknowledge', alarm, by: 'wang' });
export const unshelve = (alarm = 0): ScriptInput => ({ type: 'unshelve', alarm, by: 'wang' });
export const reset = (alarm = 0): ScriptInput => ({ type: 'reset', alarm, by: 'wang' });
export const comment = (alarm = 0): ScriptInput => ({ type: 'comment', alarm, by: 'wang' });
export const inService = (alarm = 0): ScriptInput => ({ type: 'return-to-service', alarm, by: 'wang' });
export const restart = (downMs: number): ScriptInput => ({ type: 'restart', downMs });
export const stepWall = (byMs: number): ScriptInput => ({ type: 'step-wall', byMs });

export function shelve(forMs: number, more: { alarm?: number; isOneShot?: boolean } = {}): ScriptInput {
  return { type: 'shelve', alarm: 0, by: 'wang', forMs, isOneShot: false, ...more };
}

export function outOfService(forMs: number, more: { permit?: string; approver?: string } = {}): ScriptInput {
  return {
    type: 'take-out-of-service',
    alarm: 0,
    by: 'wang',
    permit: 'GP-1',
    approver: 'zhao',
    forMs,
    ...more,
  };
}

export function suppress(isOn: boolean, reason: 'schedule' | 'expected' = 'expected'): ScriptInput {
  return { type: 'suppress', alarm: 0, reason, isOn };
}

export function edit(to: 'true' | 'false' | 'removed' | 'source-removed'): ScriptInput {
  return { type: 'edit', alarm: 0, to };
}

export interface Played {
  /** Model after the script. */
  readonly model: ReferenceModel;
  readonly lines: readonly string[];
}

/** @param rules what differs from REFERENCE_RULE, one entry per alarm. */
export function play(
  rules: readonly Partial<ReferenceRule>[],
  inputs: readonly ScriptInput[],
  policy: ReferencePolicy = REFERENCE_POLICY,
): Played {
  const model = createReferenceModel(
    { policy, rules: rules.map((rule) => ({ ...REFERENCE_RULE, ...rule })) },
    START_MS,
  );
  const lines = inputs.flatMap((input) => model.apply(input).map((seen) => toLine(seen, START_MS)));
  return { model, lines };
}

/** Only what happens to occurrences, and what is annunciated: no messages, no tickets. */
export function toStates(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => !line.includes(' > ') && !line.endsWith('ticket'));
}
