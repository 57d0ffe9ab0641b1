/**
 * Tickets hear of a blind point also when the alarm that opened them has ended, as most have by the time that a repair is
 * accepted and proven: then no event of an occurrence says so, and the rule itself is asked.
 */
import type { RuleDef } from '../config/model.ts';
import { type AlarmKey, toId } from '../core/ids.ts';
import type { Ticket } from '../core/ticket.ts';
import type { Evaluator } from '../rules/evaluator.ts';
import { hasBanner } from '../tickets/banners.ts';
import { noteSight, toEndedBlind } from '../tickets/sights.ts';
import type { DecisionContext } from './context.ts';
import { put } from './giving.ts';
import type { Tentative } from './tentative.ts';

type Rules = Pick<Evaluator, 'state'>;

/** @param changed rules whose output has changed; the round has decided what their alarms are */
export function followSights(
  tx: Tentative,
  { policyOf }: Pick<DecisionContext, 'policyOf'>,
  rules: Rules,
  changed: readonly RuleDef[],
  nowMs: number,
): void {
  for (const { index, key } of changed) {
    const { delay, isDisabled } = rules.state(index);
    if (isDisabled || delay.blindSinceMs === null || tx.occurrence(key) !== null) continue;
    for (const ticket of tx.ticketsWithKey(key))
      put(tx, noteSight(ticket, { key, open: null }, delay.blindSinceMs, policyOf(ticket), nowMs));
  }
}

/** What was blind and can be judged again; also what came back while the gateway was down, which changes no rule. */
export function sweepSights(
  tx: Tentative,
  { policyOf, causes, rules }: Pick<DecisionContext, 'policyOf' | 'causes' | 'rules'>,
  nowMs: number,
): void {
  const blind: Ticket[] = [];
  for (const ticket of tx.tickets()) if (hasBanner(ticket, 'blind')) blind.push(ticket);
  for (const ticket of blind) {
    for (const name of new Set(toEndedBlind(ticket).map(({ key }) => key))) {
      const key = toId<AlarmKey>(name);
      const rule = causes.rule(key);
      // What has gone, or was switched off, is seen by nobody any more.
      if (rule === null || !isSeen(rules, rule)) continue;
      const now = tx.ticket(ticket.id) ?? ticket;
      const open = tx.occurrence(key)?.id ?? null;
      put(tx, noteSight(now, { key, open }, null, policyOf(now), nowMs));
    }
  }
}

function isSeen(rules: Rules, { index }: RuleDef): boolean {
  const { delay, isDisabled } = rules.state(index);
  return !isDisabled && delay.condition !== 'unknown';
}
