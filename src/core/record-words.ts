/**
 * What people have typed into records that are no tickets: which parts of a line of a history are their words, and where the record
 * itself repeats them. The words lie beside the hash chain, which holds salted digests (store/words.ts). Pure.
 *
 *   record                 line of the history it stands in         over, so that it may be destroyed
 *   feedback/FK…           feedback_event                           filed or voided
 *   incident/<id>          audit `incident-…`                       ended, and its final report sent where it was real
 *   handover/<id>          audit `handover-…`                       signed by both
 *   alarm/<occurrence>     alarm_event; without an open one its key  ended
 *   drill/<id>             audit `drill-record-…`                   ended
 *   audit/<line>           any other line of the audit              at once
 */
import type { Occurrence } from './alarm.ts';
import type { DrillRecord } from './drill-record.ts';
import type { Handover, HandoverLine } from './duty.ts';
import type { Feedback } from './feedback.ts';
import { GATEWAY } from './gateway.ts';
import type { Incident, IncidentReport } from './incident.ts';
import type { Text } from './text.ts';
import { collectParts, type TypedPart, type WrittenEvent } from './typed-words.ts';

export const RECORD_KINDS = {
  feedback: { zh: '客户反馈', en: 'Feedback' },
  incident: { zh: '突发事件报告', en: 'Incident reports' },
  handover: { zh: '交接班记录', en: 'Handovers' },
  alarm: { zh: '告警备注', en: 'Alarm notes' },
  drill: { zh: '演练记录', en: 'Drill records' },
  audit: { zh: '审计日志中的理由', en: 'Reasons in the audit log' },
} as const satisfies Record<string, Text>;
export type RecordKind = keyof typeof RECORD_KINDS;
export const RECORD_KIND_NAMES = Object.keys(RECORD_KINDS) as readonly RecordKind[];

/** Histories that hold such words, and the kinds whose lines they are. */
export const RECORD_CHAINS = ['feedback_event', 'alarm_event', 'audit'] as const;
export type RecordChain = (typeof RECORD_CHAINS)[number];

type ToText = (text: string) => string;
type Detail = WrittenEvent['detail'];

/** `feedback/FK20261121-0001`. */
export function toRecordName(kind: RecordKind, id: string): string {
  return `${kind}/${id}`;
}

/** @returns null when it names none */
export function parseRecordName(name: string): { readonly kind: RecordKind; readonly id: string } | null {
  const end = name.indexOf('/');
  const kind = RECORD_KIND_NAMES.find((one) => one === name.slice(0, Math.max(0, end)));
  return kind === undefined || end + 1 >= name.length ? null : { kind, id: name.slice(end + 1) };
}

/** The history in which lines of that kind stand. */
export function toRecordChain(kind: RecordKind): RecordChain {
  if (kind === 'feedback') return 'feedback_event';
  return kind === 'alarm' ? 'alarm_event' : 'audit';
}

/** Each part once. What the gateway wrote by itself has none, but for the reasons of people that it repeats. */
export function toRecordParts(kind: RecordKind, event: WrittenEvent): readonly TypedPart[] {
  const isTyped = TESTS[kind];
  const isGateway = event.by === GATEWAY;
  return collectParts(
    event.detail,
    (path) => isTyped(path, event) && (!isGateway || isRepeated(kind, path, event)),
  );
}

/** The reason of a shelf or of a permit stands in every event while it lasts, that of a write in its revert. */
function isRepeated(kind: RecordKind, path: readonly string[], { detail }: WrittenEvent): boolean {
  return kind === 'alarm' ? path.length > 1 : kind === 'audit' && typeof detail['by'] === 'string';
}

type TypedTest = (path: readonly string[], event: WrittenEvent) => boolean;

const FEEDBACK_WORDS = ['content', 'place', 'note', 'reason', 'arranged', 'arrangedBy', 'result', 'cause'];
const FEEDBACK_NAMES: ReadonlySet<string> = new Set([...FEEDBACK_WORDS, 'measure', 'opinion', 'replacement']);
/** Fields of a correction that are codes of a list. */
const FEEDBACK_CODES: readonly unknown[] = ['source', 'channel', 'subject'];
/** Of an incident’s report the only codes. */
const REPORT_CODES: readonly string[] = ['kind', 'nature'];
const SENT_WORDS: readonly string[] = ['to', 'how', 'evidence'];
const REASONS: ReadonlySet<string> = new Set(['note', 'reason', 'replacement', 'comment', 'permit']);

const TESTS: Readonly<Record<RecordKind, TypedTest>> = {
  feedback: ([name = '', ...rest], { type, detail }) => {
    if (rest.length > 0) return false;
    const isWordy = type === 'corrected' && !FEEDBACK_CODES.includes(detail['field']);
    return FEEDBACK_NAMES.has(name) || (isWordy && (name === 'from' || name === 'to'));
  },
  incident: (path, { type }) => {
    const [name = '', inner = ''] = path;
    if (name === 'report') return path.length > 1 && !REPORT_CODES.includes(inner);
    if (path.length > 1) return false;
    return REASONS.has(name) || (type === 'incident-report-sent' && SENT_WORDS.includes(name));
  },
  // A digest without a salt of its own would let a short note be guessed.
  handover: ([name = '']) => REASONS.has(name) || name === 'digest',
  alarm: ([name = '', inner = '']) => (inner === '' ? REASONS.has(name) : isHiding(name, inner)),
  drill: ([name = '']) =>
    REASONS.has(name) || ['content', 'evaluation', 'participants', 'flow'].includes(name),
  audit: ([name = '', ...rest]) => rest.length === 0 && REASONS.has(name),
};

