/** What the page makes of the steps and forms that the API offers, and what it sends. */
import { expect, test } from 'vitest';
import type { OfferedField, OfferedStep, Ticket } from '../../../src/web/api/types.ts';
import { isDemanded, toActions, toBody, toRoute } from '../../../src/web/tickets/step-values.ts';
import { text } from '../samples.ts';

const toField = (name: string, isRequired = false): OfferedField => ({
  name,
  kind: 'line',
  text: text(name),
  isRequired,
});
const toStep = (transition: OfferedStep['transition'], ...names: readonly string[]): OfferedStep => ({
  transition,
  text: text(transition),
  fields: names.map((name) => toField(name)),
  rules: [],
});
const repair = {
  id: 'repair',
  name: text('repair'),
  steps: [toStep('diagnose', 'diagnosis'), toStep('start'), toStep('done', 'result', 'materials')],
};

test('a short form stands before its first step, and opens by itself', () => {
  const { main, others, natural } = toActions({
    stage: 'on-site',
    offered: [toStep('diagnose'), toStep('transfer'), toStep('note'), toStep('attach')],
    forms: [repair],
  });
  expect(main.map(({ id }) => id)).toEqual(['form:repair', 'diagnose']);
  expect(others.map(({ id }) => id)).toEqual(['transfer', 'note']);
  expect(natural?.id).toBe('form:repair');
});

test('where only remarks and a refusal are left, nothing opens by itself', () => {
  const { main, natural } = toActions({
    stage: 'done',
    offered: [toStep('reject'), toStep('note')],
    forms: [],
  });
  expect(main.map(({ id }) => id)).toEqual(['reject']);
  expect(natural).toBeNull();
});

test('a dispatch opens by itself until somebody has taken the ticket; then it would take it from him', () => {
  const naturalAt = (stage: Ticket['stage']) =>
    toActions({ stage, offered: [toStep('dispatch'), toStep('note')], forms: [] }).natural?.id ?? null;
  for (const stage of ['received', 'recorded', 'dispatched', 'rework'] as const)
    expect(naturalAt(stage), stage).toBe('dispatch');
  for (const stage of ['taken', 'on-site', 'handling', 'waiting'] as const)
    expect(naturalAt(stage), stage).toBeNull();
});

test('an answer without offers, as live events bring it, offers nothing', () => {
  expect(toActions({ stage: 'taken' })).toEqual({ main: [], others: [], natural: null });
});

test('a short form sends the fields of each step under its name, also of steps without any', () => {
  const [form] = toActions({ stage: 'on-site', offered: [], forms: [repair] }).main;
  if (form === undefined) throw new Error('no form');
  const body = toBody(form, {
    diagnose: { diagnosis: '  卡滞 ', faultKind: '  ' },
    done: { result: '已清理', materials: [{ name: ' ', quantity: 1, unit: '' }] },
  });
  expect(body).toEqual({ steps: { diagnose: { diagnosis: '卡滞' }, start: {}, done: { result: '已清理' } } });
  expect(toRoute(form)).toEqual(['forms', 'repair']);
});

test('zero and no are answers; blank and empty are left out', () => {
  const [action] = toActions({ stage: 'accepted', offered: [toStep('visit')], forms: [] }).main;
  if (action === undefined) throw new Error('no step');
  const values = { isRepaired: false, amountYuan: 0, note: ' ', how: undefined, isChargeAgreed: null };
  expect(toBody(action, { visit: values })).toEqual({ isRepaired: false, amountYuan: 0 });
  expect(toRoute(action)).toEqual(['visit']);
});

test('a contact that the ticket has is not asked for again', () => {
  const known = { contact: { name: text('王**'), method: '138****0000' } } as Ticket;
  const unknown = { contact: { name: text(''), method: '' } } as Ticket;
  for (const name of ['contactName', 'contactMethod']) {
    expect(isDemanded(toField(name, true), known)).toBe(false);
    expect(isDemanded(toField(name, true), unknown)).toBe(true);
  }
  expect(isDemanded(toField('opinion', true), known)).toBe(true);
  expect(isDemanded(toField('opinion'), unknown)).toBe(false);
});
