/** The definitions behind alarms: what is judged, why a rule says what it says, and the changes that people propose. */
import type { Static } from 'typebox';
import { RiserError } from '../../core/errors.ts';
import { toId } from '../../core/ids.ts';
import type { RuleInForce } from '../../rule-changes/port.ts';
import { ProposalBody, RulesQuery } from '../alarm-requests.ts';
import { listOf, ok } from '../answers.ts';
import { type Api, type ApiContext, personOf } from '../context.ts';
import { ExplanationSchema } from '../explain-schema.ts';
import { toExplanationView } from '../explain-view.ts';
import { NOUNS } from '../nouns.ts';
import { PageQuery, RuleParams } from '../request-schemas.ts';
import { ProposedChangeSchema, RuleChangeViewSchema, RuleViewSchema } from '../rule-schemas.ts';
import { findRules } from '../rule-search.ts';
import { toRuleChangeView, toRuleView } from '../rule-views.ts';
import type { ApiServices } from '../services.ts';

const tags = ['rules'];
const config = { permission: 'site.read' } as const;

export function ruleRoutes(api: Api, context: ApiContext): void {
  readRoutes(api, context);
  changeRoutes(api, context);
}

function readRoutes(api: Api, { services }: ApiContext): void {
  api.get(
    '/rules',
    {
      config,
      schema: {
        operationId: 'listRules',
        summary: 'Alarm rules in the order of the equipment',
        tags,
        querystring: RulesQuery,
        response: ok(listOf(RuleViewSchema)),
      },
    },
    async ({ query }) => {
      const { items, total } = await findRules(services.ruleChanges.rules(), services.model, query);
      return { items: items.map((rule) => toRuleView(rule, services.model)), total };
    },
  );

  api.get(
    '/rules/:equipment/:rule',
    {
      config,
      schema: {
        operationId: 'getRule',
        summary: 'One alarm rule as it is in force, and where that comes from',
        tags,
        params: RuleParams,
        response: ok(RuleViewSchema),
      },
    },
    async ({ params }) => toRuleView(findRule(services, params), services.model),
  );

  api.get(
    '/rules/:equipment/:rule/explain',
    {
      config,
      schema: {
        operationId: 'explainRule',
        summary: 'Why the alarm of a rule is what it is now, or why there is none',
        tags,
        params: RuleParams,
        response: ok(ExplanationSchema),
      },
    },
    async ({ params: { equipment, rule } }) => {
      const explanation = services.explain.explain(toId(equipment), toId(rule));
      if (explanation === null) throw new RiserError('not-found', { what: NOUNS.rule });
      return toExplanationView(explanation);
    },
  );
}

function changeRoutes(api: Api, { services }: ApiContext): void {
  const { queries, ruleChanges } = services;
  api.get(
    '/rules/:equipment/:rule/changes',
    {
      config,
      schema: {
        operationId: 'listChangesOfRule',
        summary: 'Changes of a rule, newest first: proposed, decided, in force',
        tags,
        params: RuleParams,
        querystring: PageQuery,
        response: ok(listOf(RuleChangeViewSchema)),
      },
    },
    async ({ params, query }) => {
      const { items, total } = await queries.ruleChanges({ ...params, ...query });
      if (total === 0) findRule(services, params);
      return { items: items.map((row) => toRuleChangeView(row, ruleChanges.unfit())), total };
    },
  );

  api.post(
    '/rules/:equipment/:rule/changes',
    {
      config: { permission: 'rule.edit' },
      schema: {
        operationId: 'proposeRuleChange',
        summary:
          'Propose a change of a rule, or of a new one; it is in force when another person has approved it',
        description:
          'Checked like the files: what is wrong is answered as `rule-change-invalid` with every problem. With a `type` and ' +
          'an id that is free it makes a new rule. `isTrial` only checks. Problems: `not-found`, `rule-change-invalid`, ' +
          '`reason-required`, `rule-changes-full`, `store-failed`.',
        tags,
        params: RuleParams,
        body: ProposalBody,
        response: ok(ProposedChangeSchema),
      },
    },
    async ({ params, body: { override, reason = '', isTrial }, person }) => {
      const equipment = toId<RuleInForce['rule']['equipment']>(params.equipment);
      const rule = toId<RuleInForce['rule']['id']>(params.rule);
      const { change, rule: made } = isTrial
        ? { change: null, rule: ruleChanges.check(equipment, rule, override) }
        : await ruleChanges.propose({ equipment, rule, override, reason, by: personOf({ person }).username });
      return {
        change: change && toRuleChangeView(change, ruleChanges.unfit()),
        rule: made && toRuleView({ rule: made, isEnabled: true, change }, services.model),
      };
    },
  );
}

/** @throws RiserError `not-found` */
function findRule({ ruleChanges }: ApiServices, { equipment, rule }: Static<typeof RuleParams>): RuleInForce {
  const found = ruleChanges.rule(toId(equipment), toId(rule));
  if (found === null) throw new RiserError('not-found', { what: NOUNS.rule });
  return found;
}
