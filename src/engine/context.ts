/** What every decision of a round may ask, beside the tentative state. Data and look-ups only. */
import type { SiteModel } from '../config/model.ts';
import type { Causes } from './causes.ts';
import type { TakeEvidence } from './evidence.ts';

export interface DecisionContext {
  readonly model: SiteModel;
  readonly causes: Causes;
  readonly evidence: TakeEvidence;
}
