/** Shapes of incidents in the public API, and what people send about them. Conventions as in schemas.ts. */
import Type, { type Static } from 'typebox';
import type { Policy } from '../config/policy.ts';
import {
  GRADE_NAMES,
  INCIDENT_LINE_TYPES,
  type Incident,
  NATURE_NAMES,
  PHASE_NAMES,
} from '../core/incident.ts';
import { owesReport } from '../incidents/reports.ts';
import type { DeepReadonly } from './deep-readonly.ts';
import { closed, LAST_MS, LongText, oneOf, ShortText } from './request-schemas.ts';
import { Ms, nullable, strings, TextSchema } from './schemas.ts';

const maybeMs = nullable(Ms);
const REPORT_KINDS = ['first', 'follow-up', 'final'] as const;
const INCIDENT_KINDS = ['fire', 'entrapment', 'other'] as const;

const causes = {
  people: LongText,
  equipment: LongText,
  management: LongText,
  environment: LongText,
};
const reportTexts = {
  type: LongText,
  time: ShortText,
  place: ShortText,
  scope: LongText,
  casualties: LongText,
  propertyLoss: LongText,
};

export const IncidentReportSchema = Type.Object({
  kind: strings(REPORT_KINDS),
  by: Type.String(),
  atMs: Ms,
  sent: nullable(Type.Object({ atMs: Ms, to: Type.String(), how: Type.String(), evidence: Type.String() })),
  nature: strings(NATURE_NAMES),
  ...reportTexts,
  cause: Type.Object(causes),
  process: Type.String(),
  prevention: Type.String(),
});

const IncidentLineSchema = Type.Object({
  type: strings(INCIDENT_LINE_TYPES),
  atMs: Ms,
  by: Type.String(),
  detail: Type.Record(Type.String(), Type.Unknown()),
});

export const IncidentViewSchema = Type.Object({
  id: Type.String(),
  number: Type.String(),
  version: Type.Integer({ description: 'Name it with every change' }),
  policyVersion: Type.Optional(Type.String({ description: 'Whose limits and grades it has, to its end' })),
  site: Type.String(),
  kind: strings(INCIDENT_KINDS),
  nature: strings(NATURE_NAMES),
  grade: strings(GRADE_NAMES),
  verdict: strings(['open', 'confirmed', 'false-alarm', 'test']),
  phase: strings(PHASE_NAMES),
  commander: nullable(Type.String()),
  isDrill: Type.Boolean(),
  beganAtMs: Ms,
  lastAtMs: Ms,
  endedAtMs: maybeMs,
  location: nullable(Type.String()),
  equipment: Type.Optional(Type.String({ description: 'Left out where none was named' })),
  place: TextSchema,
  tickets: Type.Array(Type.String()),
  reportDueAtMs: Ms,
  reportWarnedAtMs: maybeMs,
  reportBreachedAtMs: maybeMs,
  reportAnsweredAtMs: Type.Optional(Type.Integer({ description: 'A report was written after the warning' })),
  reportResponsible: Type.Optional(
    Type.String({ description: 'Whose the report was when it was last warned of, climbed or was breached' }),
  ),
  reportEscalation: Type.Optional(
    Type.Object(
      { level: Type.Integer(), sinceMs: Ms, reason: Type.String(), nextAtMs: maybeMs },
      { description: 'Where the unanswered warning stands on the ladder of its policy' },
    ),
  ),
  reports: Type.Array(IncidentReportSchema, { description: 'Never edited: a later one supersedes it' }),
  owesFinalReport: Type.Boolean({
    description:
      'Confirmed and major (also when its grade was lowered later), without a final report that was sent: its tickets cannot be archived yet',
  }),
  record: Type.Array(IncidentLineSchema, {
    description: 'What was decided, and what was told of its report, in order; only ever grows',
  }),
  plan: nullable(Type.String()),
});
export type IncidentView = Static<typeof IncidentViewSchema>;

/** @param policy in force: it says which grades are major of what no version has written it down */
export function toIncidentView(incident: Incident, policy: Policy): IncidentView {
  const { owesFinal: _owesFinal, record = [], ...shown } = incident;
  const view = { ...shown, record, owesFinalReport: owesReport(incident, policy) };
  return view satisfies DeepReadonly<IncidentView> as unknown as IncidentView;
}

const version = Type.Integer({ minimum: 1, description: 'Version of the incident that the caller saw' });
const note = Type.String({ maxLength: 4_000, default: '' });
const words = (schema: typeof LongText) => Type.String({ ...schema, minLength: 1, pattern: '\\S' });

const approver = (description: string) =>
  Type.Optional(Type.String({ ...ShortText, description: `${description}: somebody else than the caller` }));

/** One body per change (incidents/changes.ts). */
export const INCIDENT_BODIES = {
  confirm: closed({
    version,
    verdict: oneOf(['confirmed', 'false-alarm', 'test']),
    note,
    how: Type.Optional(
      oneOf(['on-site', 'camera', 'phone', 'intercom'], {
        description: 'How it is known; asked for where it was none',
      }),
    ),
    approver: approver('Who has approved that a confirmed major event was none after all'),
  }),
  grade: closed({
    version,
    grade: oneOf(GRADE_NAMES),
    nature: oneOf(NATURE_NAMES),
    commander: words(ShortText),
    reason: words(LongText),
    approver: approver('Who has approved that a major grade is lowered'),
  }),
  phase: closed({ version, phase: oneOf(PHASE_NAMES), note }),
  report: closed({
    version,
    report: closed({
      kind: oneOf(REPORT_KINDS),
      nature: oneOf(NATURE_NAMES),
      ...reportTexts,
      cause: closed(causes),
      process: LongText,
      prevention: LongText,
    }),
  }),
  'report-sent': closed({
    version,
    kind: oneOf(REPORT_KINDS),
    atMs: Type.Integer({ minimum: 0, maximum: LAST_MS, description: 'May lie before now' }),
    to: words(ShortText),
    how: words(ShortText),
    evidence: words(LongText),
  }),
  join: closed({ version, ticket: Type.String({ minLength: 1, maxLength: 100 }) }),
  end: closed({ version, note }),
} as const;
