/**
 * The steps along the path, from the record to the archive: what each asks for by itself and what it brings. Fields that
 * only some sites or classes ask for are guards of the policy (fields.ts).
 */
import { never } from '../core/assert.ts';
import { RiserError } from '../core/errors.ts';
import type { Text } from '../core/text.ts';
import type { Ticket } from '../core/ticket.ts';
import { isOverridden, requireNormal } from './acceptance.ts';
import { isNamed, standsForContractor } from './actors.ts';
import { withBanner } from './banners.ts';
import { enter } from './change.ts';
import { requireCertificates } from './competence.ts';
import { takeOver } from './contractors.ts';
import { requireReleased } from './danger.ts';
import { applyArrival, toDispatched } from './early-arrival.ts';
import { requireBackInService, requireIncidentOver, requireVerdict } from './emergency-end.ts';
import { isBlank, requireFields } from './fields.ts';
import { toHandlingMinutes } from './handling-time.ts';
import { withoutHeldBack } from './held-back.ts';
import { isOwnWork, toHandler, withWorkers } from './own-work.ts';
import { type PathTransition, STAGE_OF } from './path.ts';
import { isProving, startProof, toFirstFix, toProofDueMs } from './proof.ts';
import { toRepeat } from './repeat.ts';
import { toRework } from './rework.ts';
import { toClosedSinceMs } from './since.ts';
import type { Transition } from './transitions.ts';
import { type Outcome, toDetail, toNamedOutside, toPersonalContact, type Work } from './work.ts';

export type PathStep = Transition & { readonly type: PathTransition };

export function isPathStep(transition: Transition): transition is PathStep {
  return transition.type in STAGE_OF;
}

export function applyPathStep(step: PathStep, work: Work): Outcome {
  const outcome = applyStep(step, work);
  const workedBy = withWorkers(step, work);
  return workedBy === work.ticket.workedBy
    ? outcome
    : { ...outcome, change: { ...outcome.change, workedBy } };
}

function applyStep(step: PathStep, work: Work): Outcome {
  const { ticket, moment } = work;
  const { by, atMs } = moment;
  const here = enter(STAGE_OF[step.type], atMs);
  switch (step.type) {
    case 'record':
      return applyRecord(step, work);
    case 'dispatch':
      return applyDispatch(step, work);
    case 'take':
      return applyTake(step, work);
    case 'arrive':
      return applyArrival(work);
    case 'diagnose':
      return applyDiagnose(step, work);
    case 'plan': {
      const { plan, workInstruction = null } = step;
      requireFields({ plan }, PLAN_RULE);
      return { type: 'planned', change: { plan, workInstruction, ...here } };
    }
    case 'agree':
      return applyAgree(step, work);
    case 'start':
      return { type: 'started', change: here };
    case 'done':
      return applyDone(step, work);
    case 'accept':
      return applyAccept(step, work);
    case 'visit':
      return applyVisit(step, work);
    case 'close':
      requireVerdict(ticket, work.context.incident);
      requireBackInService(ticket, work.context.incident, atMs);
      requireNormal(
        ticket,
        ticket.acceptance?.manualReading ?? ticket.testResult,
        isOverridden(ticket),
        atMs,
      );
      return { type: 'closed', change: { ...here, closedAtMs: atMs, ...toFirstFix(ticket) }, detail: { by } };
    case 'archive':
      return applyArchive(work);
    default:
      return never(step);
  }
}

/** What came in is written down; the class may be another than the first receiver thought. */
function applyRecord(step: PathStep & { type: 'record' }, { ticket, context, moment }: Work): Outcome {
  const { content, place } = step;
  const ticketClass = step.class ?? ticket.class;
  const isPersonal = !isBlank(step.contactName) || !isBlank(step.contactMethod);
  if (isPersonal && context.personal === null)
    requireFields({ contactName: null, contactMethod: null }, CONTACT_RULE);
  const contact =
    !isPersonal || context.personal === null ? null : toPersonalContact(ticket, context.personal);
  const change: Partial<Ticket> = {
    class: ticketClass,
    recordedAtMs: moment.atMs,
    banners: withoutHeldBack(ticket),
    ...enter('recorded', moment.atMs),
    ...(isBlank(content) ? {} : { content: toSame(content ?? '') }),
    ...(isBlank(place) ? {} : { place: toSame(place ?? '') }),
    ...(contact === null ? {} : { contact: contact.contact }),
  };
  const from = ticketClass === ticket.class ? {} : { fromClass: ticket.class };
  return { type: 'recorded', change, detail: { ...from, ...contact?.detail } };
}

