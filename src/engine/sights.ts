/**
 * Which rules have become blind, or can be judged again, without an open occurrence whose history would say so: for the figures
 * (alarms.md E, blind time). Only edges are told; what is open, out of service or switched off is not.
 */
import type { Sight } from '../alarms/figures/blind-time.ts';
import type { SiteModel } from '../config/model.ts';
import { defined } from '../core/assert.ts';
import type { AlarmKey } from '../core/ids.ts';
import type { Evaluator, RuleChange } from '../rules/evaluator.ts';
import type { Causes } from './causes.ts';
import type { Tentative } from './tentative.ts';

export interface SightStep {
  readonly sights: readonly Sight[];
  /** They are stored, as far as anything is. */
  settle(): void;
}

export class Sights {
  /** Rules that were told to be blind. */
  readonly #blind = new Set<AlarmKey>();

  /** @param changes rules whose output has changed before the round; what the round has decided is in `tx` */
  step(
    tx: Tentative,
    rules: Pick<Evaluator, 'state'>,
    model: SiteModel,
    causes: Pick<Causes, 'rule'>,
    changes: readonly RuleChange[],
    nowMs: number,
  ): SightStep {
    const sights: Sight[] = [];
    const look = (index: number, sinceMs: number | null): void => {
      const { isDisabled, def, delay } = rules.state(index);
      const isTold = !isDisabled && delay.blindSinceMs !== null && isOwn(tx, def.key);
      if (isTold === this.#blind.has(def.key)) return;
      sights.push({
        key: def.key,
        atMs: nowMs,
        blindSinceMs: isTold ? (sinceMs ?? delay.blindSinceMs) : null,
      });
    };
    const decided = toDecided(tx);
    for (const { rule } of changes) {
      if (!decided.has(defined(model.rules[rule], 'a changed rule').key)) look(rule, null);
    }
    // What its occurrence, or its permit, has covered until now is counted there.
    for (const key of decided) {
      const rule = causes.rule(key);
      if (rule !== null) look(rule.index, nowMs);
    }
    return { sights, settle: () => this.#settle(sights) };
  }

  #settle(sights: readonly Sight[]): void {
    for (const { key, blindSinceMs } of sights) {
      if (blindSinceMs === null) this.#blind.delete(key as AlarmKey);
      else this.#blind.add(key as AlarmKey);
    }
  }
}

function isOwn(tx: Tentative, key: AlarmKey): boolean {
  return tx.occurrence(key) === null && (tx.control(key)?.outOfService ?? null) === null;
}

/** Alarms whose occurrence has ended in this round, or that people have decided about. */
function toDecided(tx: Tentative): ReadonlySet<AlarmKey> {
  return new Set([
    ...tx.alarmEvents.filter(({ type }) => type === 'ended').map(({ occurrence }) => occurrence.key),
    ...tx.controlEvents.map(({ control }) => control.key),
  ]);
}
