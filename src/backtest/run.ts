/**
 * One backtest from its request to its result: reads the site, the journal and the records, runs the rules, compares. Runs in
 * a thread of its own (worker.ts), which is ended to cancel it: it holds nothing that would have to be given back.
 */
import { join } from 'node:path';
import type { SiteModel } from '../config/model.ts';
import { ruleOverridesOf, withRuleOverrides } from '../config/rule-overrides.ts';
import { type Problem, RiserError } from '../core/errors.ts';
import type { Text } from '../core/text.ts';
import { checkSelf } from './check.ts';
import { compareSides, type SideResult } from './compare.ts';
import { type Course, runCourse } from './course.ts';
import { findFirstMs, type ReadingsPiece, readReadings } from './journal-readings.ts';
import type { BacktestProgress, BacktestRequest, BacktestResult, Coverage, RuleOverride } from './port.ts';
import { readRecorded } from './recorded.ts';
import { Side } from './side.ts';
import { isPolled, toModelNotes, toReadPoints, toReplayModel, toWarmUpMs } from './site.ts';
import { STAFF, type StaffTimes } from './staff.ts';

export interface BacktestParts {
  /** The rules of today. */
  readonly model: SiteModel;
  /** The changed ones over the same points; null = a self-check. */
  readonly changed: SiteModel | null;
  readonly range: { readonly fromMs: number; readonly toMs: number };
  readonly dataDirectory: string;
  readonly onProgress: (progress: BacktestProgress) => void;
  /** Default: fewer readings than were polled, as a journal has them (site.ts). */
  readonly isThinned?: boolean;
  /** Default: STAFF; null = nobody does anything. */
  readonly staff?: StaffTimes | null;
}

/** Of the data directory; telemetry writes it. */
const JOURNAL = 'journal';
/** Every polled point is journalled once a minute: silence of some minutes means that nothing was. */
const SILENCE_MS = 5 * 60_000;

/** @throws the error of the file system or of SQLite */
export function runBacktest(parts: BacktestParts): BacktestResult {
  const { model, changed, range, dataDirectory } = parts;
  const { sides, coverage } = walk([model, ...(changed === null ? [] : [changed])], parts);
  const recorded = readRecorded(dataDirectory, range.fromMs, range.toMs);
  const [before, after] = sides as [Side, Side | undefined];
  if (changed !== null && after !== undefined) {
    const results = { before: toResult(before, model), after: toResult(after, changed) };
    return compareSides({ coverage, recorded, ...results });
  }
  const gapWithin = before.gapWithin.bind(before);
  const tally = before.total();
  return checkSelf({ coverage, model, tally, stretches: before.stretches(), recorded, gapWithin });
}

/**
 * Today's rules with these changes.
 * @throws RiserError `backtest-refused` when one does not fit
 */
export function toChangedModel(model: SiteModel, overrides: readonly RuleOverride[]): SiteModel {
  const problems: Problem[] = [];
  const changed = withRuleOverrides(model, mergeOverrides(model, overrides), (_, found) =>
    problems.push(...found),
  );
  const [first] = problems;
  if (first !== undefined) throw toRefusal(first);
  return changed;
}

/** Those that hold, each in place of the one of the same rule. */
export function mergeOverrides(
  model: SiteModel,
  overrides: readonly RuleOverride[],
): readonly RuleOverride[] {
  const isReplaced = (held: RuleOverride): boolean =>
    overrides.some((it) => it.equipment === held.equipment && it.rule === held.rule);
  return [...ruleOverridesOf(model).filter((held) => !isReplaced(held)), ...overrides];
}

export function toRefusal({ file, path, expected, found }: Problem): RiserError {
  return new RiserError('backtest-refused', { change: file, reason: `${path}: ${expected} (${found})` });
}

/** @throws RiserError `backtest-range` */
export function checkRange({ fromMs, toMs }: Pick<BacktestRequest, 'fromMs' | 'toMs'>, maxMs: number): void {
  const isRange = Number.isFinite(fromMs) && Number.isFinite(toMs) && fromMs < toMs;
  if (!isRange || toMs - fromMs > maxMs)
    throw new RiserError('backtest-range', { days: Math.floor(maxMs / 86_400_000) });
}

interface Walked {
  readonly sides: readonly Side[];
  readonly coverage: Coverage;
}

function walk(models: readonly SiteModel[], parts: BacktestParts): Walked {
  const { range, onProgress, isThinned = true, staff = STAFF } = parts;
  const begunMs = performance.now();
  const startMs = range.fromMs - toWarmUpMs(models);
  const sides = models.map(
    (model) => new Side({ model: isThinned ? toReplayModel(model) : model, startMs, range, staff }),
  );
  const isRead = toReadPoints(models);
  const source = openSource(parts, isRead, startMs);
  const course = runCourse(source.pieces, {
    epoch: parts.model.epoch,
    replays: sides.map(({ replay }) => replay),
    range,
    silenceMs: isPolled(parts.model, isRead) ? SILENCE_MS : Number.POSITIVE_INFINITY,
    lostToMs: source.heldFromMs ?? range.toMs,
    onProgress,
    elapsedMs: () => performance.now(),
  });
  const elapsedMs = performance.now() - begunMs;
  const { readings, gaps } = course;
  const readingsPerS = Math.round((1000 * readings) / Math.max(1, elapsedMs));
  const notes = [...toModelNotes(models), ...toCourseNotes(course, source.damage(), staff)];
  const { heldFromMs } = source;
  return { sides, coverage: { ...range, heldFromMs, readings, elapsedMs, readingsPerS, gaps, notes } };
}

interface Source {
  readonly pieces: Iterable<ReadingsPiece>;
  readonly heldFromMs: number | null;
  /** Places that could not be read so far. */
  damage(): number;
}

function openSource(
  { model, range, dataDirectory }: BacktestParts,
  isRead: Uint8Array,
  fromMs: number,
): Source {
  const directory = join(dataDirectory, JOURNAL);
  let damage = 0;
  const onDamage = (): void => {
    damage += 1;
  };
  const points = model.points.map(({ id }) => id);
  return {
    pieces: readReadings({ directory, points, isRead, fromMs, toMs: range.toMs, onDamage }),
    heldFromMs: findFirstMs(directory),
    damage: () => damage,
  };
}

function toResult(side: Side, model: SiteModel): SideResult {
  return { model, stretches: side.clipped(), tallies: side.tallies(), total: side.total() };
}

function toCourseNotes({ gapsLeftOut }: Course, damage: number, staff: StaffTimes | null): readonly Text[] {
  const notes: Text[] = [];
  if (staff !== null) {
    const [minutes, hours] = [staff.acknowledgeMs / 60_000, staff.finishMs / 3_600_000];
    notes.push({
      zh: `回放假定：告警恢复 ${minutes} 分钟后有人确认，全部恢复 ${hours} 小时后工单办结；工单数按此推算。`,
      en: `The replay assumes that alarms are acknowledged ${minutes} min after their return and tickets are done ${hours} h after all is normal; the numbers of tickets follow from it.`,
    });
  }
  if (damage > 0)
    notes.push({
      zh: `日志库有 ${damage} 处无法读取，其中的读数未参与回放。`,
      en: `${damage} places of the journal cannot be read; their readings were left out.`,
    });
  if (gapsLeftOut > 0)
    notes.push({ zh: `另有 ${gapsLeftOut} 处停运未列出。`, en: `${gapsLeftOut} more gaps are not listed.` });
  return notes;
}
