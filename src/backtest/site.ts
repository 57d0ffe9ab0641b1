/** A site model as a replay runs it: what the journal leaves out is allowed for, and how far before its range it must begin. */
import type { RuleDef, SiteModel } from '../config/model.ts';
import type { Text } from '../core/text.ts';
import { RULE_TYPES } from '../rules/index.ts';
import { toOwnCount } from '../rules/rule-state.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/**
 * The journal leaves readings out that say nothing new for a minute: a second good sample that live raised an alarm is
 * missing in it. What a rule asks for in samples is asked for in time instead, which is how long they would have taken.
 */
export function toReplayModel(model: SiteModel): SiteModel {
  return { ...model, rules: model.rules.map((rule) => toTimed(model, rule)) };
}

/** By index of the point: 1 = a rule of one of the models reads it. All have the same points. */
export function toReadPoints(models: readonly SiteModel[]): Uint8Array {
  const isRead = new Uint8Array(models[0]?.points.length ?? 0);
  for (const { rules } of models)
    for (const { points } of rules) for (const point of points) isRead[point] = 1;
  return isRead;
}

/**
 * How long before the range the replay begins, so that running delays, windows and standing alarms are what they were.
 * Every point is journalled once a minute, so that a quarter of an hour tells what stood.
 */
export function toWarmUpMs(models: readonly SiteModel[]): number {
  const rules = models.flatMap((model) => model.rules);
  const delayMs = rules.reduce(
    (longest, { onDelayMs, offDelayMs }) => Math.max(longest, onDelayMs, offDelayMs),
    0,
  );
  const looksBack = rules.some(({ type }) => RULE_TYPES[type]?.memory !== undefined);
  return Math.min(24 * HOUR_MS, Math.max(15 * MINUTE_MS, 2 * delayMs, looksBack ? 6 * HOUR_MS : 0));
}

/** Whether links are polled, so that silence of minutes means that nothing was recorded. */
export function isPolled(model: SiteModel, isRead: Uint8Array): boolean {
  return model.points.some(({ index, staleMs }) => isRead[index] === 1 && staleMs !== null);
}

/** What the readings of a journal cannot tell these rules. */
export function toModelNotes(models: readonly SiteModel[]): readonly Text[] {
  const types = new Set(models.flatMap((model) => model.rules.map(({ type }) => type)));
  const notes: Text[] = [THINNED];
  if (['running-hours', 'starts'].some((type) => types.has(type))) notes.push(TOTALS);
  if (['stale', 'stuck', 'count', 'rate-of-change', 'drift', 'expression'].some((type) => types.has(type)))
    notes.push(WINDOWS);
  return notes;
}

const THINNED: Text = {
  zh: '日志库只记录超出死区的变化（另加每分钟一次的保持值）：限值落在死区之内的微小越限，回放可能与当时相差。',
  en: 'The journal holds changes beyond the dead-band and one reading a minute: what crosses a limit by less than the dead-band may come out differently.',
};
const TOTALS: Text = {
  zh: '运行小时、启动次数类规则从区间起点重新累计，当时的累计值不在日志库中。',
  en: 'Running hours and starts are counted from the beginning of the range: earlier totals are not in the journal.',
};
const WINDOWS: Text = {
  zh: '按窗口或更新间隔判断的规则，以日志库记录的读数为准，读数比现场采集稀疏。',
  en: 'Rules over windows or about missing updates are judged by the readings in the journal, which are fewer than were polled.',
};

function toTimed(model: SiteModel, rule: RuleDef): RuleDef {
  if (rule.minGoodSamples <= 1 || RULE_TYPES[rule.type]?.badInput === 'judge') return rule;
  const own = rule.points.slice(0, toOwnCount(rule));
  const pollMs = Math.max(0, ...own.map((point) => model.points[point]?.pollMs ?? 0));
  const onDelayMs = Math.max(rule.onDelayMs, (rule.minGoodSamples - 1) * pollMs);
  return { ...rule, minGoodSamples: 1, onDelayMs };
}
