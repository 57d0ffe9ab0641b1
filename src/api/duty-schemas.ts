/** Shapes of people and duty in the public API: roster, gaps, staff, contacts, handovers. Conventions as in schemas.ts. */
import Type, { type Static } from 'typebox';
import { CONTACT_KIND_NAMES, CONTACT_WAYS } from '../core/duty.ts';
import { SYSTEMS, type System } from '../core/kinds.ts';
import { ROLE_NAMES } from '../core/roles.ts';
import { SEVERITY_NAMES } from '../core/severity.ts';
import { TICKET_CLASS_NAMES } from '../core/ticket.ts';
import { closed, Id, instant, LAST_MS, LongText, oneOf, SeenVersion, ShortText } from './request-schemas.ts';
import { Ms, nullable, strings, TextSchema } from './schemas.ts';

const words = Type.String();
const maybeWords = nullable(Type.String());
const DateText = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'Local day, YYYY-MM-DD' });

// --- roster -------------------------------------------------------------------------------------------------------

export const SwapSchema = Type.Object({
  id: words,
  date: words,
  post: words,
  shift: words,
  from: words,
  to: words,
  inReturn: nullable(Type.Object({ date: words, post: words, shift: words })),
  reason: words,
  by: words,
  atMs: Ms,
  agreedAtMs: Type.Optional(
    Type.Integer({
      description: 'When `to` has agreed; absent where he has asked for it himself, or has not yet',
    }),
  ),
});

export const RosterSchema = Type.Object({
  version: Type.Integer({ description: '0 = there is none yet' }),
  timeZone: words,
  shifts: Type.Array(
    Type.Object({
      id: words,
      name: TextSchema,
      from: Type.Number({ description: 'Minute of the day' }),
      to: Type.Number({ description: 'At or before `from` it ends on the next day' }),
    }),
  ),
  posts: Type.Array(
    Type.Object({
      id: words,
      name: TextSchema,
      role: strings(ROLE_NAMES),
      group: maybeWords,
      calendar: maybeWords,
      isStandby: Type.Boolean(),
      certificates: Type.Optional(Type.Array(words)),
    }),
  ),
  assignments: Type.Array(
    Type.Object({
      date: words,
      post: words,
      shift: words,
      username: words,
      swappedFrom: maybeWords,
      approver: maybeWords,
    }),
  ),
  longestHours: Type.Optional(
    Type.Number({ description: 'Hours on duty in a row that are still no gap; default 24' }),
  ),
  swaps: Type.Optional(Type.Array(SwapSchema)),
});
export type RosterView = Static<typeof RosterSchema>;

export const DutyNowSchema = Type.Object({
  post: words,
  postName: TextSchema,
  role: strings(ROLE_NAMES),
  shift: words,
  username: words,
  name: TextSchema,
  isStandby: Type.Boolean(),
  fromMs: Ms,
  toMs: Ms,
});

export const GapSchema = Type.Object({
  fromMs: Ms,
  toMs: Ms,
  kind: words,
  post: words,
  username: maybeWords,
  detail: words,
  text: TextSchema,
});

export const OnQuery = closed({
  at: instant('default: now'),
  post: Type.Optional(ShortText),
  role: Type.Optional(oneOf(ROLE_NAMES)),
});
export const GapsQuery = closed({
  from: instant('default: now'),
  to: instant('default: two weeks after `from`; at most 92 days'),
});
export const RosterFileQuery = closed({
  version: Type.Integer({ minimum: 0, description: 'Version that the caller saw; 0 = there was none' }),
  format: oneOf(['yaml', 'csv'], { default: 'yaml' }),
  name: Type.String({ maxLength: 200, default: 'roster', description: 'Stands for the file in messages' }),
});
export const FormatQuery = closed({ format: oneOf(['yaml', 'csv'], { default: 'yaml' }) });
const slot = { date: DateText, post: ShortText, shift: ShortText };
export const SwapBody = closed({
  ...slot,
  from: ShortText,
  to: ShortText,
  inReturn: Type.Optional(Type.Union([closed(slot), Type.Null()])),
  reason: ShortText,
});
export const DropSwapBody = closed({ note: Type.String({ maxLength: 200, default: '' }) });

// --- who would be told --------------------------------------------------------------------------------------------

export const WhoQuery = closed({
  at: instant('default: now'),
  severity: oneOf(SEVERITY_NAMES, { default: 'high' }),
  class: Type.Optional(oneOf(TICKET_CLASS_NAMES)),
  equipment: Type.Optional(Id),
});

const WaySchema = Type.Object({ way: strings(CONTACT_WAYS), address: words });

