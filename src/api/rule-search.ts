/** Finds rules by what people know of them. A large site has 250,000: the list is walked in turns of the event loop. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SiteModel } from '../config/model.ts';
import type { RuleInForce } from '../rule-changes/port.ts';
import type { Page } from '../store/store.ts';
import type { RulesFilter } from './alarm-requests.ts';
import { toSystem } from './alarm-search.ts';
import { toEquipmentName } from './rule-views.ts';

/** Rules of one turn: a few ms. */
const RULES_PER_TURN = 5_000;

export async function findRules(
  rules: Iterable<RuleInForce>,
  model: SiteModel,
  { limit, offset, ...filter }: RulesFilter,
): Promise<Page<RuleInForce>> {
  const match = toMatcher(model, filter);
  const items: RuleInForce[] = [];
  let total = 0;
  let walked = 0;
  for (const one of rules) {
    if (++walked % RULES_PER_TURN === 0) await nextTurn();
    if (!match(one)) continue;
    if (total >= offset && items.length < limit) items.push(one);
    total++;
  }
  return { items, total };
}

function toMatcher(
  model: SiteModel,
  { equipment, severity, system, type, changed, text }: Omit<RulesFilter, 'limit' | 'offset'>,
): (one: RuleInForce) => boolean {
  const words = text?.toLowerCase();
  return ({ rule, change }) =>
    (equipment === undefined || rule.equipment === equipment) &&
    (severity === undefined || rule.severity === severity) &&
    (type === undefined || rule.type === type) &&
    (changed === undefined || (change !== null) === (changed === 'true')) &&
    (system === undefined || toSystem(model, rule.equipment) === system) &&
    (words === undefined || toWords(model, rule).includes(words));
}

function toWords(model: SiteModel, { id, equipment, text }: RuleInForce['rule']): string {
  const name = toEquipmentName(model, equipment);
  return [text.zh, text.en, name.zh, name.en, `${equipment}/${id}`].join('\n').toLowerCase();
}
