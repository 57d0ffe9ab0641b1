/**
 * Expression rule: a condition in CEL over points of any equipment, with windows (mean of the last ten minutes) and hours
 * of calendars worked out before it. What may be written is in cel/language.ts and cel/compile.ts, what it means in
 * cel/truth.ts.
 *
 *   points:    { supply: supply-temperature, pump: pump-1/run }
 *   windows:   { average: { point: supply, over: 600000, of: mean } }
 *   working:   { open: office-hours }
 *   condition: open && pump == 1 && average > 60
 *
 * Kleene: TRUE || UNKNOWN is TRUE, FALSE && UNKNOWN is FALSE, any other UNKNOWN stays UNKNOWN. A value that cannot be
 * used is UNKNOWN before it is compared, so that `!(x <= 5)` cannot be true of nothing. A division by zero or an overflow
 * that decides is a failure of the rule, never FALSE.
 */
import { createMemory, type ExpressionMemory, fillFrame, saveMemory, toWindowsKey } from './cel/memory.ts';
import { checkParams, type ExpressionParams, properties } from './cel/params.ts';
import { FALSE, FAULT, TRUE, UNKNOWN } from './cel/truth.ts';
import {
  FALSE_VERDICT,
  type Judging,
  type RuleType,
  type Sample,
  UNKNOWN_VERDICT,
  type Verdict,
} from './rule.ts';

const TRUE_VERDICT: Verdict = { condition: 'true', level: null, severity: null };

export const expression: RuleType = {
  type: 'expression',
  badInput: 'remember',
  properties,
  pointRefs: (params) => Object.values(toParams(params).points),
  calendarRefs: (params) =>
    Object.entries(toParams(params).working).map(([name, calendar]) => ({
      path: `working.${name}`,
      calendar,
    })),
  check: (params) => checkParams(toParams(params)),
  isMomentary: (params) => Object.keys(toParams(params).windows).length === 0,
  memory: {
    key: (params) => toWindowsKey(toParams(params)),
    create: (params, start) => createMemory(toParams(params), null, start),
    dueAtMonoMs: (memory) => toMemory(memory).dueAtMonoMs,
    save: (memory, now) => saveMemory(toMemory(memory), now),
    restore: (saved, params, start) => createMemory(toParams(params), saved, start),
  },
  judge: (_params, _previous, samples, judging) => judge(toMemory(judging.memory), samples, judging),
};

function judge(memory: ExpressionMemory, samples: readonly Sample[], judging: Judging): Verdict {
  fillFrame(memory, samples, judging);
  const truth = memory.run(memory.frame);
  switch (truth) {
    case TRUE:
      return TRUE_VERDICT;
    case FALSE:
      return FALSE_VERDICT;
    case UNKNOWN:
      return UNKNOWN_VERDICT;
    case FAULT:
      return judging.fail(memory.frame.fault);
    default:
      return truth satisfies never;
  }
}

function toParams(params: Readonly<Record<string, unknown>>): ExpressionParams {
  return params as unknown as ExpressionParams;
}

function toMemory(memory: unknown): ExpressionMemory {
  return memory as ExpressionMemory;
}
