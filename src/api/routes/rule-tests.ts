/** The tests that stand beside a profile's rule: what they try, and what came of the last run; run on demand in a thread. */
import type { Static } from 'typebox';
import { RiserError } from '../../core/errors.ts';
import { type EquipmentId, type RuleId, toId } from '../../core/ids.ts';
import type { RuleTestReport } from '../../rule-tests/port.ts';
import { ok } from '../answers.ts';
import type { Api, ApiContext } from '../context.ts';
import { NOUNS } from '../nouns.ts';
import { EmptyBody, RuleParams } from '../request-schemas.ts';
import { RuleTestsSchema, type RuleTestsView } from '../rule-test-schema.ts';
import { toRuleTestsView } from '../rule-test-view.ts';
import type { ApiServices } from '../services.ts';

const tags = ['rules'];
const PROBLEMS = 'Problems: `not-found`, `rule-tests-failed`, `rule-tests-busy`.';

export function ruleTestRoutes(api: Api, { services }: ApiContext): void {
  const { ruleTests } = services;
  api.get(
    '/rules/:equipment/:rule/tests',
    {
      config: { permission: 'site.read' },
      schema: {
        operationId: 'getRuleTests',
        summary: 'Tests of a rule: time lines with what must come of them, and the last result',
        description: `They test the rule of the profile, without what this equipment has changed. ${PROBLEMS}`,
        tags,
        params: RuleParams,
        response: ok(RuleTestsSchema),
      },
    },
    ({ params }) => answer(services, params, (equipment, rule) => ruleTests.list(equipment, rule)),
  );

  api.post(
    '/rules/:equipment/:rule/tests/run',
    {
      config: { permission: ['rule.edit', 'rule.approve'] },
      schema: {
        operationId: 'runRuleTests',
        summary: 'Play the tests of a rule and answer what came of them; nothing is raised or stored',
        description: `In a thread of its own, for a minute at most. ${PROBLEMS}`,
        tags,
        params: RuleParams,
        body: EmptyBody,
        response: ok(RuleTestsSchema),
      },
    },
    ({ params }) => answer(services, params, (equipment, rule) => ruleTests.run(equipment, rule)),
  );
}

async function answer(
  { ruleChanges, model }: ApiServices,
  params: Static<typeof RuleParams>,
  ask: (equipment: EquipmentId, rule: RuleId) => Promise<RuleTestReport | null>,
): Promise<RuleTestsView> {
  const equipment = toId<EquipmentId>(params.equipment);
  const rule = toId<RuleId>(params.rule);
  const known = ruleChanges.rule(equipment, rule);
  const report = known === null ? null : await ask(equipment, rule);
  if (known === null || report === null) throw new RiserError('not-found', { what: NOUNS.rule });
  return toRuleTestsView(report, { equipment, rule, isRuleChanged: known.change !== null }, model);
}