function isHiding(name: string, inner: string): boolean {
  return (name === 'shelf' || name === 'outOfService') && (inner === 'reason' || inner === 'permit');
}

/** What a report says, for its line of the audit; who and when stand beside it. */
export function toReportDetail({ by: _by, atMs: _at, sent: _sent, ...said }: IncidentReport): Detail {
  return { report: said };
}

/** What a drill’s record says, for its line of the audit. */
export function toDrillDetail({ content, evaluation, participants, flow }: DrillRecord): Detail {
  return { content, evaluation, participants, flow: flow.map(({ text }) => text) };
}

export function mapFeedbackWords(feedback: Feedback, toText: ToText): Feedback {
  const { content, place, handling, answer, analysis, voided } = feedback;
  return {
    ...feedback,
    content: toText(content),
    place: toText(place),
    handling: handling && {
      ...handling,
      arranged: toText(handling.arranged),
      arrangedBy: toText(handling.arrangedBy),
    },
    answer: answer && { ...answer, result: toText(answer.result) },
    analysis: analysis && {
      ...analysis,
      cause: toText(analysis.cause),
      measure: toText(analysis.measure),
      opinion: toText(analysis.opinion),
    },
    voided: voided && { ...voided, reason: toText(voided.reason) },
  };
}

/** Its reports; where it is, its tickets say as well. */
export function mapIncidentWords(incident: Incident, toText: ToText): Incident {
  return { ...incident, reports: incident.reports.map((report) => mapReport(report, toText)) };
}

function mapReport(report: IncidentReport, toText: ToText): IncidentReport {
  const { sent, cause } = report;
  const { people, equipment, management, environment } = cause;
  return {
    ...report,
    sent: sent && {
      ...sent,
      to: toText(sent.to),
      how: toText(sent.how),
      evidence: toText(sent.evidence),
    },
    type: toText(report.type),
    time: toText(report.time),
    place: toText(report.place),
    scope: toText(report.scope),
    casualties: toText(report.casualties),
    propertyLoss: toText(report.propertyLoss),
    cause: {
      people: toText(people),
      equipment: toText(equipment),
      management: toText(management),
      environment: toText(environment),
    },
    process: toText(report.process),
    prevention: toText(report.prevention),
  };
}

/** Note and lists: a list repeats words of tickets and of shelves. */
export function mapHandoverWords(handover: Handover, toText: ToText): Handover {
  const lines = (list: readonly HandoverLine[]): readonly HandoverLine[] =>
    list.map((line) => ({ ...line, text: both(line.text, toText), detail: toText(line.detail) }));
  const { standing, shelved, suppressed, outOfService, lockOuts, tickets, blind } = handover;
  const { incidents, drills, commissioning } = handover;
  return {
    ...handover,
    note: toText(handover.note),
    standing: lines(standing),
    shelved: lines(shelved),
    suppressed: lines(suppressed),
    outOfService: lines(outOfService),
    lockOuts: lines(lockOuts),
    tickets: lines(tickets),
    ...(drills !== undefined && { drills: lines(drills) }),
    ...(incidents !== undefined && { incidents: lines(incidents) }),
    ...(commissioning !== undefined && { commissioning: lines(commissioning) }),
    blind: lines(blind),
  };
}

export function mapDrillWords(record: DrillRecord, toText: ToText): DrillRecord {
  return {
    ...record,
    content: toText(record.content),
    participants: record.participants.map(toText),
    flow: record.flow.map((line) => ({ ...line, text: both(line.text, toText) })),
    evaluation: record.evaluation === null ? null : toText(record.evaluation),
  };
}

export function mapOccurrenceWords(occurrence: Occurrence, toText: ToText): Occurrence {
  const { acknowledged } = occurrence;
  return {
    ...occurrence,
    acknowledged: acknowledged && { ...acknowledged, note: toText(acknowledged.note) },
    ...mapHiding(occurrence, toText),
  };
}

/** Why an alarm is hidden. */
export function mapHiding<T extends Pick<Occurrence, 'shelf' | 'outOfService'>>(
  { shelf, outOfService }: T,
  toText: ToText,
): Pick<Occurrence, 'shelf' | 'outOfService'> {
  return {
    shelf: shelf && { ...shelf, reason: toText(shelf.reason) },
    outOfService: outOfService && {
      ...outOfService,
      reason: toText(outOfService.reason),
      permit: toText(outOfService.permit),
    },
  };
}

function both({ zh, en }: Text, toText: ToText): Text {
  return { zh: toText(zh), en: toText(en) };
}