export const ContactSchema = Type.Object({
  id: words,
  name: TextSchema,
  method: words,
  kind: strings(CONTACT_KIND_NAMES),
  kindText: TextSchema,
  phones: Type.Array(words, { description: 'In the order in which they are tried' }),
  for: Type.Array(words, { description: 'Kinds of equipment' }),
});

export const WhoSchema = Type.Object({
  atMs: Ms,
  localTime: words,
  priority: words,
  heldUntilMs: nullable(
    Type.Number({ description: 'It wakes nobody: told from then on; null = at once; UTC milliseconds' }),
  ),
  steps: Type.Array(
    Type.Object({
      id: words,
      when: TextSchema,
      assignee: words,
      assigneeText: TextSchema,
      people: Type.Array(
        Type.Object({
          username: words,
          name: TextSchema,
          standing: strings(['duty', 'standby', 'off']),
          untilMs: nullable(Ms),
          ways: Type.Optional(Type.Array(WaySchema, { description: 'Only for those who may see them' })),
        }),
      ),
      gaps: Type.Array(TextSchema),
    }),
  ),
  proposal: nullable(words),
  contacts: Type.Array(ContactSchema),
  gaps: Type.Array(TextSchema),
});

// --- staff --------------------------------------------------------------------------------------------------------

export const StaffMemberSchema = Type.Object({
  username: words,
  displayName: TextSchema,
  roles: Type.Array(strings(ROLE_NAMES)),
  isDisabled: Type.Boolean(),
  groups: Type.Array(words),
  specialities: Type.Array(words),
  certificates: Type.Array(Type.Object({ kind: words, validTo: words })),
  reachedBy: Type.Array(words, { description: 'Kinds of ways that are there' }),
  areas: Type.Array(words),
  language: strings(['zh', 'en']),
  firm: maybeWords,
});

const few = { maxItems: 50 };
const profile = {
  groups: Type.Array(ShortText, few),
  specialities: Type.Array(ShortText, few),
  certificates: Type.Array(closed({ kind: Id, number: ShortText, validTo: DateText }), few),
  ways: Type.Array(closed({ way: oneOf(CONTACT_WAYS), address: ShortText }), { maxItems: 10 }),
  areas: Type.Array(Id, few),
  language: oneOf(['zh', 'en']),
  firm: Type.Union([Id, Type.Null()]),
};
/** With personal data: number of certificates, ways to reach the person. */
export const ProfileSchema = Type.Object({
  ...profile,
  version: Type.String({ description: 'Sent back with a change' }),
});
export const ProfileBody = closed({
  ...profile,
  version: SeenVersion,
  specialities: Type.Array(oneOf(Object.keys(SYSTEMS) as readonly System[]), few),
});
export const CertificateSchema = Type.Object({
  username: words,
  kind: words,
  validTo: words,
  daysLeft: Type.Integer({ description: 'Negative = it has run out' }),
});
export const CertificatesQuery = closed({
  days: Type.Integer({ minimum: 0, maximum: 366, default: 30 }),
});

// --- handovers ----------------------------------------------------------------------------------------------------

const LineSchema = Type.Object({ id: words, text: TextSchema, detail: words });
const LinesSchema = Type.Array(LineSchema);

export const HandoverSchema = Type.Object({
  id: words,
  atMs: Ms,
  from: words,
  to: words,
  post: words,
  standing: LinesSchema,
  shelved: LinesSchema,
  suppressed: LinesSchema,
  outOfService: LinesSchema,
  lockOuts: LinesSchema,
  tickets: LinesSchema,
  drills: Type.Optional(
    Type.Array(LineSchema, {
      description:
        'Drills under way: equipment and end; reason, who, since when. Absent on those begun before they were listed',
    }),
  ),
  incidents: Type.Optional(
    Type.Array(LineSchema, {
      description: 'Incidents whose report is still to be sent: number, kind, limit or breach; whose it is',
    }),
  ),
  commissioning: Type.Optional(
    Type.Array(LineSchema, {
      description:
        'Equipment whose alarms ring nobody for it is in commissioning: until when, what stands there; reason, who, approver',
    }),
  ),
  blind: LinesSchema,
  note: words,
  signedFromAtMs: nullable(Ms),
  signedToAtMs: nullable(Ms),
});
export type HandoverView = Static<typeof HandoverSchema>;

export const HandoverBody = closed({
  from: ShortText,
  to: ShortText,
  post: ShortText,
  note: Type.Optional(LongText),
});

/** Latest time that JSON can say; stands for "not within sight". */
export const NEVER_MS = LAST_MS;
