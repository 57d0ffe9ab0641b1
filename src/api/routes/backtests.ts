/** Backtests: rules over what was recorded. They run beside the gateway; the page asks how far they are. */

import type { Static } from 'typebox';
import type { BacktestRequest, BacktestStatus } from '../../backtest/port.ts';
import { RiserError, RuleChangeError } from '../../core/errors.ts';
import type { Permission } from '../../people/permissions.ts';
import { BacktestBody } from '../alarm-requests.ts';
import { accepted, listOf, noContent, ok } from '../answers.ts';
import { BacktestViewSchema } from '../backtest-schema.ts';
import { toBacktestView } from '../backtest-view.ts';
import { type Api, type ApiContext, personOf } from '../context.ts';
import { NOUNS } from '../nouns.ts';
import { IdParams } from '../request-schemas.ts';
import type { ApiServices } from '../services.ts';
import { InputError } from '../validation.ts';

const tags = ['rules'];
/** Those who propose, and those who review. */
const permission: readonly Permission[] = ['rule.edit', 'rule.approve'];
const config = { permission };

export function backtestRoutes(api: Api, context: ApiContext): void {
  startRoute(api, context);
  followRoutes(api, context);
}

function startRoute(api: Api, { services }: ApiContext): void {
  api.post(
    '/backtests',
    {
      config,
      schema: {
        operationId: 'startBacktest',
        summary:
          'Run changed rules over what was recorded, beside the rules in force; or check these against what happened',
        description:
          'Of `compare` exactly one of `change` and `overrides`. One runs at a time, others wait. Problems: `bad-request`, ' +
          '`not-found`, `rule-change-decided`, `rule-change-invalid`, `backtest-range`, `backtest-queue-full`, `backtest-stopping`.',
        tags,
        body: BacktestBody,
        response: accepted(BacktestViewSchema),
      },
    },
    async ({ body, person }, reply) => {
      const { backtests, ruleChanges } = services;
      const request = await toRequest(body, services);
      const id = backtests.start(request, personOf({ person }).username);
      if (body.change !== undefined) await ruleChanges.tested(body.change, id);
      return reply.code(202).send(toBacktestView(found(backtests.status(id))));
    },
  );
}

function followRoutes(api: Api, { services: { backtests, ruleChanges } }: ApiContext): void {
  api.get(
    '/backtests',
    {
      config,
      schema: {
        operationId: 'listBacktests',
        summary: 'Backtests of the last day, newest first, without results',
        tags,
        response: ok(listOf(BacktestViewSchema)),
      },
    },
    async () => {
      const items = backtests.list().map(toBacktestView);
      return { items, total: items.length };
    },
  );

  api.get(
    '/backtests/:id',
    {
      config,
      schema: {
        operationId: 'getBacktest',
        summary: 'How far a backtest is, and its result',
        tags,
        params: IdParams,
        response: ok(BacktestViewSchema),
      },
    },
    async ({ params }) => {
      const status = found(backtests.status(params.id));
      if (status.state === 'done') await ruleChanges.noteResult(status.id);
      return toBacktestView(status);
    },
  );

  api.delete(
    '/backtests/:id',
    {
      config,
      schema: {
        operationId: 'cancelBacktest',
        summary: 'End a backtest; of one that is over nothing changes',
        tags,
        params: IdParams,
        response: noContent(),
      },
    },
    async ({ params }, reply) => {
      if (!backtests.cancel(params.id)) throw new RiserError('not-found', { what: NOUNS.backtest });
      return reply.code(204).send(null);
    },
  );
}

/** @throws InputError; RuleChangeError `rule-change-invalid`; RiserError `not-found`, `rule-change-decided` */
async function toRequest(
  { type, fromMs, toMs, change, overrides }: Static<typeof BacktestBody>,
  { backtests, ruleChanges }: ApiServices,
): Promise<BacktestRequest> {
  if (type === 'self-check') {
    if (change === undefined && overrides === undefined) return { type, fromMs, toMs };
    throw new InputError([{ path: 'body.type', expected: 'compare, where rules are changed' }]);
  }
  if ((change === undefined) === (overrides === undefined))
    throw new InputError([{ path: 'body', expected: 'exactly one of change and overrides' }]);
  const tried = overrides ?? [await ruleChanges.proposed(change ?? '')];
  const all = tried.map(({ equipment, rule, override }) => ({ equipment, rule, override }));
  const problems = backtests.checkOverrides(all);
  if (problems.length > 0) throw new RuleChangeError(problems);
  return { type, fromMs, toMs, overrides: all };
}

function found(status: BacktestStatus | null): BacktestStatus {
  if (status === null) throw new RiserError('not-found', { what: NOUNS.backtest });
  return status;
}
