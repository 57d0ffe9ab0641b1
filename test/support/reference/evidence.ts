/**
 * What a person could say of each alarm's condition from what has been read since the last start: the least that any raise
 * and any return must be borne out by. Knows no delays and no memory, so that it holds over every kill.
 */
import { defined } from '../../../src/core/assert.ts';
import type { ReferenceRule, Script, ScriptInput } from './script.ts';

/** `either` = within a dead-band, or under a changed rule; `none` = nothing usable was read last. */
export type Evidence = 'true' | 'false' | 'either' | 'none';

export interface EvidenceLog {
  take(input: ScriptInput): void;
  of(alarm: number): Evidence;
}

export function createEvidence({ rules }: Script): EvidenceLog {
  const said: Evidence[] = rules.map(() => 'none');
  const movedBy = rules.map(() => 0);
  return {
    take(input) {
      if (input.type === 'restart') said.fill('none');
      else if (input.type === 'sample') said[input.alarm] = toSampled(input.truth);
      else if (input.type === 'reading')
        said[input.alarm] = toRead(defined(rules[input.alarm], 'rule'), movedBy[input.alarm] ?? 0, input);
      else if (input.type === 'edit' || input.type === 'edit-limits') {
        if (input.type === 'edit-limits') movedBy[input.alarm] = (movedBy[input.alarm] ?? 0) + input.by;
        said[input.alarm] = 'either';
      }
    },
    of: (alarm) => said[alarm] ?? 'none',
  };
}

function toSampled(truth: Extract<ScriptInput, { type: 'sample' }>['truth']): Evidence {
  return truth === 'unknown' || truth === 'error' ? 'none' : truth;
}

function toRead(
  { limits, uncertain }: ReferenceRule,
  movedBy: number,
  { value, quality }: Extract<ScriptInput, { type: 'reading' }>,
): Evidence {
  const isUsable = quality === 'good' || (quality === 'uncertain' && uncertain === 'use');
  if (!isUsable || value === null) return 'none';
  const beyond = Object.entries(limits).map(([name, each]) => ({
    by: name.startsWith('h') ? value - each.limit - movedBy : each.limit + movedBy - value,
    deadband: each.deadband,
  }));
  if (beyond.some(({ by }) => by > 0)) return 'true';
  return beyond.some(({ by, deadband }) => by >= -deadband) ? 'either' : 'false';
}
