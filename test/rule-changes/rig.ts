/** A loaded site with changes of rules over a store that is a list; the engine is a list of models that it was given. */
import pino from 'pino';
import type { BacktestStatus, Comparison } from '../../src/backtest/port.ts';
import type { SiteModel } from '../../src/config/model.ts';
import { RiserError } from '../../src/core/errors.ts';
import { type EquipmentId, type RuleId, toId } from '../../src/core/ids.ts';
import type { AlignedModel } from '../../src/rule-changes/align.ts';
import type { RuleProposal } from '../../src/rule-changes/port.ts';
import { openRuleChanges, type RuleChanges } from '../../src/rule-changes/rule-changes.ts';
import type { AuditRow, RuleChangeRow, StoreQueries, WriteBatch } from '../../src/store/store.ts';
import { load } from '../config/support/load.ts';
import { HEAD, LINE, write } from '../config/support/site.ts';
import { createFakeClock, type FakeClock } from '../support/clock.ts';

/** A pump set `set-1` (pressure-low: medium, below 2) and a fire tank. @param rules of the set, as in the site file */
export function loadHouse(directory: string, rules = ''): SiteModel {
  return load(
    write(
      `${HEAD}links:\n${LINE}equipment:
  - { id: set-1, profile: pump-set, link: line, location: room, name: { zh: 一号, en: Set 1 }, rules: [${rules}] }
  - { id: tank, profile: fire-tank, link: line, location: room, name: { zh: 水池, en: Tank } }
`,
      directory,
    ),
  );
}

export const SET: EquipmentId = toId('set-1');
export const PRESSURE: RuleId = toId('pressure-low');
export const KEY = 'house/set-1/pressure-low';

export const propose = (change: Partial<RuleProposal> = {}): RuleProposal => ({
  equipment: SET,
  rule: PRESSURE,
  override: { lo: { limit: 3 } },
  reason: 'raises at every start',
  by: 'engineer',
  ...change,
});

/** Without a backtest, by the supervisor. */
export const approval = (by = 'supervisor', isUntested = true) => ({ by, note: '', isUntested });

export interface Rig {
  readonly clock: FakeClock;
  /** Rows as they are stored. Key: id. */
  readonly rows: Map<string, RuleChangeRow>;
  readonly audit: AuditRow[];
  /** What the engine was given. */
  readonly applied: AlignedModel[];
  /** What was announced. */
  readonly announced: RuleChangeRow[];
  readonly logged: string[];
  readonly backtests: Map<string, BacktestStatus>;
  /** Commits fail until told otherwise. */
  failCommits(isFailing: boolean): void;
  /** The engine refuses as it does while it stops. */
  stopEngine(): void;
  /** Opens them anew over what is stored. */
  open(model: SiteModel): Promise<RuleChanges>;
}

export function createRig(): Rig {
  const clock = createFakeClock();
  const rows = new Map<string, RuleChangeRow>();
  const backtests = new Map<string, BacktestStatus>();
  const [audit, applied, announced, logged]: [AuditRow[], AlignedModel[], RuleChangeRow[], string[]] = [
    [],
    [],
    [],
    [],
  ];
  let isFailing = false;
  let isStopping = false;
  let ids = 0;
  const commit = async ({ writes }: WriteBatch): Promise<void> => {
    if (isFailing) throw new RiserError('store-failed');
    for (const one of writes) {
      if (one.type === 'rule-change') rows.set(one.change.id, one.change);
      else if (one.type === 'audit') audit.push(one.entry);
      else throw new Error(`${one.type} is not written here`);
    }
  };
  const ruleChanges: StoreQueries['ruleChanges'] = async ({ state, limit, offset }) => {
    const items = [...rows.values()].reverse().filter((row) => state === undefined || row.state === state);
    return { items: items.slice(offset, offset + limit), total: items.length };
  };
  const store = { commit, queries: { ruleChanges } as unknown as StoreQueries };
  const log = pino({ level: 'info' }, { write: (line: string) => void logged.push(line) });
  return {
    clock,
    rows,
    audit,
    applied,
    announced,
    logged,
    backtests,
    failCommits: (value) => void (isFailing = value),
    stopEngine: () => void (isStopping = true),
    async open(model) {
      const createId = () => `change-${++ids}`;
      const onChange = (row: RuleChangeRow) => void announced.push(row);
      const changes = await openRuleChanges({ model, store, clock, log, createId, onChange });
      const apply = async (live: AlignedModel): Promise<void> => {
        if (isStopping) throw new RiserError('engine-busy');
        applied.push(live);
      };
      changes.follow(apply, { status: (id) => backtests.get(id) ?? null });
      return changes;
    },
  };
}

/** A backtest that is done. @param missed confirmed incidents */
export function toDone(id: string, missed: number): BacktestStatus {
  const result = {
    type: 'compare',
    missed: Array.from({ length: missed }, () => ({})),
    needsSecondApprover: missed > 0,
  };
  return {
    id,
    request: { type: 'compare', fromMs: 1, toMs: 2, overrides: [] },
    by: 'engineer',
    askedAtMs: 0,
    startedAtMs: 0,
    endedAtMs: 1,
    state: 'done',
    progress: { ratio: 1, readings: 0, reachedMs: 2 },
    result: result as unknown as Comparison,
    error: null,
  };
}
