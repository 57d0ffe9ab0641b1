/** The time lines of a case: mappings from time to what is given, happens or is expected. Mistakes go to `problems`. */
import type { TSchema } from 'typebox';
import Type from 'typebox';
import { type Problems, toFound } from '../config/problems.ts';
import { closed } from '../config/schema.ts';
import type { Located, Path } from '../config/source.ts';
import { validate } from '../config/validate.ts';
import { oneOf } from '../config/words.ts';
import type { AlarmEventType, IsaState } from '../core/alarm.ts';
import { SEVERITY_NAMES } from '../core/severity.ts';
import type { CaseEvent, Expectation, Expected } from './case.ts';
import { MAX_CASE_MS } from './schema.ts';
import {
  EVENT_WORDS,
  EXPECTED_WORDS,
  parseExpected,
  parseHappening,
  parseTicket,
  parseTime,
  TIME_WORDS,
} from './words.ts';

const STATES = ['A', 'B', 'C', 'D', 'E', 'F', 'G'] as const satisfies readonly IsaState[];
const MESSAGES = [
  'raised',
  're-raised',
  'severity-changed',
  'acknowledged',
  'returned',
  'blind',
  'sighted',
  'explained',
  'released',
  'ended',
  're-alarmed',
  'latched',
  'reset',
  'shelved',
  'unshelved',
  'shelf-expired',
  'shelf-reminder',
  'out-of-service',
  'in-service',
  'service-expired',
  'suppressed',
  'unsuppressed',
  'chattering',
  'chatter-ended',
] as const satisfies readonly AlarmEventType[];

const TICKET_WORDS = 'none, opened, or CLASS/PRIORITY such as engineering/normal';

/** Where words are not enough. */
const ExpectedSchema: TSchema = closed({
  state: Type.Optional(oneOf(STATES)),
  level: Type.Optional(Type.String()),
  severity: Type.Optional(oneOf(SEVERITY_NAMES)),
  blind: Type.Optional(Type.Boolean()),
  ticket: Type.Optional(Type.String()),
  messages: Type.Optional(Type.Array(oneOf(MESSAGES))),
});

interface ExpectedEntry {
  readonly blind?: boolean;
  readonly ticket?: string;
}

/** @param parse null = it has reported a mistake @returns in order of time */
export function toTimed<T extends object>(
  value: unknown,
  at: Located,
  problems: Problems,
  parse: (value: unknown, path: Path) => T | null,
): readonly (T & { readonly atMs: number })[] {
  if (value === undefined) return [];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    problems.add(at.source, at.path, 'a mapping from time', toFound(value, at.path));
    return [];
  }
  const timed = Object.entries(value).flatMap(([key, one]: [string, unknown]) => {
    const path = [...at.path, key];
    const atMs = parseTime(key);
    if (atMs === null || atMs > MAX_CASE_MS) {
      problems.add(
        at.source,
        path,
        `${TIME_WORDS}, at most ${MAX_CASE_MS / 86_400_000}d`,
        toFound(key, []),
        'key',
      );
      return [];
    }
    const parsed = parse(one, path);
    return parsed === null ? [] : [{ ...parsed, atMs }];
  });
  return timed.sort((a, b) => a.atMs - b.atMs);
}

/** One thing, or a list of them, at a time. */
export function parseEvents(value: unknown, at: Located, problems: Problems): readonly CaseEvent[] {
  const place = { ...at, path: [...at.path, 'events'] };
  const timed = toTimed(value, place, problems, (one, path) => {
    const events = (Array.isArray(one) ? one : [one]).map((word: unknown) => {
      const event = typeof word === 'string' ? parseHappening(word) : null;
      if (event === null) problems.add(at.source, path, EVENT_WORDS, toFound(word, path));
      return event;
    });
    return { events };
  });
  return timed.flatMap(({ atMs, events }) =>
    events.flatMap((event) => (event === null ? [] : [{ ...event, atMs }])),
  );
}

export function parseExpectations(value: unknown, at: Located, problems: Problems): readonly Expectation[] {
  const place = { ...at, path: [...at.path, 'expect'] };
  return toTimed(value, place, problems, (one, path) => {
    const expected =
      typeof one === 'string'
        ? parseText(one, path, at, problems)
        : parseMapping(one, { ...at, path, value: one }, problems);
    return expected && { expected };
  });
}

function parseText(text: string, path: Path, at: Located, problems: Problems): Expected | null {
  const expected = parseExpected(text);
  if (typeof expected !== 'string') return expected;
  problems.add(at.source, path, EXPECTED_WORDS, toFound(expected, path));
  return null;
}

function parseMapping(value: unknown, at: Located, problems: Problems): Expected | null {
  const entry = validate(ExpectedSchema, { ...at, value }, { problems, env: null });
  if (entry === null) return null;
  const { blind, ticket: word, ...rest } = entry as ExpectedEntry;
  const ticket = word === undefined ? undefined : parseTicket(word);
  if (ticket === null) {
    problems.add(at.source, [...at.path, 'ticket'], TICKET_WORDS, toFound(word, []));
    return null;
  }
  return { ...rest, ...(blind !== undefined && { isBlind: blind }), ...(ticket !== undefined && { ticket }) };
}
