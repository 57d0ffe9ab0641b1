/**
 * "Why did I get this?" and "why did nobody get that?" as data (alarms.md B7): the readings that a rule goes by, and the
 * verdict of every layer in the order in which they decide. Made by engine/why.ts, for rules that did not raise as well.
 */

import type { IsaState } from '../core/alarm.ts';
import type { EquipmentId, OccurrenceId, RuleId } from '../core/ids.ts';
import type { Severity } from '../core/severity.ts';
import type { Text } from '../core/text.ts';

/** In the order of processing. */
export const LAYERS = {
  condition: { zh: '条件', en: 'condition' },
  delay: { zh: '延时', en: 'delay' },
  occurrence: { zh: '告警记录', en: 'occurrence' },
  latch: { zh: '自保持', en: 'latch' },
  suppression: { zh: '抑制', en: 'suppression' },
  shelf: { zh: '搁置', en: 'shelf' },
  service: { zh: '停用', en: 'out of service' },
  chatter: { zh: '频繁报警', en: 'chatter' },
  storm: { zh: '告警风暴', en: 'storm' },
  ticket: { zh: '工单', en: 'ticket' },
} as const satisfies Record<string, Text>;

export type Layer = keyof typeof LAYERS;

/** What the reading is to the rule: judged by it, a guard (`when`), or a sign of an effect to be expected. */
export type ReadingRole = 'own' | 'guard' | 'expected';

export interface ExplainedReading {
  /** Point id. */
  readonly point: string;
  readonly name: Text;
  readonly role: ReadingRole;
  /** null when there is no usable value. */
  readonly value: number | null;
  readonly valueText: Text;
  readonly quality: number;
  readonly qualityText: Text;
  /** null before the first. */
  readonly receivedMs: number | null;
  /** Guards and signs: whether it says so; null for the rule's own points. */
  readonly holds: 'true' | 'false' | 'unknown' | null;
}

export interface LayerVerdict {
  readonly layer: Layer;
  /**
   * Stable code: `true`, `false`, `unknown`, `error`, `disabled` · `none`, `pending`, `returning`, `paused`, `passed` ·
   * `none`, `active`, `returned` · `off`, `latched` · `none`, `scheduled`, `expected`, `explained`, `waiting`, `settling` ·
   * `shelved`, `out-of-service`, `chattering`, `grouped`, `opened`, `none`, and why a ticket was not opened.
   */
  readonly verdict: string;
  /** The sentence for people. */
  readonly text: Text;
  /** Figures behind it, in ms and UTC ms. */
  readonly detail: Readonly<Record<string, unknown>>;
}

/** One step of "because of X", the nearest cause first. */
export interface CauseStep {
  readonly occurrence: OccurrenceId;
  readonly equipmentName: Text;
  readonly text: Text;
  /** Number of the open ticket that stands for it; null = none of its own. */
  readonly ticket: string | null;
}

export interface RuleExplanation {
  readonly atMs: number;
  readonly key: string;
  readonly equipment: EquipmentId;
  readonly rule: RuleId;
  readonly ruleVersion: string;
  readonly type: string;
  readonly severity: Severity;
  readonly text: Text;
  /** A when there is no open occurrence and nothing hides the alarm. */
  readonly state: IsaState;
  readonly occurrence: OccurrenceId | null;
  readonly readings: readonly ExplainedReading[];
  /** Every layer once, in order. */
  readonly layers: readonly LayerVerdict[];
  readonly causes: readonly CauseStep[];
}
