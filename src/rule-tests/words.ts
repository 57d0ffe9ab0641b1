/**
 * The short words of rule tests: times, what a point gives, what happens, what is expected. Each parser says null, or the
 * word that it does not know, when the text is none of its own; where that stands is reported by read.ts.
 */
import type { IsaState } from '../core/alarm.ts';
import { QUALITIES, type QualityReason, toQualityLevel } from '../core/quality.ts';
import { SEVERITY_NAMES, type Severity } from '../core/severity.ts';
import { PRIORITY_NAMES, type Priority, TICKET_CLASS_NAMES, type TicketClass } from '../core/ticket.ts';
import type { CaseEvent, Expected, Happening, Signal } from './case.ts';

const MS_OF = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const TIME = /^(\d{1,9}(?:\.\d{1,3})?) ?(ms|s|min|h|d)$/;
const NUMBER = '[-+]?\\d+(?:\\.\\d+)?';

export const TIME_WORDS = 'a time such as 0s, 10s, 1.5min or 2h';
export const SIGNAL_WORDS =
  'a number, _ (silent), bad, uncertain, nan, a quality such as sentinel or stuck(3), late(5s, 3), ramp(0, 3, 30s) or alternate(0, 1, 2s)';
export const EVENT_WORDS =
  'restart 30s, clock +90s, acknowledge, reset, shelve 10min, shelve once 10min, unshelve, out-of-service 1h, in-service or drill 1h; with "refused CODE" behind it where it must be refused';
export const EXPECTED_WORDS =
  'nothing, or words: A–G, a level (lolo, lo, hi, hihi), a severity, blind, sighted, no-ticket, ticket or CLASS/PRIORITY';

/** @returns ms, or null */
export function parseTime(text: string): number | null {
  const [, amount, unit] = TIME.exec(text) ?? [];
  return amount === undefined ? null : Math.round(Number(amount) * MS_OF[unit as keyof typeof MS_OF]);
}

/** Short names beside those of core/quality.ts. */
const QUALITY_OF: Readonly<Record<string, QualityReason>> = {
  bad: 'device-error',
  uncertain: 'source-uncertain',
  nan: 'not-a-number',
};

export function parseSignal(value: unknown): Signal | null {
  if (typeof value === 'number') return { type: 'held', value, quality: null, lateMs: 0 };
  if (typeof value !== 'string') return null;
  if (value === '_') return { type: 'silent' };
  const [, name = '', list] = /^([a-z-]+)(?:\((.*)\))?$/.exec(value) ?? [];
  const args = list === undefined ? [] : list.split(',').map((arg) => arg.trim());
  return parseShaped(name, args) ?? parseQuality(name, args);
}

function parseShaped(name: string, args: readonly string[]): Signal | null {
  const times = args.map(parseTime);
  const numbers = args.map(parseNumber);
  const [first = null, second = null] = numbers;
  const lastMs = times.at(-1) ?? null;
  if (name === 'late' && args.length === 2 && times[0] != null && second !== null)
    return { type: 'held', value: second, quality: null, lateMs: times[0] };
  if (first === null || second === null || lastMs === null || lastMs === 0) return null;
  if (name === 'ramp' && args.length === 3) return { type: 'ramp', from: first, to: second, overMs: lastMs };
  const values = numbers.slice(0, -1).flatMap((number) => number ?? []);
  const isList = name === 'alternate' && values.length === args.length - 1;
  return isList ? { type: 'alternate', values, everyMs: lastMs } : null;
}

function parseQuality(name: string, args: readonly string[]): Signal | null {
  const quality = QUALITY_OF[name] ?? (Object.hasOwn(QUALITIES, name) ? (name as QualityReason) : null);
  if (quality === null || args.length > 1) return null;
  const value = args[0] === undefined ? null : parseNumber(args[0]);
  if (args.length === 1 && value === null) return null;
  const isBad = toQualityLevel(QUALITIES[quality].code) === 'bad';
  // What is bad has no value.
  return isBad && value !== null ? null : { type: 'held', value, quality, lateMs: 0 };
}

function parseNumber(text: string): number | null {
  return new RegExp(`^${NUMBER}$`).test(text) ? Number(text) : null;
}

