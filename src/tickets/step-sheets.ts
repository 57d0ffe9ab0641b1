/**
 * The sheets of an emergency (service-workflow.md §3, *ours*): a fire is confirmed by the fastest means and its steps are
 * written down; people in a lift are freed step by step, with two clocks of their own.
 */
import { never } from '../core/assert.ts';
import { RiserError } from '../core/errors.ts';
import type { AttachmentId } from '../core/ids.ts';
import type { Text } from '../core/text.ts';
import type { Ticket } from '../core/ticket.ts';
import type { SheetMark } from '../core/ticket-clock.ts';
import {
  arePeopleOut,
  type EntrapmentSheet,
  type EntrapmentStep,
  type FireConfirmation,
  NO_SHEET,
  type SheetStep as SheetEntry,
  wasNobodyIn,
} from '../core/ticket-sheets.ts';
import type { Happening } from './change.ts';
import { isBlank, requireFields } from './fields.ts';
import { withPriority } from './routing.ts';
import type { Transition } from './transitions.ts';
import { type Outcome, toDetail, toNamedOutside, type Work } from './work.ts';

export type SheetTransition = Transition & { readonly type: 'confirm-fire' | 'fire-step' | 'entrapment' };

export function isSheetStep(transition: Transition): transition is SheetTransition {
  return ['confirm-fire', 'fire-step', 'entrapment'].includes(transition.type);
}

export function applySheetStep(step: SheetTransition, work: Work): Outcome {
  switch (step.type) {
    case 'confirm-fire':
      return applyConfirmation(step, work);
    case 'fire-step':
      return applyFireStep(step, work);
    case 'entrapment':
      return applyEntrapment(step, work);
    default:
      return never(step);
  }
}

/** What it turned out to be may turn out otherwise: the steps taken stay, and the record has every verdict. */
function applyConfirmation(step: SheetTransition & { type: 'confirm-fire' }, work: Work): Outcome {
  const { ticket, moment } = work;
  const { verdict, how, cause } = step;
  requireFields({ verdict, how }, CONFIRM_RULE);
  if (verdict === 'false-alarm') requireFields({ cause }, CAUSE_RULE);
  const { incident } = work.context;
  const isAnswered = incident?.verdict === 'confirmed' && incident.endedAtMs !== null && ticket.fire !== null;
  if (verdict !== 'real' && isAnswered)
    throw new RiserError('value-not-allowed', { value: incident.number, allowed: STILL_REAL });
  const fire = {
    verdict,
    by: moment.by,
    atMs: moment.atMs,
    how,
    cause: isBlank(cause) ? null : (cause ?? null),
    ...toFireSteps(step, work),
  };
  const isVoid = fire.voided !== ticket.fire?.voided;
  const voided = isVoid ? { voided: 'extinguished' } : {};
  const filled = { type: 'sheet-filled', detail: { ...toDetail(step), sheet: 'fire', ...voided } } as const;
  const raised = verdict === 'real' ? toRaised(work) : NOT_RAISED;
  const happenings = [filled, ...raised.happenings];
  return { type: 'sheet-filled', change: { fire, ...raised.change }, happenings };
}

/**
 * A fire that is found to burn after its end was written down: it flares up, or the end was none. The end is asked for again; what
 * is entered later about the time before it says nothing of it. @throws RiserError `ticket-full`
 */
function toFireSteps(
  { verdict }: SheetTransition & { type: 'confirm-fire' },
  { ticket, moment }: Work,
): Pick<FireConfirmation, 'steps' | 'voided'> {
  const { steps = {}, voided } = ticket.fire ?? {};
  const kept = voided === undefined ? {} : { voided };
  const { extinguished, ...others } = steps;
  if (verdict !== 'real' || extinguished === undefined || moment.atMs < extinguished.atMs)
    return { steps, ...kept };
  requireRoom(voided?.length ?? 0);
  return { steps: others, voided: [...(voided ?? []), extinguished] };
}

/** What is real is an emergency, whatever it was lowered to before that was known. */
function toRaised({ ticket, context: { policy } }: Work): typeof NOT_RAISED {
  const { priority: from } = ticket;
  if (from === 'emergency') return NOT_RAISED;
  const raised: Happening = { type: 'priority-raised', detail: { from, to: 'emergency' } };
  return { change: withPriority(ticket, 'emergency', policy), happenings: [raised] };
}

const NOT_RAISED: { readonly change: Partial<Ticket>; readonly happenings: readonly Happening[] } = {
  change: {},
  happenings: [],
};

/**
 * Whether the sheet says only now that it is real: a fire that was none until then, people in a lift that was said to be empty, or
 * either on a ticket that waits; people who were said to be out, a fire that was.
 */
export function isFoundReal(before: Ticket, { fire, entrapment }: Ticket): boolean {
  const isWaiting = before.stage === 'waiting';
  const isFire = fire?.verdict === 'real' && before.fire?.verdict !== 'real';
  const { people = null } = before.entrapment ?? {};
  const isInside = (entrapment?.people ?? 0) > 0 && !(people !== null && people > 0);
  const isVoid = entrapment?.voided !== before.entrapment?.voided || fire?.voided !== before.fire?.voided;
  return (
    isVoid || (isFire && (before.fire !== null || isWaiting)) || (isInside && (people === 0 || isWaiting))
  );
}