function applyDispatch(step: PathStep & { type: 'dispatch' }, { ticket, context, moment }: Work): Outcome {
  const { assignee } = step;
  requireFields({ assignee }, DISPATCH_RULE);
  const { policy, competence } = context;
  const complete = { ...ticket, banners: withoutHeldBack(ticket) };
  const { banners, detail } = requireCertificates(complete, assignee, policy, competence, moment.nowMs);
  const { change, happenings } = takeOver(ticket, assignee, context);
  const here = toDispatched({ ...ticket, ...change }, assignee, policy, moment.atMs);
  const dispatched = {
    type: 'dispatched' as const,
    sheet: here.sheet,
    detail: { ...toDetail(step), proposed: ticket.assignee, ...detail },
  };
  return {
    ...dispatched,
    change: { assignee, takenBy: null, readBack: null, banners, ...here.change, ...change },
    happenings: [dispatched, ...happenings],
  };
}

/** Signing after arrival, or for another who had it, changes no stage (service-workflow.md §2, TAKEN). */
function applyTake(step: PathStep & { type: 'take' }, { ticket, actor, context, moment }: Work): Outcome {
  const { policy } = context;
  // The firm answers for its people; whoever it is assigned to answers for himself.
  const isFirms = standsForContractor(ticket, actor, policy) && !isNamed(ticket.assignee, actor);
  const competence = isFirms ? undefined : context.competence;
  const { banners, detail } = requireCertificates(ticket, moment.by, policy, competence, moment.nowMs);
  const isEarly = ['dispatched', 'rework', 'recorded', 'received'].includes(ticket.stage);
  const change = {
    takenBy: moment.by,
    readBack: step.readBack ?? ticket.readBack,
    banners,
    ...(isEarly ? enter('taken', moment.atMs) : {}),
  };
  return { type: 'taken', change, detail };
}

/** A fault kind that is known only now may show that it is a repair of a repair. */
function applyDiagnose(step: PathStep & { type: 'diagnose' }, { ticket, context, moment }: Work): Outcome {
  const { diagnosis } = step;
  requireFields({ diagnosis }, DIAGNOSE_RULE);
  const faultKind = isBlank(step.faultKind) ? ticket.faultKind : (step.faultKind ?? null);
  const repeat = toRepeat(ticket, faultKind, context.policy, moment.atMs);
  const change = { diagnosis, faultKind, ...repeat.change, ...enter('diagnosed', moment.atMs) };
  return { type: 'diagnosed', change, detail: repeat.detail };
}

function applyAgree(step: PathStep & { type: 'agree' }, work: Work): Outcome {
  const { moment } = work;
  const { agreedBy, workingTime, impact, protection, cooperation, feesYuan = null } = step;
  requireFields({ agreedBy, workingTime, impact, protection, cooperation }, AGREE_RULE);
  const told = { workingTime, impact, protection, cooperation, feesYuan };
  const { row, detail } = toNamedOutside(agreedBy, work);
  const agreement = { by: agreedBy, ...row, atMs: moment.atMs, ...told };
  return { type: 'agreed', change: { agreement, ...enter('agreed', moment.atMs) }, detail };
}

/** The points are watched from now on, as far as they can be (proof.ts). */
function applyDone(step: PathStep & { type: 'done' }, { ticket, actor, context, moment }: Work): Outcome {
  const { result, handler, handlingMinutes, testResult, materials, amountYuan, outsideControl } = step;
  requireFields({ result }, DONE_RULE);
  requireReleased(ticket);
  const done: Ticket = {
    ...ticket,
    result,
    handler: isBlank(handler) ? toHandler(ticket, actor, context.policy) : (handler ?? null),
    handlingMinutes: handlingMinutes ?? toHandlingMinutes(ticket.marks, moment.atMs),
    testResult: testResult ?? null,
    materials: materials ?? [],
    amountYuan: amountYuan ?? null,
    outsideControl: outsideControl ?? null,
    banners: ticket.banners.filter(({ kind }) => kind !== 'proposed-done'),
    ...enter('done', moment.atMs),
  };
  const proof = startProof(done, context.policy, moment.atMs);
  const happenings = [{ type: 'done' as const, detail: toDetail(step) }, ...(proof?.happenings ?? [])];
  return { type: 'done', change: { ...done, proof: proof?.proof ?? null }, happenings };
}

