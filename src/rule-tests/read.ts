/**
 * Reads the tests of one profile (`devices/tests/<profile>.yaml`): names become indexes, words become data, every mistake
 * is told with its place. A name with `{n}` stands for every part of that name; within the case `{n}` is the same part.
 */

import type { SiteModel } from '../config/model.ts';
import { didYouMean, type Problems, quote, toFound } from '../config/problems.ts';
import { type Located, type Path, readSource } from '../config/source.ts';
import { checkVersion, validate } from '../config/validate.ts';
import { toMs } from '../config/words.ts';
import type { RuleCase, RuleTests, SignalStep } from './case.ts';
import { parseEvents, parseExpectations, toTimed } from './lines.ts';
import { type CaseEntry, CaseSchema, MAX_CASES, RuleTestsSchema } from './schema.ts';
import { toParts, toPointNames, toRuleName } from './site.ts';
import { parseSignal, SIGNAL_WORDS } from './words.ts';

interface Names {
  readonly points: ReadonlyMap<string, number>;
  readonly rules: ReadonlyMap<string, number>;
  readonly parts: readonly string[];
}

interface Reading {
  readonly located: Located;
  readonly names: Names;
  readonly problems: Problems;
}

/** @returns null when the file has problems; they are reported */
export function readRuleTests(path: string, model: SiteModel, problems: Problems): RuleTests | null {
  const before = problems.count;
  const located = readSource(path, problems);
  if (located === null || !checkVersion(located, problems)) return null;
  const file = validate(RuleTestsSchema, located, { problems, env: null });
  if (file === null) return null;
  const names = toNames(model);
  const reading = { located, names, problems };
  const profile = [...model.equipment.values()][0]?.profile;
  if (file.profile !== profile)
    problems.add(located.source, ['profile'], `"${profile}", the profile of the tests`, quote(file.profile));
  const normal = readNormal(file.normal, model, reading);
  const cases = toEntries(file.rules, ['rules'], reading).flatMap(([rule, list]) =>
    readCases(rule, list, reading),
  );
  return problems.count > before ? null : { normal, cases };
}

function toNames(model: SiteModel): Names {
  return {
    points: toPointNames(model),
    rules: new Map(model.rules.map((rule) => [toRuleName(rule), rule.index])),
    parts: toParts(model),
  };
}

function toEntries(value: unknown, path: Path, reading: Reading): readonly [string, unknown][] {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return Object.entries(value);
  reading.problems.add(reading.located.source, path, 'a mapping', toFound(value, path));
  return [];
}

function readNormal(value: unknown, model: SiteModel, reading: Reading): ReadonlyMap<number, number> {
  const normal = new Map<number, number>();
  const { located, names, problems } = reading;
  const before = problems.count;
  for (const [name, amount] of toEntries(value, ['normal'], reading)) {
    const path = ['normal', name];
    if (typeof amount !== 'number') problems.add(located.source, path, 'a number', toFound(amount, path));
    else for (const n of toNumbers(name, names)) addNormal(normal, fill(name, n), amount, path, reading);
  }
  const isRead = new Set(model.rules.flatMap(({ type, points }) => (type === 'offline' ? [] : points)));
  for (const [name, index] of names.points) {
    if (isRead.has(index) && !normal.has(index) && problems.count === before)
      problems.add(located.source, ['normal'], `the normal value of ${name}, which a rule reads`, 'none');
  }
  return normal;
}

function addNormal(
  normal: Map<number, number>,
  name: string,
  amount: number,
  path: Path,
  reading: Reading,
): void {
  const index = findPoint(name, null, path, reading);
  if (index !== null) normal.set(index, amount);
}

