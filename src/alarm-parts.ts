/**
 * Joins what people decide about alarm rules, and what is made of alarms, with the running gateway: changes of rules,
 * backtests, the alarm figures. Opened before the engine, because the engine starts with the rules that hold.
 */
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { type AlarmFigures, createAlarmFigures } from './alarm-figures.ts';
import { Backtests } from './backtest/runner.ts';
import { createThreadRun } from './backtest/thread.ts';
import type { SiteModel } from './config/model.ts';
import type { Environment } from './config/references.ts';
import type { Clock } from './core/clock.ts';
import type { Feed } from './core/feed.ts';
import type { Engine } from './engine/engine.ts';
import { openRuleChanges, type RuleChanges } from './rule-changes/rule-changes.ts';
import { RuleTestRuns } from './rule-tests/runner.ts';
import { createThreadPlay } from './rule-tests/thread.ts';
import type { RuleChangeRow, Store } from './store/store.ts';

export interface AlarmPartsOptions {
  /** As the files have it. */
  readonly model: SiteModel;
  /** With which they were read; default: that of the process. */
  readonly env?: Environment | undefined;
  readonly store: Store;
  readonly dataDirectory: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly changes: Feed<RuleChangeRow>;
}

export interface AlarmParts {
  readonly rules: RuleChanges;
  readonly ruleTests: RuleTestRuns;
  readonly backtests: Backtests;
  readonly figures: AlarmFigures;
  /** The engine runs: from now on approved changes take effect at once, and figures are made. */
  start(engine: Pick<Engine, 'replaceModel'>): void;
  /** Before the store is closed. */
  stop(): Promise<void>;
}

/** @throws RiserError `store-failed` */
export async function openAlarmParts(options: AlarmPartsOptions): Promise<AlarmParts> {
  const { model, store, clock, log, changes } = options;
  const onChange = (change: RuleChangeRow): void => changes.publish(change);
  const rules = await openRuleChanges({ model, store, clock, log, createId: randomUUID, onChange });
  const backtests = createBacktests(options, rules);
  const play = createThreadPlay(new URL('./rule-tests-thread.ts', import.meta.url));
  const ruleTests = new RuleTestRuns({ model: () => rules.model(), play, clock });
  const figures = createAlarmFigures({ store, timeZone: model.site.timeZone, clock, log });
  return {
    rules,
    ruleTests,
    backtests,
    figures,
    start(engine) {
      rules.follow((live) => engine.replaceModel(live.model, live.disabled), backtests);
      figures.start();
    },
    async stop() {
      await ruleTests.stop();
      await backtests.stop();
      await figures.stop();
    },
  };
}

function createBacktests(
  { model, env, dataDirectory, clock, log }: AlarmPartsOptions,
  rules: RuleChanges,
): Backtests {
  const run = createThreadRun(new URL('./backtest-thread.ts', import.meta.url), { env });
  const held = () => rules.overrides();
  return new Backtests({ model, held, dataDirectory, run, createId: randomUUID, clock, log });
}
