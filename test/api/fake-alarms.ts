/** What the API asks about alarms and rules beside commands: answers from lists, remembers what it was asked. */

import { createFigures } from '../../src/alarms/figures/figures.ts';
import { viewFigures } from '../../src/alarms/figures/view.ts';
import type { BacktestPort, BacktestStatus } from '../../src/backtest/port.ts';
import type { SiteModel } from '../../src/config/model.ts';
import type { AlarmControl, Storm } from '../../src/core/alarm.ts';
import { RiserError } from '../../src/core/errors.ts';
import { toId } from '../../src/core/ids.ts';
import type { AlarmFiguresPort, ExplainPort, RuleExplanation } from '../../src/engine/alarm-view.ts';
import type { RuleChangesPort } from '../../src/rule-changes/port.ts';
import type { RuleTestReport, RuleTestsPort } from '../../src/rule-tests/port.ts';
import type { RuleChangeRow, StoreQueries } from '../../src/store/store.ts';
import { NOW_MS, OCCURRENCE, text } from './fixtures.ts';

type Record = (...call: readonly unknown[]) => void;

export const CONTROL: AlarmControl = {
  key: OCCURRENCE.key,
  equipment: OCCURRENCE.equipment,
  rule: OCCURRENCE.rule,
  shelf: { by: 'desk', atMs: NOW_MS - 1_000, reason: 'valve', untilMs: NOW_MS + 3_600_000, isOneShot: false },
  outOfService: null,
};

export const STORM: Storm = {
  id: toId('storm-1'),
  site: toId('tower'),
  beganAtMs: NOW_MS - 60_000,
  endedAtMs: null,
  root: OCCURRENCE.id,
  members: 12,
  peak: 12,
  ticket: null,
};

export const CHANGE: RuleChangeRow = {
  id: 'change-1',
  equipment: OCCURRENCE.equipment,
  rule: OCCURRENCE.rule,
  override: { onDelayMs: 20_000 },
  baseVersion: 'r1',
  state: 'proposed',
  by: 'engineer',
  atMs: NOW_MS,
  reason: 'flutters at night',
  reviewedBy: null,
  reviewedAtMs: null,
  reviewNote: '',
};

export const EXPLANATION: RuleExplanation = {
  atMs: NOW_MS,
  key: OCCURRENCE.key,
  equipment: OCCURRENCE.equipment,
  rule: OCCURRENCE.rule,
  ruleVersion: 'r1',
  type: 'threshold',
  severity: 'high',
  text: OCCURRENCE.text,
  state: 'B',
  occurrence: OCCURRENCE.id,
  readings: [
    {
      point: 'booster/outlet-pressure',
      name: text('outlet-pressure'),
      role: 'own',
      value: 0.15,
      valueText: text('0.15 MPa'),
      quality: 0,
      qualityText: text('good'),
      receivedMs: NOW_MS,
      holds: null,
    },
  ],
  layers: [{ layer: 'condition', verdict: 'true', text: text('below 0.2'), detail: { limit: 0.2 } }],
  causes: [],
};

export const BACKTEST: BacktestStatus = {
  id: 'backtest-1',
  request: { type: 'compare', fromMs: 0, toMs: NOW_MS, overrides: [] },
  by: 'engineer',
  askedAtMs: NOW_MS,
  startedAtMs: NOW_MS,
  endedAtMs: null,
  state: 'running',
  progress: { ratio: 0.25, readings: 1_000, reachedMs: NOW_MS - 1_000 },
  result: null,
  error: null,
};

export function createFakeExplain(): ExplainPort {
  return {
    explain: (equipment, rule) =>
      equipment === OCCURRENCE.equipment && rule === OCCURRENCE.rule ? EXPLANATION : null,
    explainOccurrence: (id) => (id === OCCURRENCE.id ? EXPLANATION : null),
  };
}

/** Figures of a site on which nothing has happened. */
export function createFakeFigures(record: Record): AlarmFiguresPort {
  return {
    async view(question) {
      record('figures', question);
      return viewFigures(createFigures('Asia/Shanghai', NOW_MS - 3_600_000), question, NOW_MS);
    },
  };
}