/** Whether the step says that it burns, or that people are in the lift. @param ticket after the step */
export function saysStill(step: Transition, { entrapment }: Pick<Ticket, 'entrapment'>): boolean {
  if (step.type === 'confirm-fire') return step.verdict === 'real';
  if (step.type !== 'entrapment' || entrapment === null) return false;
  return (step.people ?? 0) > 0 && !arePeopleOut(entrapment);
}

/** Only of a fire that is one. Done twice, it was done the first time; the record has both. */
function applyFireStep({ step, who, note }: SheetTransition & { type: 'fire-step' }, work: Work): Outcome {
  const { fire } = work.ticket;
  requireFields({ step }, CONFIRM_RULE);
  if (fire?.verdict !== 'real') requireFields({ verdict: null }, REAL_RULE);
  const change =
    fire === null ? {} : { fire: { ...fire, steps: { [step]: toEntry(work, who, note), ...fire.steps } } };
  return {
    type: 'sheet-filled',
    change,
    detail: { sheet: 'fire', ...toNamedOutside(who, work).detail },
  };
}

/**
 * Back in service only after the maintainer has signed (service-workflow.md §3). A step done twice keeps its first time and
 * person: a second call is a line of the record. What was wrong is written down anew with the reason, and the old entry stays
 * beside it; its clocks have stopped when they were said to.
 */
function applyEntrapment(step: SheetTransition & { type: 'entrapment' }, work: Work): Outcome {
  const sheet = toOpenSheet(step, work.ticket.entrapment ?? NO_SHEET);
  if (step.signedPhoto !== undefined) requirePhoto(step.signedPhoto, work);
  if (step.step === 'back-in-service') requireSigned(step, sheet, work);
  const entrapment: EntrapmentSheet = {
    ...sheet,
    liftCode: step.liftCode ?? sheet.liftCode,
    rescueLine: step.rescueLine ?? sheet.rescueLine,
    floor: step.floor ?? sheet.floor,
    ...withPeople(step, sheet, work),
    steps: step.step === undefined ? sheet.steps : withStep(sheet.steps, step.step, step, work),
  };
  const isLowered = entrapment.lowered !== sheet.lowered;
  const isVoid = sheet.voided !== work.ticket.entrapment?.voided;
  const detail = {
    ...toDetail(step),
    sheet: 'entrapment',
    ...(isLowered && { from: sheet.people }),
    ...(isVoid && { voided: 'released' }),
    ...toNamedOutside(step.who, work).detail,
  };
  const isNew = work.ticket.entrapment === null;
  const sheetMarks: readonly SheetMark[] = [
    ...(isNew || isVoid ? (['entrapment'] as const) : []),
    ...(step.step === undefined ? [] : [step.step]),
  ];
  const filled: Happening = { type: 'sheet-filled', detail, sheet: sheetMarks };
  const raised = saysStill(step, { entrapment }) ? toRaised(work) : NOT_RAISED;
  const happenings = [filled, ...raised.happenings];
  return { type: 'sheet-filled', change: { entrapment, ...raised.change }, happenings };
}

type Entrapment = SheetTransition & { readonly type: 'entrapment' };

/**
 * Whoever is found inside after the release was written down is not out: more people than were thought, or as many with the reason
 * why the release was none. Their release and the signature are asked for again. @throws RiserError `ticket-full`
 */
function toOpenSheet({ step, people, reason }: Entrapment, sheet: EntrapmentSheet): EntrapmentSheet {
  const { released, 'back-in-service': _signed, ...steps } = sheet.steps;
  const before = sheet.people ?? 0;
  const isInside = (people ?? 0) > before || ((people ?? 0) > 0 && people === before && !isBlank(reason));
  if (released === undefined || !isInside || step === 'released') return sheet;
  const voided = sheet.voided ?? [];
  requireRoom(voided.length);
  return { ...sheet, voided: [...voided, released], steps };
}

/**
 * More people than were thought are written down at once; fewer with the reason, and the higher number stays beside it: nobody
 * gets out of a lift by a slip of the pen. @throws RiserError `missing-fields`, `ticket-full`
 */
function withPeople(
  step: Entrapment,
  { people: before, lowered = [] }: EntrapmentSheet,
  { moment }: Work,
): Pick<EntrapmentSheet, 'people' | 'lowered'> {
  const { people = before, reason } = step;
  if (people === 0 && before === null) requireFields({ reason }, NOBODY_RULE);
  if (people === null || before === null || people >= before) return { people };
  requireFields({ reason }, FEWER_RULE);
  requireRoom(lowered.length);
  return { people, lowered: [...lowered, { people: before, by: moment.by, atMs: moment.atMs }] };
}