/** The reading after the repair stands in for a point that nobody can see; a photo and a name for one that still stands. */
function applyAccept(step: PathStep & { type: 'accept' }, work: Work): Outcome {
  const { ticket, moment } = work;
  const { opinion, manualReading, overrideReason, overridePhoto } = step;
  requireFields({ opinion }, ACCEPT_RULE);
  const hasOverride = !isBlank(overrideReason) || !isBlank(overridePhoto);
  if (hasOverride) {
    const photo = toRoundPhotos(ticket).find(({ id }) => id === overridePhoto);
    requireFields({ overrideReason, overridePhoto: photo?.id }, OVERRIDE_RULE);
  }
  requireBackInService(ticket, work.context.incident, moment.atMs);
  requireNormal(ticket, manualReading ?? null, hasOverride, moment.atMs);
  const isOwn = isOwnWork(ticket, work.actor, work.context.policy);
  const override =
    hasOverride && overrideReason !== undefined && overridePhoto !== undefined
      ? { reason: overrideReason, photo: overridePhoto }
      : null;
  const acceptance = {
    by: moment.by,
    opinion,
    atMs: moment.atMs,
    manualReading: isBlank(manualReading) ? null : (manualReading ?? null),
    override,
    ...(isOwn && { isOwnWork: true as const }),
  };
  const change = { acceptance, ...enter('accepted', moment.atMs) };
  if (!isOwn) return { type: 'accepted', change };
  const banners = withBanner(ticket, 'own-acceptance', moment.atMs);
  return { type: 'accepted', change: { ...change, banners }, detail: { isOwnWork: true } };
}

/** Pictures that were put on the ticket in this round: one of an earlier round shows another repair. */
function toRoundPhotos({ attachments, marks }: Ticket): Ticket['attachments'] {
  const begin = marks.findLastIndex(({ type }) => type === 'reworked' || type === 'reopened');
  const sinceMs = marks[begin]?.atMs ?? Number.NEGATIVE_INFINITY;
  return attachments.filter(({ mediaType, atMs }) => mediaType.startsWith('image/') && atMs >= sinceMs);
}

/** Not repaired, not satisfied or a charge that is disputed is rework; what was said stays on the record. */
function applyVisit(step: PathStep & { type: 'visit' }, { ticket, moment }: Work): Outcome {
  const { how, isRepaired, isSatisfied, isChargeAgreed = null, note = '' } = step;
  requireFields({ how, isRepaired, isSatisfied }, VISIT_RULE);
  const isGood = isRepaired && isSatisfied && isChargeAgreed !== false;
  if (!isGood) requireFields({ note }, VISIT_RULE);
  const visit = { by: moment.by, how, isRepaired, isSatisfied, isChargeAgreed, note, atMs: moment.atMs };
  if (isGood) return { type: 'visited', change: { visit, ...enter('visited', moment.atMs) } };
  const happenings = [
    { type: 'visited' as const, detail: toDetail(step) },
    { type: 'reworked' as const, detail: { reason: note } },
  ];
  return { type: 'reworked', change: { ...toRework(ticket, moment.atMs), visit }, happenings };
}

/**
 * Filed for good: not while it may still be opened again or its repair is being proven, and an emergency that was one only with
 * its final report.
 */
function applyArchive({ ticket, context, moment }: Work): Outcome {
  const { policy, incident } = context;
  const openUntilMs = (toClosedSinceMs(ticket) ?? moment.atMs) + policy.reopenMs;
  const untilMs = isProving(ticket) ? Math.max(openUntilMs, toProofDueMs(ticket, policy)) : openUntilMs;
  if (moment.atMs <= untilMs)
    throw new RiserError('archive-too-early', { until: new Date(untilMs).toISOString() });
  requireIncidentOver(incident, policy);
  return { type: 'archived', change: enter('archived', moment.atMs) };
}

/** What people write stands in both languages as they wrote it. */
function toSame(words: string): Text {
  return { zh: words, en: words };
}

const CONTACT_RULE: Text = {
  zh: '联系人和联系方式须一并登记',
  en: 'name and method of a contact go together',
};
const DISPATCH_RULE: Text = { zh: '派单须有责任人', en: 'dispatch needs an assignee' };
const DIAGNOSE_RULE: Text = { zh: '诊断须写明', en: 'a diagnosis needs text' };
const PLAN_RULE: Text = { zh: '初拟方案须写明', en: 'a plan needs text' };
const AGREE_RULE: Text = {
  zh: '方案确认须告知作业时间、影响、保护措施和配合事项，并写明确认人',
  en: 'an agreement names who agreed, working time, impact, protection and cooperation',
};
const DONE_RULE: Text = { zh: '处理完毕须填写处理结果', en: 'done needs the result' };
const ACCEPT_RULE: Text = { zh: '验收须有意见并签字', en: 'acceptance needs an opinion and a signature' };
const OVERRIDE_RULE: Text = {
  zh: '告警未恢复而验收的，须写明原因并附本轮拍摄的现场照片',
  en: 'accepting over a standing alarm needs a reason and a photo that was put on the ticket in this round',
};
const VISIT_RULE: Text = {
  zh: '回访须记录方式、是否修复、是否满意；有异议须写明情况',
  en: 'the return visit needs how, repaired or not, satisfied or not, and what was wrong',
};