export function parseHappening(text: string): Omit<CaseEvent, 'atMs'> | null {
  const [words = '', refused = null] = text.split(' refused ');
  const happening = toHappening(words.trim());
  return happening && { happening, refused };
}

function toHappening(text: string): Happening | null {
  if (text === 'acknowledge' || text === 'reset' || text === 'unshelve' || text === 'in-service')
    return { type: text };
  const [, word = '', sign = '', span = ''] =
    /^(restart|clock|shelve once|shelve|out-of-service|drill) ([+-]?)(.+)$/.exec(text) ?? [];
  const ms = parseTime(span);
  if (ms === null || (word === 'clock') !== (sign !== '')) return null;
  if (word === 'restart') return { type: word, downMs: ms };
  if (word === 'clock') return { type: word, byMs: sign === '-' ? -ms : ms };
  if (word === 'out-of-service' || word === 'drill') return { type: word, forMs: ms };
  return { type: 'shelve', forMs: ms, isOneShot: word === 'shelve once' };
}

const LEVELS: readonly string[] = ['lolo', 'lo', 'hi', 'hihi'];
const STATES: readonly string[] = ['A', 'B', 'C', 'D', 'E', 'F', 'G'] satisfies readonly IsaState[];

/** @returns the word that is not known, as text */
export function parseExpected(text: string): Expected | string {
  if (text === 'nothing') return { isNothing: true };
  let expected: Expected = {};
  for (const word of text.split(/\s+/)) {
    const part = toExpectedPart(word);
    const isTwice = part !== null && Object.keys(part).some((key) => Object.hasOwn(expected, key));
    if (part === null || isTwice) return word;
    expected = { ...expected, ...part };
  }
  return expected;
}

function toExpectedPart(word: string): Expected | null {
  if (STATES.includes(word)) return { state: word as IsaState };
  if (LEVELS.includes(word)) return { level: word };
  if (SEVERITY_NAMES.includes(word as Severity)) return { severity: word as Severity };
  if (word === 'blind' || word === 'sighted') return { isBlind: word === 'blind' };
  const ticket = parseTicket(word === 'no-ticket' ? 'none' : word === 'ticket' ? 'opened' : word);
  return ticket && { ticket };
}

/** `none`, `opened` or `CLASS/PRIORITY`. */
export function parseTicket(word: string): NonNullable<Expected['ticket']> | null {
  if (word === 'none' || word === 'opened') return word;
  const [kind = '', priority = '', ...more] = word.split('/');
  const isKnown =
    TICKET_CLASS_NAMES.includes(kind as TicketClass) && PRIORITY_NAMES.includes(priority as Priority);
  return isKnown && more.length === 0 ? { class: kind as TicketClass, priority: priority as Priority } : null;
}

/** `10s`, `1.5s`, `600s`. */
export function toTimeText(ms: number): string {
  return `${ms / 1_000}s`;
}

export function toExpectedText(expected: Expected): string {
  const { isNothing, state, level, severity, isBlind, ticket, messages } = expected;
  if (isNothing === true) return 'nothing';
  const words = [
    state,
    level,
    severity,
    isBlind === undefined ? undefined : isBlind ? 'blind' : 'sighted',
    ticket === undefined ? undefined : toTicketText(ticket),
    messages && `[${messages.join(', ')}]`,
  ];
  return words.filter((word) => word !== undefined).join(' ');
}

function toTicketText(ticket: NonNullable<Expected['ticket']>): string {
  if (ticket === 'none') return 'no-ticket';
  return ticket === 'opened' ? 'ticket' : `${ticket.class}/${ticket.priority}`;
}

export function toSignalText(signal: Signal): string {
  if (signal.type === 'silent') return '_';
  if (signal.type === 'ramp') return `ramp(${signal.from}, ${signal.to}, ${toTimeText(signal.overMs)})`;
  if (signal.type === 'alternate')
    return `alternate(${signal.values.join(', ')}, ${toTimeText(signal.everyMs)})`;
  const { value, quality, lateMs } = signal;
  if (quality !== null) return value === null ? quality : `${quality}(${value})`;
  return lateMs === 0 ? String(value) : `late(${toTimeText(lateMs)}, ${value})`;
}