function readCases(rule: string, list: unknown, reading: Reading): readonly RuleCase[] {
  const { located, names, problems } = reading;
  const path = ['rules', rule];
  if (!Array.isArray(list) || list.length === 0 || list.length > MAX_CASES) {
    problems.add(located.source, path, `a list of 1 to ${MAX_CASES} cases`, toFound(list, path));
    return [];
  }
  const before = problems.count;
  const cases: RuleCase[] = [];
  for (const n of toNumbers(rule, names)) {
    const name = fill(rule, n);
    const index = names.rules.get(name);
    if (index === undefined) {
      const hint = didYouMean(name, [...names.rules.keys()]);
      problems.add(located.source, path, 'a rule of the profile', `${quote(rule)}${hint}`, 'key');
      return [];
    }
    for (const [at, value] of list.entries())
      cases.push(...readCase({ name, index, n }, { ...located, path: [...path, at], value }, reading));
    // Mistakes are the same in every part.
    if (problems.count > before) break;
  }
  return cases;
}

interface CaseRule {
  readonly name: string;
  readonly index: number;
  readonly n: string | null;
}

function readCase(rule: CaseRule, at: Located, reading: Reading): readonly RuleCase[] {
  const { problems } = reading;
  const entry = validate(CaseSchema, at, { problems, env: null });
  if (entry === null) return [];
  const { name } = entry;
  const before = problems.count;
  const expect = parseExpectations(entry.expect, at, problems);
  if (expect.length === 0 && problems.count === before)
    problems.add(at.source, [...at.path, 'expect'], 'at least one expectation', 'none');
  return [
    {
      rule: rule.name,
      index: rule.index,
      ...(typeof name === 'string' ? { name } : { name: name.en, nameZh: name.zh }),
      points: readPoints(entry, rule, at, reading),
      events: parseEvents(entry.events, at, problems),
      expect,
      also: entry.also.map((other, index) => toOther(other, index, rule, at, reading)),
      everyMs: entry.every === null ? null : toMs(entry.every),
    },
  ];
}

function toOther(other: string, index: number, { n }: CaseRule, at: Located, reading: Reading): string {
  const name = fill(other, n);
  const known = [...reading.names.rules.keys()];
  if (!known.includes(name)) {
    const found = `${quote(other)}${didYouMean(name, known)}`;
    reading.problems.add(at.source, [...at.path, 'also', index], 'a rule of the profile', found);
  }
  return name;
}

function readPoints(
  entry: CaseEntry,
  rule: CaseRule,
  at: Located,
  reading: Reading,
): ReadonlyMap<number, readonly SignalStep[]> {
  const points = new Map<number, readonly SignalStep[]>();
  const base = [...at.path, 'points'];
  const own = rule.name.includes('/') ? (rule.name.split('/')[0] ?? null) : null;
  for (const [name, series] of toEntries(entry.points ?? {}, base, reading)) {
    const index = findPoint(fill(name, rule.n), own, [...base, name], reading);
    if (index === null) continue;
    const steps = toTimed(series, { ...at, path: [...base, name] }, reading.problems, (value, place) => {
      const signal = parseSignal(value);
      if (signal === null) reading.problems.add(at.source, place, SIGNAL_WORDS, toFound(value, place));
      return signal && { signal };
    });
    points.set(index, steps);
  }
  return points;
}

/** A part's rule names its own points first, then those of the whole equipment. */
function findPoint(name: string, own: string | null, path: Path, reading: Reading): number | null {
  const { points } = reading.names;
  const index = (own === null ? undefined : points.get(`${own}/${name}`)) ?? points.get(name);
  if (index !== undefined) return index;
  const found = `${quote(name)}${didYouMean(name, [...points.keys()])}`;
  reading.problems.add(reading.located.source, path, 'a point of the profile', found, 'key');
  return null;
}

/** What `{n}` in the name stands for; one null when there is none in it. */
function toNumbers(name: string, { parts }: Names): readonly (string | null)[] {
  const [part = ''] = name.split('/');
  if (!part.includes('{n}')) return [null];
  const [before = '', after = ''] = part.split('{n}');
  const numbers = parts.flatMap((id) => {
    const number =
      id.startsWith(before) && id.endsWith(after) ? id.slice(before.length, id.length - after.length) : '';
    return /^\d+$/.test(number) ? [number] : [];
  });
  return numbers.length === 0 ? ['1'] : numbers;
}

function fill(name: string, n: string | null): string {
  return n === null ? name : name.replaceAll('{n}', n);
}
