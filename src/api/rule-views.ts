/** Turns rules, changes of rules and what people decided about alarms into the shapes of the public API. Pure. */
import { basename } from 'node:path';
import type { Guard, RuleDef, SiteModel } from '../config/model.ts';
import type { AlarmControl } from '../core/alarm.ts';
import type { EquipmentId } from '../core/ids.ts';
import type { Severity } from '../core/severity.ts';
import type { Text } from '../core/text.ts';
import type { RuleChangesPort, RuleInForce } from '../rule-changes/port.ts';
import type { RuleChangeRow } from '../store/store.ts';
import type { AlarmControlView } from './alarm-schemas.ts';
import type { RuleChangeView, RuleView } from './rule-schemas.ts';

const UNKNOWN: Text = { zh: '', en: '' };

/** Name of an equipment with that of what it is a part of; empty for one that the site does not have any more. */
export function toEquipmentName({ equipment }: Pick<SiteModel, 'equipment'>, id: EquipmentId): Text {
  const found = equipment.get(id);
  if (found === undefined) return UNKNOWN;
  if (found.parent === null) return found.name;
  const whole = toEquipmentName({ equipment }, found.parent);
  return { zh: `${whole.zh} ${found.name.zh}`, en: `${whole.en}, ${found.name.en}` };
}

export function toRuleView({ rule, isEnabled, change }: RuleInForce, model: SiteModel): RuleView {
  const { index: _index, id, points, when, expectedWhen, calendar, explainedBy, params, ...shown } = rule;
  const hours = calendar === null ? undefined : model.calendars.get(calendar);
  return {
    ...shown,
    rule: id,
    isEnabled,
    equipmentName: toEquipmentName(model, rule.equipment),
    points: points.flatMap((point) => model.points[point]?.id ?? []),
    params: { ...params },
    when: when.map(toGuardView),
    expectedWhen: expectedWhen && { guards: expectedWhen.guards.map(toGuardView), text: expectedWhen.text },
    calendar: hours === undefined ? null : { id: hours.id, name: hours.name },
    explainedBy: [...explainedBy],
    source: toSourceView(rule, change, model),
  };
}

/** @param unfit approved changes that are not in force; key: id */
export function toRuleChangeView(
  { approvals = [], backtest, ...row }: RuleChangeRow,
  unfit: ReturnType<RuleChangesPort['unfit']>,
): RuleChangeView {
  const problems = unfit.get(row.id) ?? [];
  return {
    ...row,
    approvals: [...approvals],
    needsApprovals: backtest?.verdict?.needsSecondApprover === true ? 2 : 1,
    backtest: backtest === undefined ? null : { ...backtest },
    problems: problems.map(({ path, expected, found }) => ({ path, expected, found })),
  };
}

/** @param rule of that alarm; null = the site does not have it any more */
export function toControlView(
  { key, equipment, rule: id, shelf, outOfService }: AlarmControl,
  rule: RuleDef | null,
  model: SiteModel,
  nowMs: number,
): AlarmControlView {
  const longMs = model.policy.alarms.longOutOfServiceMs;
  return {
    key,
    equipment,
    equipmentName: toEquipmentName(model, equipment),
    rule: id,
    text: rule?.text ?? UNKNOWN,
    severity: rule?.severity ?? ('low' satisfies Severity),
    shelf,
    outOfService,
    isLongOutOfService: outOfService !== null && nowMs - outOfService.atMs > longMs,
  };
}

function toGuardView(guard: Guard): RuleView['when'][number] {
  return { point: guard.point, in: copy(guard.in), notIn: copy(guard.notIn) };
}

function copy(values: readonly number[] | null): number[] | null {
  return values && [...values];
}

function toSourceView(rule: RuleDef, change: RuleChangeRow | null, model: SiteModel): RuleView['source'] {
  const profile = model.equipment.get(rule.equipment)?.profile ?? '';
  const file = model.files.map((path) => basename(path)).find((name) => name === `${profile}.yaml`);
  return {
    profile,
    file: file ?? null,
    change: change && {
      id: change.id,
      by: change.by,
      reviewedBy: change.reviewedBy,
      reviewedAtMs: change.reviewedAtMs,
      reason: change.reason,
    },
  };
}
