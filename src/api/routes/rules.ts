/** The definition behind an alarm: what is judged, with which limits and delays. */
import { RiserError } from '../../core/errors.ts';
import { ok } from '../answers.ts';
import type { Api, ApiContext } from '../context.ts';
import { NOUNS } from '../nouns.ts';
import { RuleParams } from '../request-schemas.ts';
import { RuleViewSchema } from '../schemas.ts';
import { toRuleView } from '../views.ts';

export function ruleRoutes(api: Api, { services }: ApiContext): void {
  api.get(
    '/rules/:equipment/:rule',
    {
      config: { permission: 'site.read' },
      schema: {
        operationId: 'getRule',
        summary: 'One alarm rule',
        tags: ['alarms'],
        params: RuleParams,
        response: ok(RuleViewSchema),
      },
    },
    async ({ params }) => {
      const { equipment, rule } = params;
      const definition = services.model.rules.find((one) => one.equipment === equipment && one.id === rule);
      if (definition === undefined) throw new RiserError('not-found', { what: NOUNS.rule });
      return toRuleView(definition, services.model);
    },
  );
}
