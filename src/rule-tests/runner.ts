/**
 * The rule tests of a running gateway: one thread at a time, a short queue, what came of them remembered until the gateway
 * ends or the files change. What a test does is job.ts's business.
 */
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import type { SiteModel } from '../config/model.ts';
import type { Clock } from '../core/clock.ts';
import { RiserError } from '../core/errors.ts';
import type { EquipmentId, RuleId } from '../core/ids.ts';
import type { RuleTestAnswer, RuleTestJob } from './job.ts';
import { RULE_TEST_LIMITS } from './limits.ts';
import type { RuleTestReport, RuleTestsPort } from './port.ts';
import { toTestsPath } from './run.ts';
import type { PlayJob } from './thread.ts';

export interface RuleTestRunsOptions {
  /** As it runs now. */
  readonly model: () => SiteModel;
  readonly play: PlayJob;
  readonly clock: Clock;
}

export interface RuleTestCounters {
  readonly runs: number;
  readonly failed: number;
  /** Not taken because too many waited. */
  readonly refused: number;
}

interface Held {
  /** Of profile and tests: another one = the files have been changed. */
  readonly stamp: string;
  readonly report: RuleTestReport;
}

type Asked = Omit<RuleTestJob, 'isRun'>;

const NOTHING: RuleTestReport = { file: null, cases: [], lastRun: null };

export class RuleTestRuns implements RuleTestsPort {
  readonly #options: RuleTestRunsOptions;
  readonly #abort = new AbortController();
  /** Key: profile and rule. The one asked for longest ago first. */
  readonly #held = new Map<string, Held>();
  readonly #counters = { runs: 0, failed: 0, refused: 0 };
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: RuleTestRunsOptions) {
    this.#options = options;
  }

  async list(equipment: EquipmentId, rule: RuleId): Promise<RuleTestReport | null> {
    const asked = this.#find(equipment, rule);
    if (asked === null) return null;
    if (asked === 'untested') return NOTHING;
    const held = this.#held.get(toKey(asked));
    if (held !== undefined && held.stamp === toStamp(asked.profile)) return this.#keep(asked, held);
    return this.#play(asked, false);
  }

  async run(equipment: EquipmentId, rule: RuleId): Promise<RuleTestReport | null> {
    const asked = this.#find(equipment, rule);
    if (asked === null) return null;
    return asked === 'untested' ? NOTHING : this.#play(asked, true);
  }

  counters(): RuleTestCounters {
    return { ...this.#counters };
  }

  /** What runs is ended. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#last;
  }

  /** `untested` = the profile is not among the files of the site. */
  #find(equipment: EquipmentId, rule: RuleId): Asked | 'untested' | null {
    const { files, equipment: register } = this.#options.model();
    const unit = register.get(equipment);
    if (unit === undefined) return null;
    const profile = files.find((path) => basename(path) === `${unit.profile}.yaml`);
    if (profile === undefined) return 'untested';
    // The id of a part is that of its equipment with its own behind it (profiles/expand.ts).
    const part = unit.parent === null ? '' : `${equipment.slice(unit.parent.length + 1)}/`;
    return { profile, rule: `${part}${rule}` };
  }

  async #play(asked: Asked, isRun: boolean): Promise<RuleTestReport> {
    if (this.#waiting > RULE_TEST_LIMITS.queued) {
      this.#counters.refused += 1;
      throw new RiserError('rule-tests-busy');
    }
    this.#waiting += 1;
    const turn = this.#last.then(() => this.#playNow(asked, isRun));
    this.#last = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      this.#waiting -= 1;
    }
  }

  async #playNow(asked: Asked, isRun: boolean): Promise<RuleTestReport> {
    const { play, clock } = this.#options;
    // Before the files are read: what is changed meanwhile is read again.
    const stamp = toStamp(asked.profile);
    const began = clock.now();
    if (isRun) this.#counters.runs += 1;
    try {
      const answer = await play({ ...asked, isRun }, this.#abort.signal);
      const tookMs = Math.round(clock.now().monoMs - began.monoMs);
      return this.#keep(asked, { stamp, report: toReport(answer, began.wallMs, tookMs) });
    } catch (error) {
      this.#counters.failed += 1;
      throw error;
    }
  }

  #keep(asked: Asked, held: Held): RuleTestReport {
    const key = toKey(asked);
    this.#held.delete(key);
    this.#held.set(key, held);
    const [oldest] = this.#held.keys();
    if (this.#held.size > RULE_TEST_LIMITS.kept && oldest !== undefined) this.#held.delete(oldest);
    return held.report;
  }
}

function toReport({ file, cases, outcomes }: RuleTestAnswer, atMs: number, tookMs: number): RuleTestReport {
  return { file, cases, lastRun: outcomes && { atMs, tookMs, outcomes } };
}

function toKey({ profile, rule }: Asked): string {
  return `${profile}\n${rule}`;
}

function toStamp(profile: string): string {
  const files = [profile, toTestsPath(profile)];
  return files
    .map((path) => statSync(path, { throwIfNoEntry: false }))
    .map((found) => (found === undefined ? 'none' : `${found.mtimeMs} ${found.size}`))
    .join('; ');
}
