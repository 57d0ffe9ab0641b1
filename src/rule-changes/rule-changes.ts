/**
 * Changes of rules by people: proposed, reviewed, in force while the gateway runs, kept in the store. The only writer of
 * their rows, one decision after the other. What a change may be is checked by the code that checks the files
 * (config/rule-overrides.ts); how the running engine takes a model over is handed in.
 *
 *   propose ─▶ store   approve ─▶ model with the change ─▶ store ─▶ engine      start: stored ones on top of the files
 */

import type { Logger } from 'pino';
import type { BacktestPort } from '../backtest/port.ts';
import type { RuleDef, SiteModel } from '../config/model.ts';
import { applyRuleOverride, type RuleOverride, withRuleOverrides } from '../config/rule-overrides.ts';
import type { Clock } from '../core/clock.ts';
import { type Problem, RiserError, RuleChangeError } from '../core/errors.ts';
import { type AlarmKey, type EquipmentId, type RuleId, toAlarmKey } from '../core/ids.ts';
import { createTurns } from '../core/in-turn.ts';
import { LIMITS } from '../core/limits.ts';
import type { AuditRow, RuleChangeRow, Store, Write } from '../store/store.ts';
import { type AlignedModel, alignRules } from './align.ts';
import { RULE_CHANGE_LIMITS } from './limits.ts';
import type { Approval, CheckedChange, Review, RuleChangesPort, RuleInForce, RuleProposal } from './port.ts';
import { approveChange, refuseChange, requireReason, withdrawChange } from './review.ts';
import { toVerdict } from './verdict.ts';

export interface RuleChangesOptions {
  /** As the files have it. */
  readonly model: SiteModel;
  readonly store: Pick<Store, 'commit' | 'queries'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly createId: () => string;
  /** Told of every proposal and decision that is stored. */
  readonly onChange?: (change: RuleChangeRow) => void;
}

export interface RuleChangeCounters {
  readonly proposed: number;
  readonly inForce: number;
  /** Approved, and not in force because they do not fit the files any more. */
  readonly unfit: number;
  /** Proposals refused because too many waited. */
  readonly refused: number;
}

/** Takes the place of what runs when the decision is stored. */
interface Plan extends AlignedModel {
  /** As it was built, for the next check; its rules may stand at other indexes. */
  readonly built: SiteModel;
}

/** Order of calls: `openRuleChanges`, `model` for those who start with it, `follow` once the engine runs. */
export class RuleChanges implements RuleChangesPort {
  readonly #options: RuleChangesOptions;
  /** Those that wait for a review. Key: id. */
  readonly #proposed = new Map<string, RuleChangeRow>();
  /** In force or unfit, the last one of each rule, oldest first. Key: alarm key. */
  readonly #approved = new Map<AlarmKey, RuleChangeRow>();
  readonly #unfit = new Map<string, readonly Problem[]>();
  #running: SiteModel;
  #built: SiteModel;
  #disabled: ReadonlySet<AlarmKey> = new Set();
  #apply: (live: AlignedModel) => Promise<void> = () => Promise.resolve();
  #backtests: Pick<BacktestPort, 'status'> | null = null;
  readonly #inTurn = createTurns();
  #refused = 0;

  /** @param rows proposed and approved ones, in the order in which they were decided */
  constructor(options: RuleChangesOptions, rows: readonly RuleChangeRow[]) {
    this.#options = options;
    for (const row of rows) {
      if (row.state === 'proposed') this.#proposed.set(row.id, row);
      if (row.state === 'approved') this.#approved.set(this.#keyOf(row), row);
    }
    this.#built = this.#approved.size > 0 ? this.#applyStored() : options.model;
    this.#running = this.#built;
  }

  /** From now on approved changes take effect at once. @param apply takes the model over @param backtests null = there are none */
  follow(apply: (live: AlignedModel) => Promise<void>, backtests: Pick<BacktestPort, 'status'> | null): void {
    this.#apply = apply;
    this.#backtests = backtests;
  }

  model(): SiteModel {
    return this.#running;
  }

