/**
 * Reads the plans for emergencies (应急预案) of a site: a file of their own, because they are reviewed and printed by themselves.
 * Which plan is shown when is plans/.
 */
import Type from 'typebox';
import { CONTACT_KIND_NAMES } from '../core/duty.ts';
import { NATURE_NAMES, type Plan } from '../core/incident.ts';
import { SYSTEMS, type System } from '../core/kinds.ts';
import { ROLE_NAMES } from '../core/roles.ts';
import { didYouMean, type Problems, quote, toFirstUse } from './problems.ts';
import { closed } from './schema.ts';
import { type Located, readSource, type Source } from './source.ts';
import { checkVersion, validate } from './validate.ts';
import { Id, LongTextSchema, oneOf, TextSchema, Version1 } from './words.ts';

const SYSTEM_NAMES = Object.keys(SYSTEMS) as readonly System[];
/** Steps that one plan can have: a sheet that can be read while it burns. */
const MAX_STEPS = 40;
const MAX_PLANS = 100;
/** Years from one review to the next (service-workflow.md §3). */
const REVIEW_YEARS = 3;

const PlanSchema = closed({
  id: Id,
  name: TextSchema,
  kind: oneOf(['fire', 'entrapment', 'other']),
  nature: oneOf(NATURE_NAMES),
  /** Equipment that it is about; none = all of its kind. */
  systems: Type.Array(oneOf(SYSTEM_NAMES), { maxItems: SYSTEM_NAMES.length, default: [] }),
  steps: Type.Array(closed({ text: LongTextSchema, role: oneOf(ROLE_NAMES) }), {
    minItems: 1,
    maxItems: MAX_STEPS,
  }),
  /** Contacts of the register, or kinds of contacts. */
  contacts: Type.Array(Id, { maxItems: 20, default: [] }),
  /** Last review, local date. */
  reviewed: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', expected: 'a date such as 2026-11-01' }),
});

export const PlansSchema = closed({
  version: Version1,
  plans: Type.Array(PlanSchema, { maxItems: MAX_PLANS }),
});

export interface PlansFile {
  readonly source: Source;
  /** Empty when the file had problems; they are reported. */
  readonly plans: readonly Plan[];
}

/**
 * @param contacts ids of the site's contacts
 * @returns null when the file cannot be read as YAML; that is reported.
 */
export function readPlans(path: string, contacts: readonly string[], problems: Problems): PlansFile | null {
  const located = readSource(path, problems);
  if (located === null) return null;
  const { source } = located;
  const file = checkVersion(located, problems)
    ? validate(PlansSchema, located, { problems, env: null })
    : null;
  if (file === null) return { source, plans: [] };
  const before = problems.count;
  checkPlans(file.plans, [...CONTACT_KIND_NAMES, ...contacts], located, problems);
  if (problems.count > before) return { source, plans: [] };
  const plans = file.plans.map(({ reviewed, ...plan }): Plan => {
    return { ...plan, reviewedOn: reviewed, reviewBy: toReviewBy(reviewed) };
  });
  return { source, plans };
}

interface Entry {
  readonly id: string;
  readonly contacts: readonly string[];
  readonly reviewed: string;
}

function checkPlans(
  plans: readonly Entry[],
  words: readonly string[],
  { source, value }: Located,
  problems: Problems,
): void {
  /** Key: id. */
  const first = new Map<string, Located>();
  for (const [index, { id, contacts, reviewed }] of plans.entries()) {
    const at: Located = { source, path: ['plans', index, 'id'], value };
    const known = first.get(id);
    if (known === undefined) first.set(id, at);
    else problems.add(source, at.path, 'an id used once', toFirstUse(id, known));
    if (!isDate(reviewed))
      problems.add(source, ['plans', index, 'reviewed'], 'a day of the calendar', quote(reviewed));
    for (const [place, word] of contacts.entries()) {
      if (words.includes(word)) continue;
      const expected = 'the id of a contact, or a kind of contact';
      const found = `${quote(word)}${didYouMean(word, words)}`;
      problems.add(source, ['plans', index, 'contacts', place], expected, found);
    }
  }
}

/** 29 February has its review on the 28th. */
function toReviewBy(reviewed: string): string {
  const year = Number(reviewed.slice(0, 4)) + REVIEW_YEARS;
  const date = `${String(year).padStart(4, '0')}${reviewed.slice(4)}`;
  return isDate(date) ? date : date.replace(/-29$/, '-28');
}

/** 30 February is none. */
function isDate(text: string): boolean {
  const ms = Date.parse(text);
  return Number.isFinite(ms) && new Date(ms).toISOString().slice(0, 10) === text;
}
