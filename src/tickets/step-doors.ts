/**
 * Two acts of which nothing but the record stays: entry to a dwelling in an emergency (入户; service-workflow.md §8, source 004),
 * and a supervisor's sampled return visit on a closed ticket (抽样回访; §2, source 002). The first changes no stage and no clock, nor does the second
 * where all is well; what is not repaired, or satisfies nobody, is opened again.
 */
import { never } from '../core/assert.ts';
import type { Text } from '../core/text.ts';
import { requireFields } from './fields.ts';
import { toRework } from './rework.ts';
import { requireOther } from './step-side.ts';
import type { Transition } from './transitions.ts';
import { type Outcome, toDetail, type Work } from './work.ts';

export type DoorStep = Transition & { readonly type: 'enter-dwelling' | 'sample-visit' };

/** That it is an emergency, the path says (path.ts): the step is offered on no other ticket. @throws RiserError `missing-fields`, `own-approval` */
export function applyDoorStep(step: DoorStep, { ticket, moment }: Work): Outcome {
  switch (step.type) {
    case 'enter-dwelling': {
      const { approver, reason } = step;
      requireFields({ approver, reason }, ENTRY_RULE);
      requireOther(approver, moment.by);
      return { type: 'dwelling-entered', change: {} };
    }
    case 'sample-visit': {
      const { how, isRepaired, isSatisfied, note } = step;
      const isGood = isRepaired && isSatisfied;
      requireFields({ how, isRepaired, isSatisfied, ...(!isGood && { note }) }, SAMPLE_RULE);
      if (isGood) return { type: 'sampled', change: {} };
      // The house has found it itself: no window is over for that.
      const happenings = [
        { type: 'sampled' as const, detail: toDetail(step) },
        { type: 'reopened' as const, detail: { reason: note, by: step.type } },
      ];
      return { type: 'reopened', change: toRework(ticket, moment.atMs), happenings };
    }
    default:
      return never(step);
  }
}

const ENTRY_RULE: Text = {
  zh: '突发紧急方可入户，须写明原因和批准人',
  en: 'a dwelling is entered only in an emergency, with a reason and who approved it',
};
const SAMPLE_RULE: Text = {
  zh: '抽样回访须记录方式、是否修复、是否满意；有异议须写明情况',
  en: 'a sampled visit needs how, repaired or not, satisfied or not, and what was wrong',
};
