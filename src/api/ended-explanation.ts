/**
 * Explains an occurrence that has ended, from its record: what the value was, who was told, what came of it. What its rule
 * says now is another question, which engine/why.ts answers.
 */
import type { RuleDef } from '../config/model.ts';
import { type Occurrence, toIsaState } from '../core/alarm.ts';
import { QUALITIES, toQualityReason } from '../core/quality.ts';
import type { Text } from '../core/text.ts';
import type { ExplanationView } from './explain-schema.ts';

type Layer = ExplanationView['layers'][number];

const END_TEXTS = {
  returned: { zh: '已恢复正常并结束', en: 'It has returned to normal and ended' },
  'rule-changed': { zh: '规则变更后不再成立', en: 'It ended because its rule was changed' },
  'rule-removed': { zh: '规则已取消', en: 'It ended because its rule was removed' },
  'source-removed': { zh: '设备或点位已取消', en: 'It ended because its equipment or point was removed' },
} as const satisfies Record<NonNullable<Occurrence['endReason']>, Text>;

/** @param rule as it is now; null = the site does not have it any more */
export function explainEnded(occurrence: Occurrence, rule: RuleDef | null): ExplanationView {
  const { explainedBy } = occurrence;
  return {
    isLive: false,
    atMs: occurrence.endedAtMs ?? occurrence.raisedAtMs,
    key: occurrence.key,
    equipment: occurrence.equipment,
    rule: occurrence.rule,
    ruleVersion: occurrence.ruleVersion,
    type: rule?.type ?? '',
    severity: occurrence.severity,
    text: occurrence.text,
    state: toIsaState(occurrence),
    occurrence: occurrence.id,
    readings: [toReading(occurrence)],
    layers: [
      toCondition(occurrence),
      toEnd(occurrence),
      ...toHidden(occurrence),
      ...toGrouped(occurrence),
      toTicket(occurrence),
    ],
    causes:
      explainedBy === null
        ? []
        : [
            {
              occurrence: explainedBy.occurrence,
              equipmentName: explainedBy.equipmentName,
              text: explainedBy.text,
              ticket: null,
            },
          ],
  };
}

function toReading({ equipment, evidence }: Occurrence): ExplanationView['readings'][number] {
  return {
    point: `${equipment}/${evidence.point}`,
    name: evidence.pointName,
    role: 'own',
    value: evidence.value,
    valueText: evidence.valueText,
    quality: evidence.quality,
    qualityText: QUALITIES[toQualityReason(evidence.quality)].text,
    receivedMs: evidence.receivedMs,
    holds: null,
  };
}

function toCondition({ onsetAtMs, raisedAtMs, onsetAfterMs, level, evidence }: Occurrence): Layer {
  const text = {
    zh: `条件成立：${evidence.pointName.zh} ${evidence.valueText.zh}`,
    en: `The condition held: ${evidence.pointName.en} ${evidence.valueText.en}`,
  };
  const detail = { onsetAtMs, raisedAtMs, onsetAfterMs, level, delayMs: raisedAtMs - onsetAtMs };
  return { layer: 'condition', verdict: 'true', text, detail };
}

function toEnd({ endReason, returnedAtMs, endedAtMs, count, reAlarms, acknowledged }: Occurrence): Layer {
  return {
    layer: 'occurrence',
    verdict: endReason ?? 'returned',
    text: END_TEXTS[endReason ?? 'returned'],
    detail: { returnedAtMs, endedAtMs, count, reAlarms, acknowledgedBy: acknowledged?.by ?? null },
  };
}

function toHidden({ explainedBy, suppression, shelf, outOfService }: Occurrence): readonly Layer[] {
  const layers: Layer[] = [];
  if (explainedBy !== null) {
    const text = {
      zh: `由“${explainedBy.equipmentName.zh} ${explainedBy.text.zh}”引起`,
      en: `Because of “${explainedBy.equipmentName.en}: ${explainedBy.text.en}”`,
    };
    layers.push({ layer: 'suppression', verdict: 'explained', text, detail: { atMs: explainedBy.atMs } });
  }
  if (suppression !== null) {
    const { reason, text, sinceMs } = suppression;
    layers.push({ layer: 'suppression', verdict: reason, text, detail: { sinceMs } });
  }
  if (shelf !== null) {
    const text = {
      zh: `由 ${shelf.by} 搁置：${shelf.reason}`,
      en: `Shelved by ${shelf.by}: ${shelf.reason}`,
    };
    layers.push({ layer: 'shelf', verdict: 'shelved', text, detail: { untilMs: shelf.untilMs } });
  }
  if (outOfService !== null) {
    const { by, permit, approver, untilMs } = outOfService;
    const text = {
      zh: `停用中（工作票 ${permit}，批准人 ${approver}）`,
      en: `Out of service (permit ${permit}, approved by ${approver})`,
    };
    layers.push({ layer: 'service', verdict: 'out-of-service', text, detail: { by, untilMs } });
  }
  return layers;
}

function toGrouped({ storm }: Occurrence): readonly Layer[] {
  if (storm === null) return [];
  const text = { zh: '归入告警风暴', en: 'Told as part of an alarm storm' };
  return [{ layer: 'storm', verdict: 'grouped', text, detail: { storm } }];
}

function toTicket({ ticket, explainedBy, storm }: Occurrence): Layer {
  if (ticket !== null) {
    const text = { zh: '已开工单', en: 'A ticket was opened' };
    return { layer: 'ticket', verdict: 'opened', text, detail: { ticket } };
  }
  const why = toWhyNone(explainedBy !== null, storm !== null);
  return { layer: 'ticket', verdict: 'none', text: why, detail: {} };
}

function toWhyNone(isExplained: boolean, isGrouped: boolean): Text {
  if (isExplained)
    return {
      zh: '未单独开工单：由上级故障的工单处理',
      en: 'No ticket of its own: that of its cause stood for it',
    };
  if (isGrouped)
    return {
      zh: '未单独开工单：由告警风暴的工单处理',
      en: 'No ticket of its own: that of the storm stood for it',
    };
  return { zh: '未开工单', en: 'No ticket was opened' };
}
