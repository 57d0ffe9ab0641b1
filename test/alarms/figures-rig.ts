/** What the tests of the figures share: a site in Shanghai on one day, scripted alarms counted and viewed. */
import { createFigures, type Figures } from '../../src/alarms/figures/figures.ts';
import { stepFigures } from '../../src/alarms/figures/step.ts';
import { type FigureRequest, viewFigures } from '../../src/alarms/figures/view.ts';
import { keyOf, ScriptedAlarm, toFigureEvent } from './figures-log.ts';

export const ZONE = 'Asia/Shanghai';
/** Midnight in Shanghai, 2026-11-22. */
export const DAY = Date.UTC(2026, 10, 21, 16);
export const DATE = '2026-11-22';
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

export function view(
  figures: Figures,
  nowMs: number,
  changes: Partial<FigureRequest> = {},
): ReturnType<typeof viewFigures> {
  const request = { fromDate: DATE, toDate: DATE, scope: {}, rules: 1, ...changes };
  return viewFigures(figures, request, nowMs);
}

export function count(alarms: readonly ScriptedAlarm[], sinceMs = DAY): Figures {
  const events = alarms.flatMap(({ events: own }) => own).toSorted((a, b) => a.atMs - b.atMs);
  return stepFigures(createFigures(ZONE, sinceMs), events.map(toFigureEvent));
}

/** So many alarms raised one after another, each of its own rule. */
export function raiseMany(
  n: number,
  fromMs: number,
  everyMs: number,
  changes = {},
): readonly ScriptedAlarm[] {
  return Array.from({ length: n }, (_, at) => {
    const alarm = new ScriptedAlarm(keyOf('pump', `r-${fromMs}-${at}`));
    alarm.raise(fromMs + at * everyMs, changes);
    return alarm;
  });
}
