/** A letter about somebody is not wiped by him: voiding is for an approver who is not its handler, keeps what was late, and is told. */
import { expect, test } from 'vitest';
import type { FeedbackChange } from '../../src/feedback/changes.ts';
import { defaultPolicy } from '../support/random-tickets.ts';
import { createFeedbackRig, toMs } from './rig.ts';

const VOID = { type: 'void', reason: '重复登记' } as const satisfies FeedbackChange;
const late = () => {
  const rig = createFeedbackRig(defaultPolicy, '11-16 10:00');
  rig.open({ handler: 'desk', receivedAtMs: toMs('11-13 10:00') });
  rig.told();
  return rig;
};

test('neither the desk nor a supervisor whose it is voids it', () => {
  const rig = late();
  expect(rig.refusal(() => rig.act(VOID, 'desk-li'))).toBe('not-your-step');
  const own = createFeedbackRig(defaultPolicy, '11-16 10:00');
  own.open({ handler: 'boss-wu' });
  expect(own.refusal(() => own.act(VOID, 'boss-wu'))).toBe('not-your-step');
  expect(own.act(VOID, 'manager-sun').feedback?.stage).toBe('voided');
});

test('an overdue limit is broken by it with the handler, the others stay as they were', () => {
  const rig = late();
  const { feedback } = rig.act(VOID, 'boss-wu');
  expect(feedback?.clocks).toMatchObject([
    { id: 'handling', breachedAtMs: toMs('11-14 10:00'), responsible: 'desk' },
    { id: 'result', breachedAtMs: null, stoppedAtMs: null },
    { id: 'analysis', breachedAtMs: null, stoppedAtMs: null },
  ]);
  expect(rig.events().map(({ type }) => type)).toContain('clock-breached');
});

test('the handler is told, with the reason', () => {
  const rig = late();
  rig.act(VOID, 'boss-wu');
  expect(rig.told().join()).toMatch(/information desk-/);
});
