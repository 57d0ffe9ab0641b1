/**
 * 演练记录 (service-workflow.md §3): what was practised, where, with whom, how it went, what was learnt. Never edited: what
 * people write later is a further revision, and all of them stay. Times UTC milliseconds.
 */
import type { EquipmentId, TicketId } from './ids.ts';
import type { Text } from './text.ts';

export const DRILL_KINDS = {
  'lift-fault': { zh: '电梯故障、困人演练', en: 'Lift fault' },
  'power-failure': { zh: '停电演练', en: 'Power failure' },
  fire: { zh: '消防演练', en: 'Fire' },
  flood: { zh: '跑水、防汛演练', en: 'Flood' },
  notification: { zh: '通讯联络演练', en: 'Notification only' },
  other: { zh: '其他演练', en: 'Other' },
} as const satisfies Record<string, Text>;
export type DrillKind = keyof typeof DRILL_KINDS;
export const DRILL_KIND_NAMES = Object.keys(DRILL_KINDS) as readonly DrillKind[];

export interface DrillRecord {
  readonly id: string;
  /** 1 = as it ended. */
  readonly revision: number;
  readonly kind: DrillKind;
  /** null = without equipment: people and telephones only. */
  readonly equipment: EquipmentId | null;
  /** What was practised. */
  readonly content: string;
  readonly place: Text;
  readonly beganAtMs: number;
  readonly endedAtMs: number;
  readonly begunBy: string;
  readonly tickets: readonly { readonly id: TicketId; readonly number: string }[];
  /** User names, or names of people without an account. */
  readonly participants: readonly string[];
  /** What happened, oldest first. */
  readonly flow: readonly DrillLine[];
  /** null = not written yet: the record is not complete. */
  readonly evaluation: string | null;
  readonly writtenBy: string;
  readonly writtenAtMs: number;
}

export interface DrillLine {
  readonly atMs: number;
  readonly text: Text;
}
