/** What a correction begins with, and what is offered for one. */
import { expect, test } from 'vitest';
import { CORRECTABLE_FIELDS } from '../../../src/tickets/transitions.ts';
import { isCorrectable, toPresent } from '../../../src/web/tickets/correctable.ts';
import { text } from '../samples.ts';

const ticket = {
  content: { zh: '水管漏水', en: 'Pipe leaks' },
  place: text(''),
  faultKind: null,
  amountYuan: 0,
  diagnosis: '垫片老化',
  plan: null,
  workInstruction: null,
  result: '',
  testResult: null,
  outsideControl: null,
};

test('only what has been written, and what may be filled in later, is offered', () => {
  const offered = CORRECTABLE_FIELDS.filter((field) => isCorrectable(ticket, field, 'zh'));
  expect(offered).toEqual([
    'content',
    'place',
    'faultKind',
    'contactName',
    'contactMethod',
    'diagnosis',
    'amountYuan',
  ]);
});

test('a correction begins with what stands there; contacts, which are masked, with nothing', () => {
  expect(toPresent(ticket, 'content', 'en')).toBe('Pipe leaks');
  expect(toPresent(ticket, 'diagnosis', 'zh')).toBe('垫片老化');
  expect(toPresent(ticket, 'amountYuan', 'zh'), 'nothing charged is an amount').toBe('0');
  expect(toPresent({ ...ticket, faultKind: 'seal' }, 'faultKind', 'zh')).toBe('seal');
  for (const field of ['contactName', 'contactMethod', 'plan', 'unheard-of'])
    expect(toPresent(ticket, field, 'zh'), field).toBe('');
});