  *rules(): IterableIterator<RuleInForce> {
    for (const rule of this.#running.rules) yield this.#toInForce(rule);
    for (const row of this.#approved.values()) {
      const off = this.#findSwitchedOff(this.#keyOf(row));
      if (off !== null) yield off;
    }
  }

  rule(equipment: EquipmentId, rule: RuleId): RuleInForce | null {
    const key = toAlarmKey(this.#running.site.id, equipment, rule);
    const found = this.#running.rules.find((one) => one.key === key);
    return found === undefined ? this.#findSwitchedOff(key) : this.#toInForce(found);
  }

  unfit(): ReadonlyMap<string, readonly Problem[]> {
    return this.#unfit;
  }

  /** Those that are in force. */
  overrides(): readonly RuleOverride[] {
    return [...this.#approved.values()]
      .filter(({ id, override }) => override !== null && !this.#unfit.has(id))
      .map(toOverride);
  }

  counters(): RuleChangeCounters {
    const unfit = this.#unfit.size;
    const inForce = [...this.#approved.values()].filter(({ override }) => override !== null).length - unfit;
    return { proposed: this.#proposed.size, inForce, unfit, refused: this.#refused };
  }

  check(equipment: EquipmentId, rule: RuleId, override: RuleChangeRow['override']): RuleDef | null {
    const made = applyRuleOverride(this.#built, equipment, rule, override);
    if (made.problems.length > 0) throw new RuleChangeError(made.problems);
    if (made.rule === null && this.rule(equipment, rule) === null)
      throw new RiserError('not-found', { what: { zh: '告警规则', en: 'rule' } });
    return made.rule;
  }

  propose({ equipment, rule, override, reason, by }: RuleProposal): Promise<CheckedChange> {
    return this.#inTurn(async () => {
      requireReason(reason);
      const made = this.check(equipment, rule, override);
      if (this.#proposed.size >= RULE_CHANGE_LIMITS.proposed) {
        this.#refused++;
        throw new RiserError('rule-changes-full', { max: RULE_CHANGE_LIMITS.proposed });
      }
      const change: RuleChangeRow = {
        id: this.#options.createId(),
        equipment,
        rule,
        override,
        baseVersion: toBaseVersion(this.rule(equipment, rule)),
        state: 'proposed',
        by,
        atMs: this.#nowMs(),
        reason,
        reviewedBy: null,
        reviewedAtMs: null,
        reviewNote: '',
      };
      await this.#store([change], 'rule-change-propose', by, { reason, override });
      return { change, rule: made };
    });
  }

  async proposed(id: string): Promise<RuleChangeRow> {
    const change = this.#proposed.get(id);
    if (change !== undefined) return change;
    const { items } = await this.#options.store.queries.ruleChanges({
      limit: RULE_CHANGE_LIMITS.decidedRows,
      offset: 0,
    });
    if (items.some((row) => row.id === id)) throw new RiserError('rule-change-decided');
    throw new RiserError('not-found', { what: { zh: '规则修改', en: 'change of a rule' } });
  }

  approve(id: string, approval: Approval): Promise<RuleChangeRow> {
    return this.#inTurn(async () => {
      const change = await this.#withResult(await this.proposed(id));
      const version = toBaseVersion(this.rule(change.equipment, change.rule));
      const next = approveChange(change, approval, version, this.#nowMs());
      const detail = { note: approval.note, isUntested: approval.isUntested };
      if (next.state === 'proposed') {
        await this.#store([next], 'rule-change-approve-first', approval.by, detail);
        return next;
      }
      const plan = this.#plan(next);
      const replaced = this.#approved.get(this.#keyOf(next));
      const superseded = replaced === undefined ? [] : [{ ...replaced, state: 'superseded' } as const];
      await this.#store([next, ...superseded], 'rule-change-approve', approval.by, detail);
      await this.#takeOver(plan);
      return next;
    });
  }

  refuse(id: string, review: Review): Promise<RuleChangeRow> {
    return this.#decide(id, 'rule-change-refuse', review, refuseChange);
  }

  withdraw(id: string, review: Review): Promise<RuleChangeRow> {
    return this.#decide(id, 'rule-change-withdraw', review, withdrawChange);
  }

  tested(id: string, backtest: string): Promise<void> {
    return this.#inTurn(async () => {
      const change = await this.proposed(id);
      const tested = { ...change, backtest: { id: backtest, atMs: this.#nowMs(), verdict: null } };
      await this.#commit([tested], []);
    });
  }

  noteResult(backtest: string): Promise<void> {
    return this.#inTurn(async () => {
      const change = [...this.#proposed.values()].find((row) => row.backtest?.id === backtest);
      if (change !== undefined) await this.#withResult(change);
    });
  }

  /** With what its backtest has said meanwhile, which is then stored. */
  async #withResult(change: RuleChangeRow): Promise<RuleChangeRow> {
    const { backtest } = change;
    if (backtest === undefined || backtest.verdict !== null) return change;
    const verdict = toVerdict(this.#backtests?.status(backtest.id) ?? null);
    if (verdict === null) return change;
    const known = { ...change, backtest: { ...backtest, verdict } };
    await this.#commit([known], []);
    return known;
  }

  #decide(
    id: string,
    action: string,
    review: Review,
    step: (change: RuleChangeRow, review: Review, nowMs: number) => RuleChangeRow,
  ): Promise<RuleChangeRow> {
    return this.#inTurn(async () => {
      const next = step(await this.proposed(id), review, this.#nowMs());
      await this.#store([next], action, review.by, { note: review.note });
      return next;
    });
  }

  /** @throws RuleChangeError when the change, or one that holds, does not fit any more */
  #plan(change: RuleChangeRow): Plan {
    const overrides = [
      ...this.overrides().filter((one) => one.equipment !== change.equipment || one.rule !== change.rule),
      ...(change.override === null ? [] : [toOverride(change)]),
    ];
    const problems: Problem[] = [];
    const next = withRuleOverrides(this.#options.model, overrides, (_, found) => problems.push(...found));
    if (problems.length > 0) throw new RuleChangeError(problems);
    return { ...alignRules(this.#running, next), built: next };
  }

  /** The change is stored: where the engine cannot take it over because it stops, the next start does. */
  async #takeOver(plan: Plan): Promise<void> {
    try {
      await this.#apply(plan);
    } catch (error) {
      if (!(error instanceof RiserError)) throw error;
      this.#options.log.warn({ err: error }, 'a change of a rule takes effect with the next start');
      return;
    }
    this.#running = plan.model;
    this.#built = plan.built;
    this.#disabled = plan.disabled;
  }

  /** The stored changes on top of the files; those that do not fit any more are named and left out. */
  #applyStored(): SiteModel {
    const { model, log } = this.#options;
    const overrides = [...this.#approved.values()]
      .filter(({ override }) => override !== null)
      .map(toOverride);
    return withRuleOverrides(model, overrides, (refused, problems) => {
      const row = this.#approved.get(
        toAlarmKey(model.site.id, refused.equipment as EquipmentId, refused.rule as RuleId),
      );
      if (row !== undefined) this.#unfit.set(row.id, problems);
      const { equipment, rule } = refused;
      log.error(
        { equipment, rule, problems },
        'an approved change of a rule does not fit the files any more; it is not in force',
      );
    });
  }

  /** Alarms whose rule is switched off in the running model. */
  disabled(): ReadonlySet<AlarmKey> {
    return this.#disabled;
  }

  #toInForce(rule: RuleDef): RuleInForce {
    return { rule, isEnabled: !this.#disabled.has(rule.key), change: this.#changeOf(rule.key) };
  }

  /** Of a rule that the running model does not have, because it was switched off before the start. */
  #findSwitchedOff(key: AlarmKey): RuleInForce | null {
    const change = this.#changeOf(key);
    if (change === null || this.#running.rules.some((rule) => rule.key === key)) return null;
    const rule = this.#options.model.rules.find((one) => one.key === key);
    return rule === undefined ? null : { rule, isEnabled: false, change };
  }

  #changeOf(key: AlarmKey): RuleChangeRow | null {
    const change = this.#approved.get(key);
    return change === undefined || change.override === null || this.#unfit.has(change.id) ? null : change;
  }

  async #store(
    changes: readonly RuleChangeRow[],
    action: string,
    actor: string,
    detail: AuditRow['detail'],
  ): Promise<void> {
    const [first] = changes as readonly [RuleChangeRow];
    const object = `${first.equipment}/${first.rule}`;
    const entry: AuditRow = {
      atMs: this.#nowMs(),
      actor,
      action,
      object,
      detail: { ...detail, change: first.id },
    };
    await this.#commit(changes, [{ type: 'audit', entry }]);
  }

  /** Memory follows what is stored. */
  async #commit(changes: readonly RuleChangeRow[], more: readonly Write[]): Promise<void> {
    const writes = changes.map((change): Write => ({ type: 'rule-change', change }));
    await this.#options.store.commit({ writes: [...writes, ...more] });
    for (const change of changes) {
      if (change.state === 'proposed') this.#proposed.set(change.id, change);
      else this.#proposed.delete(change.id);
      if (change.state === 'approved') this.#noteApproved(change);
      this.#options.onChange?.(change);
    }
  }

  #noteApproved(change: RuleChangeRow): void {
    const key = this.#keyOf(change);
    const before = this.#approved.get(key);
    if (before !== undefined) this.#unfit.delete(before.id);
    // Behind the others, as after a start.
    this.#approved.delete(key);
    this.#approved.set(key, change);
  }

  #keyOf({ equipment, rule }: Pick<RuleChangeRow, 'equipment' | 'rule'>): AlarmKey {
    return toAlarmKey(this.#options.model.site.id, equipment, rule);
  }

  #nowMs(): number {
    return this.#options.clock.now().wallMs;
  }
}

/** @throws RiserError `store-failed` */
export async function openRuleChanges(options: RuleChangesOptions): Promise<RuleChanges> {
  const rows: RuleChangeRow[] = [];
  for (const state of ['proposed', 'approved'] as const) {
    for (let offset = 0; ; ) {
      const { items } = await options.store.queries.ruleChanges({ state, limit: LIMITS.pageRows, offset });
      rows.push(...items);
      offset += items.length;
      if (items.length < LIMITS.pageRows) break;
    }
  }
  rows.sort((a, b) => (a.reviewedAtMs ?? a.atMs) - (b.reviewedAtMs ?? b.atMs));
  return new RuleChanges(options, rows);
}

/** Changes whenever what decides changes; a rule that is switched off is another version of it. Empty = no such rule. */
function toBaseVersion(found: RuleInForce | null): string {
  if (found === null) return '';
  return found.isEnabled ? found.rule.version : `off:${found.rule.version}`;
}

function toOverride({ equipment, rule, override }: RuleChangeRow): RuleOverride {
  return { equipment, rule, override };
}