/** Every id but `nothing` is a change that waits. */
export function createFakeRuleChanges(model: () => SiteModel, record: Record): RuleChangesPort {
  const decide = (action: string, state: RuleChangeRow['state']) => async (id: string, review: object) => {
    record(action, id, review);
    if (id === 'nothing') throw new RiserError('not-found', { what: text('change') });
    return { ...CHANGE, id, state };
  };
  const find: RuleChangesPort['rule'] = (equipment, id) => {
    const rule = model().rules.find((one) => one.equipment === equipment && one.id === id);
    return rule === undefined ? null : { rule, isEnabled: true, change: null };
  };
  return {
    model,
    rules: () => model().rules.map((rule) => ({ rule, isEnabled: true, change: null })),
    rule: find,
    unfit: () => new Map(),
    check: (equipment, rule, override) => {
      record('check', equipment, rule, override);
      return find(equipment, rule)?.rule ?? null;
    },
    propose: async (proposal) => {
      record('propose', proposal);
      return {
        change: { ...CHANGE, ...proposal },
        rule: find(proposal.equipment, proposal.rule)?.rule ?? null,
      };
    },
    proposed: decide('proposed', 'proposed') as RuleChangesPort['proposed'],
    approve: decide('approve', 'approved'),
    refuse: decide('refuse', 'refused'),
    withdraw: decide('withdraw', 'withdrawn'),
    tested: async (id, backtest) => record('tested', id, backtest),
    noteResult: async (backtest) => record('noteResult', backtest),
  };
}

/** One case of one rule; a run fails it. */
export function createFakeRuleTests(record: Record): RuleTestsPort {
  const tested: RuleTestReport = {
    file: 'tests/generic-booster-2p.yaml',
    cases: [
      {
        name: text('below its limit'),
        points: [
          {
            point: 'outlet-pressure',
            steps: [
              { atMs: 0, signal: { type: 'held', value: 0.1, quality: null, lateMs: 0 } },
              { atMs: 5_000, signal: { type: 'silent' } },
            ],
          },
          {
            point: 'pump-1/running',
            steps: [{ atMs: 0, signal: { type: 'alternate', values: [0, 1], everyMs: 2_000 } }],
          },
        ],
        events: [{ atMs: 2_000, happening: { type: 'clock', byMs: -3_600_000 }, refused: null }],
        expect: [
          { atMs: 1_000, expected: { isNothing: true } },
          {
            atMs: 9_000,
            expected: { state: 'B', level: 'lo', ticket: { class: 'engineering', priority: 'normal' } },
          },
        ],
        also: [],
        everyMs: null,
      },
    ],
    lastRun: null,
  };
  const failures = [{ atMs: 9_000, expected: 'B lo', found: 'A' }];
  return {
    list: async (_equipment, rule) => (rule === OCCURRENCE.rule ? tested : null),
    async run(equipment, rule) {
      record('runRuleTests', equipment, rule);
      const outcomes = [{ failures, timeline: ['0s  outlet-pressure = 0.1'] }];
      return { ...tested, lastRun: { atMs: NOW_MS, tookMs: 7, outcomes } };
    },
  };
}

/** One that runs; every id but `nothing` is known. */
export function createFakeBacktests(record: Record): BacktestPort {
  return {
    start(request, by) {
      record('backtest', request, by);
      return BACKTEST.id;
    },
    checkOverrides: () => [],
    status: (id) => (id === 'nothing' ? null : { ...BACKTEST, id }),
    list: () => [BACKTEST],
    cancel: (id) => {
      record('cancel', id);
      return id !== 'nothing';
    },
  };
}

export const ALARM_QUERIES: Pick<
  StoreQueries,
  | 'alarmsBetween'
  | 'alarmControls'
  | 'alarmKeyHistory'
  | 'storms'
  | 'storm'
  | 'stormMembers'
  | 'ruleChanges'
  | 'drills'
  | 'figures'
> = {
  alarmsBetween: async () => [],
  alarmControls: async () => [CONTROL],
  alarmKeyHistory: async () => [],
  storms: async () => ({ items: [STORM], total: 1 }),
  storm: async (id) => (id === 'nothing' ? null : { ...STORM, id: toId(id) }),
  stormMembers: async () => ({ items: [OCCURRENCE], total: 1 }),
  ruleChanges: async () => ({ items: [CHANGE], total: 1 }),
  drills: async () => new Map(),
  figures: async () => [],
};
