/** A refusal of the gateway, at the fields that it is about. */
import { expect, test } from 'vitest';
import { ProblemError } from '../../../src/web/api/client.ts';
import type { OfferedField, OfferedStep } from '../../../src/web/api/types.ts';
import { toFieldProblems } from '../../../src/web/tickets/step-problems.ts';
import { text } from '../samples.ts';

const toField = (name: string): OfferedField => ({ name, kind: 'line', text: text(name), isRequired: false });
const toStep = (transition: OfferedStep['transition'], ...names: readonly string[]): OfferedStep => ({
  transition,
  text: text(transition),
  fields: names.map(toField),
  rules: [],
});
const toAction = (...steps: readonly OfferedStep[]) => ({ id: 'any', form: null, text: text('any'), steps });
const refuse = (code: string, params: Readonly<Record<string, unknown>> = {}): ProblemError => {
  const words = { title: code, detail: code, text: text(code), type: code, status: 422 };
  return new ProblemError(422, { ...words, code, params });
};

test('each missing field is told at its place, also on a form of several steps', () => {
  const form = toAction(toStep('diagnose', 'diagnosis', 'note'), toStep('done', 'result', 'note'));
  const error = refuse('missing-fields', { fields: 'diagnosis, result' });
  expect(toFieldProblems(error, form)).toEqual([
    { name: ['diagnose', 'diagnosis'], kind: 'missing' },
    { name: ['done', 'result'], kind: 'missing' },
  ]);
});

test.each([
  ['unknown-person', { field: 'approver', name: 'x' }, toStep('wait', 'reason', 'approver'), 'approver'],
  ['own-approval', {}, toStep('set-difficult', 'approver', 'reason'), 'approver'],
  ['nothing-to-correct', { field: 'result' }, toStep('correct', 'field', 'value', 'reason'), 'field'],
  ['value-not-allowed', { value: 'x' }, toStep('correct', 'field', 'value'), 'value'],
  ['value-not-allowed', { value: 'x' }, toStep('link', 'ticket', 'kind'), 'ticket'],
  ['merge-refused', {}, toStep('merge', 'into', 'note'), 'into'],
] as const)('%s %j stands at the field that it is about', (code, params, step, field) => {
  const problems = toFieldProblems(refuse(code, params), toAction(step));
  expect(problems).toEqual([{ name: [step.transition, field], kind: 'refused' }]);
});

test('what no field stands for, and what is no refusal, is told above the form only', () => {
  const step = toAction(toStep('accept', 'opinion'));
  expect(toFieldProblems(refuse('missing-fields', { fields: 'attachments' }), step)).toEqual([]);
  expect(toFieldProblems(refuse('alarm-active'), step)).toEqual([]);
  expect(toFieldProblems(refuse('missing-fields', { fields: 7 }), step)).toEqual([]);
  expect(toFieldProblems(new TypeError('network'), step)).toEqual([]);
  expect(toFieldProblems(null, step)).toEqual([]);
});
