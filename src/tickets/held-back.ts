/**
 * The gateway records and dispatches under the same guards as people do (service-workflow.md §2): where one misses something it
 * stops before the stage, and the ticket waits at the desk with what is missing named. It never passes a stage over.
 */
import type { Policy } from '../config/policy.ts';
import type { Text } from '../core/text.ts';
import type { Banner, Ticket } from '../core/ticket.ts';
import { withoutBanner } from './banners.ts';
import { byGateway, type TicketStep, toStep } from './change.ts';
import { findLacking, type Lacking, toRule } from './fields.ts';

type Own = 'record' | 'dispatch';

/** The step where its guards hold, else the ticket before it, with what is missing on it and in its record. */
export function guardOwnStep(
  before: Ticket,
  type: Own,
  step: TicketStep,
  policy: Policy,
  nowMs: number,
): TicketStep {
  const lack = findLacking({ type }, step.ticket, policy);
  return lack === null ? step : holdBack(before, type, lack, policy, nowMs);
}

/** Once a person has taken the step. */
export function withoutHeldBack(ticket: Pick<Ticket, 'banners'>): readonly Banner[] {
  return withoutBanner(ticket, 'incomplete');
}

function holdBack(
  ticket: Ticket,
  type: Own,
  { fields, rules }: Lacking,
  policy: Policy,
  nowMs: number,
): TicketStep {
  const rule = toRule(rules);
  const names = fields.join(', ');
  const { zh, en } = STEPS[type];
  const text: Text = { zh: `${zh}：${rule.zh}（缺 ${names}）`, en: `${en}: ${rule.en} (missing: ${names})` };
  const banners = [...withoutHeldBack(ticket), { kind: 'incomplete' as const, atMs: nowMs, text }];
  const detail = { heldBack: type, missing: fields, rule };
  return toStep(ticket, { banners }, [{ type: 'noted', detail }], byGateway(nowMs), policy);
}

const STEPS: Readonly<Record<Own, Text>> = {
  record: {
    zh: '信息不全，网关未自动录入，请前台补齐',
    en: 'Not recorded by the gateway, the desk completes it',
  },
  dispatch: {
    zh: '信息不全，网关未自动派单，请前台补齐',
    en: 'Not dispatched by the gateway, the desk completes it',
  },
};
