/** Bulk acknowledgement, by ids or by filter. */

import { chooseByFilter, chooseByIds, toAcknowledgedView } from '../acknowledge-many.ts';
import { AcknowledgeManyBody } from '../alarm-requests.ts';
import { AcknowledgedSchema } from '../alarm-schemas.ts';
import { ok } from '../answers.ts';
import { type Api, type ApiContext, personOf } from '../context.ts';
import { InputError } from '../validation.ts';

export function alarmAcknowledgeRoutes(api: Api, { services }: ApiContext): void {
  api.post(
    '/alarms/acknowledge',
    {
      config: { permission: 'alarm.acknowledge' },
      schema: {
        operationId: 'acknowledgeAlarms',
        summary: 'Acknowledge many occurrences at once, each by itself',
        description:
          'Exactly one of `ids` and `filter`; an empty filter means every alarm that waits. A filter means only what is ' +
          'annunciated, and never life safety unless `includeLifeSafety` says so. Problems: `bad-request`, `engine-busy`, `store-failed`.',
        tags: ['alarms'],
        body: AcknowledgeManyBody,
        response: ok(AcknowledgedSchema),
      },
    },
    async ({ body: { ids, filter, includeLifeSafety, note }, person }) => {
      if ((ids === undefined) === (filter === undefined))
        throw new InputError([{ path: 'body', expected: 'exactly one of ids and filter' }]);
      const chosen =
        ids === undefined
          ? await chooseByFilter(services, filter ?? {}, includeLifeSafety)
          : await chooseByIds(services, ids);
      if (chosen.wanted.length === 0) return toAcknowledgedView(chosen, []);
      const { acknowledged = [] } = await services.commands.submit({
        type: 'acknowledge-alarms',
        occurrences: chosen.wanted,
        by: personOf({ person }).username,
        note: note ?? '',
      });
      return toAcknowledgedView(chosen, acknowledged);
    },
  );
}
