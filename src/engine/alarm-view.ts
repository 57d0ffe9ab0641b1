/** What the API asks of the decision loop beside commands: why an alarm is what it is, and the alarm figures. */

import type { RuleExplanation } from '../alarms/explanation.ts';
import type { FigureScope, FiguresView } from '../alarms/figures/view.ts';
import type { EquipmentId, OccurrenceId, RuleId } from '../core/ids.ts';

export type { CauseStep, ExplainedReading, LayerVerdict, RuleExplanation } from '../alarms/explanation.ts';
export type { FigureScope, FiguresView } from '../alarms/figures/view.ts';

export interface ExplainPort {
  /** Why the rule's alarm is what it is, or why there is none; null when the site has no such rule. */
  explain(equipment: EquipmentId, rule: RuleId): RuleExplanation | null;
  /** The same of an open occurrence; null when it is not open. */
  explainOccurrence(id: OccurrenceId): RuleExplanation | null;
}

export interface FiguresQuestion {
  /** Local dates `YYYY-MM-DD`, both included. */
  readonly fromDate: string;
  readonly toDate: string;
  readonly scope: FigureScope;
  /** Rules in the scope that are judged. */
  readonly rules: number;
}

export interface AlarmFiguresPort {
  /**
   * Up to the last event that is stored.
   * @throws RiserError `engine-busy` while the figures are still being made from the history after a start
   */
  view(question: FiguresQuestion): Promise<FiguresView>;
}
