/**
 * Which events of feedback have to be told to whom: a new handler that it is his, the handler that a limit is near, the
 * supervisor that one has passed, with the person with whom that is recorded, both that it was voided, by whom and why.
 */
import {
  FEEDBACK_CLOCKS,
  FEEDBACK_SUBJECTS,
  type FeedbackClockName,
  type FeedbackEvent,
} from '../core/feedback.ts';
import type { Text } from '../core/text.ts';
import type { About, Addressee, Telling, TellingContext } from './telling.ts';
import { toText } from './telling-parts.ts';
import { ASK, same } from './wording.ts';

export function toFeedbackTellings(event: FeedbackEvent, context: TellingContext): readonly Telling[] {
  const { feedback, detail, by } = event;
  const clock = feedback.clocks.find(({ id }) => id === detail['clock']);
  const toTold = (kind: Telling['kind'], to: readonly Addressee[], fact: Text, part?: string): Telling => ({
    kind,
    priority: 'normal',
    to,
    fact,
    about: toAbout(event),
    ...(part !== undefined && { part }),
    version: feedback.version,
    by,
    hours: null,
  });
  switch (event.type) {
    case 'received':
    case 'assigned':
      return [
        toTold('assigned', [{ anyOf: [feedback.handler], ask: ASK.answer }], toHandlingFact(event, context)),
      ];
    case 'clock-warned': {
      if (clock === undefined) return [];
      const fact = toDueFact(clock.id, context.timeOf(clock.dueAtMs));
      return [toTold('clock-warned', [{ anyOf: [feedback.handler], ask: ASK.hurry }], fact, clock.id)];
    }
    case 'clock-breached': {
      if (clock === undefined) return [];
      const { breach } = context.view.policyOf({ policyVersion: feedback.policyVersion }).feedback;
      const name = context.nameOf(clock.responsible ?? feedback.handler);
      const fact = toBreachFact(clock.id, name, context.timeOf(clock.dueAtMs));
      return [toTold('clock-breached', [{ anyOf: [breach], ask: ASK.oversee }], fact, clock.id)];
    }
    case 'voided': {
      const { breach } = context.view.policyOf({ policyVersion: feedback.policyVersion }).feedback;
      const to = [
        { anyOf: [feedback.handler], ask: ASK.know },
        { anyOf: [breach], ask: ASK.know },
      ];
      return [toTold('information', to, toVoidedFact(context.nameOf(by), toText(detail['reason']) ?? ''))];
    }
    default:
      return [];
  }
}

function toAbout({ feedback }: FeedbackEvent): About {
  const { id, number, subject, place, content } = feedback;
  const { zh, en } = FEEDBACK_SUBJECTS[subject];
  const where = { zh: `${place} ${zh}`.trim(), en: `${place} ${en}`.trim() };
  return {
    ticket: null,
    incident: null,
    occurrence: null,
    feedback: id,
    location: null,
    isDrill: false,
    number,
    where,
    what: same(content),
  };
}

function toHandlingFact({ feedback }: FeedbackEvent, { timeOf }: TellingContext): Text {
  const handling = feedback.clocks.find(({ id }) => id === 'handling');
  if (handling === undefined || handling.stoppedAtMs !== null)
    return { zh: '该反馈由您负责', en: 'This feedback is yours' };
  const at = timeOf(handling.dueAtMs);
  return {
    zh: `该反馈由您负责，须于 ${at} 前处理`,
    en: `This feedback is yours; it is to be handled by ${at}`,
  };
}

function toVoidedFact({ zh, en }: Text, reason: string): Text {
  return { zh: `${zh}已将该反馈作废，原因：${reason}`, en: `${en} has voided this feedback: ${reason}` };
}

function toDueFact(clock: FeedbackClockName, at: string): Text {
  const { zh, en } = FEEDBACK_CLOCKS[clock];
  return { zh: `${zh}须于 ${at} 前完成`, en: `${en} is due at ${at}` };
}

function toBreachFact(clock: FeedbackClockName, name: Text, at: string): Text {
  const { zh, en } = FEEDBACK_CLOCKS[clock];
  return {
    zh: `${zh}已超时（应于 ${at} 前完成），责任人 ${name.zh}`,
    en: `${en} is overdue (it was due at ${at}); responsible: ${name.en}`,
  };
}