/** @throws RiserError `ticket-full` */
function withStep(
  steps: EntrapmentSheet['steps'],
  name: EntrapmentStep,
  step: Entrapment,
  work: Work,
): EntrapmentSheet['steps'] {
  const before = steps[name];
  if (before !== undefined && isBlank(step.reason)) return steps;
  const entry = toSignedEntry(step, work);
  if (before === undefined) return { ...steps, [name]: entry };
  const { corrected = [], ...last } = before;
  requireRoom(corrected.length);
  return { ...steps, [name]: { ...entry, reason: step.reason ?? '', corrected: [...corrected, last] } };
}

/** @throws RiserError `ticket-full` */
function requireRoom(corrections: number): void {
  if (corrections >= MAX_CORRECTIONS)
    throw new RiserError('ticket-full', { what: CORRECTIONS, max: MAX_CORRECTIONS });
}

function toSignedEntry({ who, note, contact, firm, phone, signedSlip, signedPhoto }: Entrapment, work: Work) {
  return {
    ...toEntry(work, who, note),
    ...(!isBlank(contact) && contact !== undefined && { contact }),
    ...(!isBlank(firm) && firm !== undefined && { firm }),
    ...(!isBlank(phone) && phone !== undefined && { phone }),
    ...(!isBlank(signedSlip) && signedSlip !== undefined && { signedSlip }),
    ...(!isBlank(signedPhoto) && signedPhoto !== undefined && { signedPhoto }),
  };
}

/**
 * A named person of a named maintainer, who was there, has signed on paper; nobody is in the lift any more.
 * @throws RiserError `missing-fields`, `late-entry-order`
 */
function requireSigned(step: Entrapment, sheet: EntrapmentSheet, { moment }: Work): void {
  const { released, 'maintainer-arrived': arrived } = sheet.steps;
  requireFields({ who: step.who }, SIGNED_RULE);
  if (!wasNobodyIn(sheet)) requireFields({ released }, RELEASED_RULE);
  requireFields({ 'maintainer-arrived': arrived }, SIGNED_RULE);
  const entries = [step, ...Object.values(sheet.steps)];
  const isKnown =
    !isBlank(sheet.maintainer) ||
    entries.some(({ contact, firm, phone }) => !isBlank(contact) || !(isBlank(firm) || isBlank(phone)));
  if (!isKnown) requireFields({ firm: step.firm, phone: step.phone }, MAINTAINER_RULE);
  const signature = isBlank(step.signedSlip) ? step.signedPhoto : step.signedSlip;
  if (isBlank(signature)) requireFields({ signedSlip: null, signedPhoto: null }, SIGNED_RULE);
  const afterMs = Math.max(arrived?.atMs ?? 0, released?.atMs ?? 0);
  if (moment.isLate && moment.atMs < afterMs)
    throw new RiserError('late-entry-order', { after: new Date(afterMs).toISOString() });
}

/** @throws RiserError `value-not-allowed` */
function requirePhoto(photo: AttachmentId, { ticket }: Work): void {
  if (!ticket.attachments.some(({ id }) => id === photo))
    throw new RiserError('value-not-allowed', { value: photo, allowed: ITS_PHOTOS });
}

function toEntry(work: Work, who = '', note = ''): SheetEntry {
  const { atMs, by } = work.moment;
  return { atMs, by, who: isBlank(who) ? by : who, ...toNamedOutside(who, work).row, note };
}

const CONFIRM_RULE: Text = {
  zh: '火警确认须写明结论和确认方式',
  en: 'say what it is and how it was confirmed',
};
const CAUSE_RULE: Text = { zh: '误报须写明原因', en: 'a false alarm needs its cause' };
const REAL_RULE: Text = { zh: '须先确认为真实火警', en: 'the fire has to be confirmed as real first' };
const SIGNED_RULE: Text = {
  zh: '电梯须经到场维保人员签字后方可恢复运行：签字人，签字单号或照片',
  en: 'the lift runs again only after the maintainer who came has signed: who, and the slip or its photo',
};
/** Of one step; more is another matter than a slip of the pen. */
const MAX_CORRECTIONS = 20;
const CORRECTIONS: Text = { zh: '更正', en: 'corrections' };
const ITS_PHOTOS: Text = { zh: '该工单的附件', en: 'attachments of this ticket' };
const MAINTAINER_RULE: Text = {
  zh: '须写明维保单位：选择通讯录联系人，或填写单位名称和电话',
  en: 'name the maintainer: a contact of the register, or the firm and its number',
};
const STILL_REAL: Text = {
  zh: '突发事件已按属实结束，结论不再更改；有误的请写入事件报告',
  en: 'its incident has ended as confirmed: what was wrong goes into its report',
};
const NOBODY_RULE: Text = {
  zh: '登记无人被困须写明如何核实（对讲、监控、现场）',
  en: 'say how it is known that nobody is inside: intercom, camera, on site',
};
const FEWER_RULE: Text = {
  zh: '被困人数改少须写明原因；人员已救出的，请登记“人员已解救”',
  en: 'say why there are fewer people than was written down; if they are out, enter their release',
};
const RELEASED_RULE: Text = { zh: '须先登记人员已解救', en: 'people have to be released first' };
