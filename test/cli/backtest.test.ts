/** `backtest` on the command line: changes as options, refusals in one line, results as people read them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import type { Comparison, Incident, SelfCheck, SideTally } from '../../src/backtest/port.ts';
import { toChangedModel } from '../../src/backtest/run.ts';
import { CATALOG } from '../../src/catalog.ts';
import { backtest, toSetOverrides } from '../../src/cli/backtest.ts';
import { toBacktestText } from '../../src/cli/backtest-text.ts';
import { loadSite } from '../../src/config/load.ts';

const AT_MS = Date.UTC(2026, 10, 20, 16, 30, 0);
const COVERAGE = {
  fromMs: AT_MS,
  toMs: AT_MS + 3_600_000,
  heldFromMs: AT_MS,
  readings: 10,
  elapsedMs: 1,
  readingsPerS: 10_000,
  gaps: [{ fromMs: AT_MS, toMs: AT_MS + 60_000, reason: 'gateway-down' }],
  notes: [{ zh: '注意', en: 'mind' }],
} as const;
const SIDE: SideTally = {
  raises: 2,
  nightRaises: 1,
  tickets: 1,
  nightTickets: 1,
  activeMs: 60_000,
  notEvaluableMs: 60_000,
  notEvaluableRatio: 1 / 60,
  notEvaluableBy: { 'gateway-down': 60_000 },
  floods: 0,
  floodMs: 0,
};
const MISSED = {
  key: 'site/pump/high',
  equipment: 'pump',
  rule: 'high',
  severity: 'high',
  equipmentName: { zh: '水泵', en: 'Pump' },
  text: { zh: '压力高', en: 'pressure high' },
  verdict: 'confirmed',
  outcome: 'missed',
  occurrence: 'o-1',
  ticketNumber: 'GC20261121-0001',
  historyAtMs: AT_MS,
  beforeAtMs: AT_MS,
  afterAtMs: null,
  deltaMs: null,
} as unknown as Incident;

describe('changes as options', () => {
  test('each --set belongs to the --rule before it, with dots as a path and values as YAML', () => {
    const options = [
      ['rule', 'pump-1/pressure'],
      ['set', 'hi.limit=0.5'],
      ['set', 'hi.deadband=null'],
      ['set', 'onDelayMs=30000'],
      ['rule', 'set/pump-2/offline'],
      ['set', 'enabled=false'],
    ];
    expect(toSetOverrides(options)).toEqual([
      {
        equipment: 'pump-1',
        rule: 'pressure',
        override: { hi: { limit: 0.5, deadband: null }, onDelayMs: 30_000 },
      },
      { equipment: 'set/pump-2', rule: 'offline', override: { enabled: false } },
    ]);
  });

  test.each([
    [[['set', 'a=1']], '--set'],
    [[['rule', 'pump-1']], '--rule'],
    [
      [
        ['rule', 'pump-1/x'],
        ['set', 'a'],
      ],
      '--set',
    ],
    [[['rule', 'pump-1/x']], '--rule'],
  ])('%j is refused', (options, name) => {
    expect(() => toSetOverrides(options)).toThrow(name);
  });
});

describe('the examples as they are printed', () => {
  const project = join(import.meta.dirname, '../..');
  const demo = loadSite(join(project, 'config/demo.yaml'), { catalog: CATALOG, env: {}, epoch: 1 });

  test('every change in docs/backtest.md fits the site that it names', () => {
    const text = readFileSync(join(project, 'docs/backtest.md'), 'utf8');
    const lines = text
      .split('\n')
      .filter((line) => line.includes('backtest --config') && line.includes('--set'));
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) {
      expect(line).toContain('--config config/demo.yaml');
      const changed = toChangedModel(demo, toSetOverrides(toOptions(line)));
      expect(changed.rules.map(({ version }) => version)).not.toEqual(
        demo.rules.map(({ version }) => version),
      );
    }
  });

  test('every property that the help names is one of a rule', async () => {
    const printed = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    await backtest(['--help']);
    const help = String(printed.mock.calls[0]?.[0]);
    printed.mockRestore();
    const line = /--set PATH=VALUE .*: (.*);/.exec(help)?.[1] ?? '';
    const sets = line.split(', ').map((set) => ['set', set]);
    expect(sets.length).toBeGreaterThan(2);
    expect(() =>
      toChangedModel(demo, toSetOverrides([['rule', 'dws-1/pressure-high'], ...sets])),
    ).not.toThrow();
  });
});

/** Options of a command line without quotes. */
function toOptions(line: string): readonly (readonly string[])[] {
  return [...line.matchAll(/--(rule|set) (\S+)/g)].map(([, name = '', value = '']) => [name, value]);
}

describe('results as text', () => {
  const result: Comparison = {
    type: 'compare',
    coverage: COVERAGE,
    before: SIDE,
    after: { ...SIDE, raises: 1 },
    rules: [],
    incidents: [MISSED],
    incidentsLeftOut: 0,
    outcomes: { same: 0, earlier: 0, later: 0, missed: 1, avoided: 0, extra: 0, 'not-evaluable': 0 },
    missed: [MISSED],
    needsSecondApprover: true,
    disturbance: { tickets: 0, nightRaises: 0, raises: -1 },
  };

  test('a confirmed incident that would be missed stands first, at the time of the site', () => {
    const [first, second] = toBacktestText(result, 'zh', 'Asia/Shanghai').split('\n');
    expect(first).toBe('!!! 漏报 1 起已确认的真实故障，须两名不同人员批准：');
    expect(second).toBe('!!! 2026-11-21 00:30:00 漏报 pump/high 压力高 (属实 GC20261121-0001)');
    expect(toBacktestText(result, 'en', 'Asia/Shanghai')).toContain('raises: 2 → 1');
  });

  test('a week without alarms is nothing to compare, and what could not be judged is said', () => {
    const check: SelfCheck = {
      type: 'self-check',
      coverage: COVERAGE,
      tally: SIDE,
      compared: 0,
      agreed: 0,
      agreementPercent: 100,
      differences: [],
      differencesLeftOut: 0,
    };
    const text = toBacktestText(check, 'en', 'UTC');
    expect(text).toContain('nothing to compare');
    expect(text).toContain('not evaluable: 1.7 %');
    expect(text).toContain('gateway down');
  });
});
