/** Reviews of proposed changes of rules. What is decided, and what it takes, is rule-changes/. */
import { type Static } from 'typebox';
import { ApproveBody, NoteBody, RefuseBody, RuleChangesQuery } from '../alarm-requests.ts';
import { listOf, ok } from '../answers.ts';
import { type Api, type ApiContext, personOf } from '../context.ts';
import { IdParams } from '../request-schemas.ts';
import { RuleChangeViewSchema } from '../rule-schemas.ts';
import { toRuleChangeView } from '../rule-views.ts';

const tags = ['rules'];
const response = ok(RuleChangeViewSchema);

export function ruleChangeRoutes(api: Api, context: ApiContext): void {
  listRoute(api, context);
  approveRoute(api, context);
  endRoutes(api, context);
}

function listRoute(api: Api, { services: { queries, ruleChanges } }: ApiContext): void {
  api.get(
    '/rule-changes',
    {
      config: { permission: 'site.read' },
      schema: {
        operationId: 'listRuleChanges',
        summary: 'Changes of all rules, newest first',
        tags,
        querystring: RuleChangesQuery,
        response: ok(listOf(RuleChangeViewSchema)),
      },
    },
    async ({ query }) => {
      const { items, total } = await queries.ruleChanges(query);
      return { items: items.map((row) => toRuleChangeView(row, ruleChanges.unfit())), total };
    },
  );
}

function approveRoute(api: Api, { services: { ruleChanges } }: ApiContext): void {
  api.post(
    '/rule-changes/:id/approve',
    {
      config: { permission: 'rule.approve' },
      schema: {
        operationId: 'approveRuleChange',
        summary: 'Approve a change: it is in force at once, or waits for the second approver',
        description:
          'Never by its author. Where the backtest misses a confirmed incident two different persons have to approve; the ' +
          'state stays `proposed` until the second has. Problems: `not-found`, `rule-change-decided`, ' +
          '`another-approver-required`, `rule-changed`, `backtest-required`, `rule-change-invalid`, `store-failed`.',
        tags,
        params: IdParams,
        body: ApproveBody,
        response,
      },
    },
    async ({ params: { id }, body: { note, withoutBacktest }, person }) => {
      const by = personOf({ person }).username;
      const change = await ruleChanges.approve(id, { by, note, isUntested: withoutBacktest });
      return toRuleChangeView(change, ruleChanges.unfit());
    },
  );
}

function endRoutes(api: Api, { services: { ruleChanges } }: ApiContext): void {
  const answer = async (
    end: 'refuse' | 'withdraw',
    id: string,
    by: string,
    note: string,
  ): Promise<Static<typeof RuleChangeViewSchema>> =>
    toRuleChangeView(await ruleChanges[end](id, { by, note }), ruleChanges.unfit());

  api.post(
    '/rule-changes/:id/refuse',
    {
      config: { permission: 'rule.approve' },
      schema: {
        operationId: 'refuseRuleChange',
        summary: 'Refuse a change, with the reason',
        description:
          'Problems: `not-found`, `rule-change-decided`, `another-approver-required`, `reason-required`, `store-failed`.',
        tags,
        params: IdParams,
        body: RefuseBody,
        response,
      },
    },
    ({ params: { id }, body, person }) => answer('refuse', id, personOf({ person }).username, body.note),
  );

  api.post(
    '/rule-changes/:id/withdraw',
    {
      config: { permission: 'rule.edit' },
      schema: {
        operationId: 'withdrawRuleChange',
        summary: 'Withdraw a change that one has proposed',
        description: 'Problems: `not-found`, `rule-change-decided`, `change-of-another`, `store-failed`.',
        tags,
        params: IdParams,
        body: NoteBody,
        response,
      },
    },
    ({ params: { id }, body, person }) =>
      answer('withdraw', id, personOf({ person }).username, body?.note ?? ''),
  );
}
