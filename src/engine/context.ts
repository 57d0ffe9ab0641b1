/** What every decision of a round may ask, beside the tentative state. Data and look-ups only. */
import type { SiteModel } from '../config/model.ts';
import type { Now } from '../core/clock.ts';
import type { CalendarId } from '../core/ids.ts';
import type { Evaluator } from '../rules/evaluator.ts';
import type { Causes } from './causes.ts';
import type { TakeEvidence } from './evidence.ts';
import type { FloodGovernor } from './governor.ts';

export interface DecisionContext {
  /** Time of the round. */
  readonly now: Now;
  readonly model: SiteModel;
  readonly causes: Causes;
  readonly evidence: TakeEvidence;
  readonly rules: Pick<Evaluator, 'isActive' | 'isExpected' | 'state' | 'failing'>;
  readonly governor: FloodGovernor;
  /** Whether the hours of a calendar run at the time of the round. */
  readonly isWithin: (calendar: CalendarId) => boolean;
  /** Every point has been read since the start, or its silence is known: the grace is over. */
  readonly isReading: boolean;
}
