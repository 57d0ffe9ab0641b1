/**
 * Versions of the service policy: the file's one comes first, people propose others, another person approves them. The only
 * writer of their rows, one decision after the other. What a policy may be is checked by the code that checks the file;
 * how the running engine takes one over is handed in.
 *
 *   start: nothing stored ──────────────────────────────────▶ the file's version is in force
 *          in force is a file's, and the file is another ───▶ the file's version is in force
 *          in force is a person's, and the file is new ─────▶ the file's version is proposed: both have changed it
 *
 * A version in force is for new tickets. Rows are never deleted: tickets are driven to their end by the one they began under.
 */

import type { Logger } from 'pino';
import type { Policy } from '../config/policy.ts';
import { toPolicyDoc } from '../config/policy-doc.ts';
import { type PolicyOrigin, readPolicyText } from '../config/policy-file.ts';
import { createProblems } from '../config/problems.ts';
import { defined } from '../core/assert.ts';
import type { Clock } from '../core/clock.ts';
import { ConfigError, PolicyError, RiserError } from '../core/errors.ts';
import { GATEWAY } from '../core/gateway.ts';
import { createTurns } from '../core/in-turn.ts';
import { LIMITS } from '../core/limits.ts';
import type { AuditRow, Page, PolicyVersionRow, Store, Write } from '../store/store.ts';
import { toDifferences } from './differences.ts';
import { POLICY_LIMITS } from './limits.ts';
import type {
  HeldStep,
  PoliciesPort,
  PolicyApproval,
  PolicyCheck,
  PolicyComparison,
  PolicyProposal,
  PolicyReview,
} from './port.ts';
import { approveVersion, refuseVersion, requireReason, withdrawVersion } from './review.ts';

export interface PoliciesOptions {
  /** As the site's file has it. */
  readonly file: Policy;
  /** Where it was read from (`toPolicyOrigin`): proposals are read as if they stood there. */
  readonly origin: PolicyOrigin;
  readonly store: Pick<Store, 'commit' | 'queries'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Told of every proposal and decision that is stored. */
  readonly onChange?: (row: PolicyVersionRow) => void;
  /** Steps of a policy that no account may take; left out = not known. */
  readonly heldSteps?: (policy: Policy) => readonly HeldStep[];
}

export interface PolicyCounters {
  readonly proposed: number;
  /** Proposals refused because too many waited. */
  readonly refused: number;
}

/** Order of calls: `openPolicies`, `inForce` for those who start with it, `follow` once the engine runs. */
export class Policies implements PoliciesPort {
  readonly #options: PoliciesOptions;
  /** Those that wait for a review. Key: version. */
  readonly #proposed = new Map<string, PolicyVersionRow>();
  /** Read once, the oldest first. Key: version. */
  readonly #kept = new Map<string, Policy>();
  #inForce: PolicyVersionRow;
  #apply: (policy: Policy) => Promise<void> = () => Promise.resolve();
  readonly #inTurn = createTurns();
  #refused = 0;

  constructor(options: PoliciesOptions, inForce: PolicyVersionRow, proposed: readonly PolicyVersionRow[]) {
    this.#options = options;
    this.#inForce = inForce;
    for (const row of proposed) this.#proposed.set(row.version, row);
  }

  /** From now on approved versions take effect at once. @param apply takes the policy over, for new tickets */
  follow(apply: (policy: Policy) => Promise<void>): void {
    this.#apply = apply;
  }

  inForce(): PolicyVersionRow {
    return this.#inForce;
  }

  counters(): PolicyCounters {
    return { proposed: this.#proposed.size, refused: this.#refused };
  }

  list(page: { readonly limit: number; readonly offset: number }): Promise<Page<PolicyVersionRow>> {
    return this.#options.store.queries.policyVersions(page);
  }

  async get(version: string): Promise<PolicyVersionRow> {
    if (version === this.#inForce.version) return this.#inForce;
    const row = this.#proposed.get(version) ?? (await this.#options.store.queries.policyVersion(version));
    if (row === null)
      throw new RiserError('not-found', { what: { zh: '服务标准版本', en: 'version of the policy' } });
    return row;
  }

  async policy(version: string): Promise<Policy> {
    const known = this.#kept.get(version);
    if (known !== undefined) return known;
    const { policy } = await this.get(version);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= POLICY_LIMITS.kept && oldest !== undefined) this.#kept.delete(oldest);
    this.#kept.set(version, policy);
    return policy;
  }

  async compare(from: string, to: string): Promise<PolicyComparison> {
    const [before, after] = [await this.get(from), await this.get(to)];
    const all = toDifferences(toPolicyDoc(before.policy), toPolicyDoc(after.policy));
    const differences = all.slice(0, POLICY_LIMITS.differences);
    const held = this.#heldSteps(after.policy);
    return { from: before, to: after, differences, isTruncated: differences.length < all.length, held };
  }

  check(text: string): PolicyCheck {
    const policy = this.#read(text);
    const all = toDifferences(toPolicyDoc(this.#inForce.policy), toPolicyDoc(policy));
    return { differences: all.slice(0, POLICY_LIMITS.differences), held: this.#heldSteps(policy) };
  }

  #heldSteps(policy: Policy): readonly HeldStep[] {
    return this.#options.heldSteps?.(policy) ?? [];
  }

  propose({ text, reason, by }: PolicyProposal): Promise<PolicyVersionRow> {
    return this.#inTurn(async () => {
      requireReason(reason);
      const policy = this.#read(text);
      const { version } = policy;
      if (version === this.#inForce.version || this.#proposed.has(version))
        throw new RiserError('policy-unchanged', { version });
      if (this.#proposed.size >= POLICY_LIMITS.proposed) {
        this.#refused++;
        throw new RiserError('policies-full', { max: POLICY_LIMITS.proposed });
      }
      const row = toRow(policy, { text, origin: 'api', by, reason, atMs: this.#nowMs() });
      await this.#commit([row], 'policy-propose', by, { reason });
      return row;
    });
  }

  approve(version: string, approval: PolicyApproval): Promise<PolicyVersionRow> {
    return this.#inTurn(async () => {
      const row = await this.#waiting(version);
      const next = approveVersion(row, approval, this.#inForce.version, this.#nowMs());
      const superseded = { ...this.#inForce, state: 'superseded' } as const;
      const held = this.#heldSteps(next.policy).map(({ step, roles }) => ({ step, roles }));
      const detail = {
        note: approval.note,
        supersedes: superseded.version,
        ...(held.length > 0 && { held }),
      };
      await this.#commit([superseded, next], 'policy-approve', approval.by, detail);
      await this.#takeOver(next.policy);
      return next;
    });
  }

  refuse(version: string, review: PolicyReview): Promise<PolicyVersionRow> {
    return this.#decide(version, 'policy-refuse', review, refuseVersion);
  }

  withdraw(version: string, review: PolicyReview): Promise<PolicyVersionRow> {
    return this.#decide(version, 'policy-withdraw', review, withdrawVersion);
  }

  #decide(
    version: string,
    action: string,
    review: PolicyReview,
    step: (row: PolicyVersionRow, review: PolicyReview, nowMs: number) => PolicyVersionRow,
  ): Promise<PolicyVersionRow> {
    return this.#inTurn(async () => {
      const next = step(await this.#waiting(version), review, this.#nowMs());
      await this.#commit([next], action, review.by, { note: review.note });
      return next;
    });
  }

  /** @throws RiserError `not-found`, `policy-decided` */
  async #waiting(version: string): Promise<PolicyVersionRow> {
    const row = await this.get(version);
    if (row.state !== 'proposed') throw new RiserError('policy-decided');
    return row;
  }

  /** The version is stored: where the engine cannot take it over because it stops, the next start does. */
  async #takeOver(policy: Policy): Promise<void> {
    try {
      await this.#apply(policy);
    } catch (error) {
      if (!(error instanceof RiserError)) throw error;
      this.#options.log.warn({ err: error }, 'a version of the policy takes effect with the next start');
    }
  }

  /** @throws PolicyError */
  #read(text: string): Policy {
    const problems = createProblems();
    const file = readPolicyText(text, this.#options.origin, problems);
    try {
      problems.throwIfAny();
    } catch (error) {
      if (error instanceof ConfigError) throw new PolicyError(error.problems);
      throw error;
    }
    return defined(file?.policy, 'policy without problems');
  }

  /** Memory follows what is stored. */
  async #commit(
    rows: readonly PolicyVersionRow[],
    action: string,
    actor: string,
    detail: AuditRow['detail'],
  ): Promise<void> {
    await this.#options.store.commit({ writes: toWrites(rows, action, actor, detail, this.#nowMs()) });
    for (const row of rows) {
      if (row.state === 'proposed') this.#proposed.set(row.version, row);
      else this.#proposed.delete(row.version);
      if (row.state === 'in-force') this.#inForce = row;
      this.#options.onChange?.(row);
    }
  }

  #nowMs(): number {
    return this.#options.clock.now().wallMs;
  }
}

/** Brings the file's version in. @throws RiserError `store-failed` */
export async function openPolicies(options: PoliciesOptions): Promise<Policies> {
  const { file, origin, store, clock, log } = options;
  const rows = await readRows(store);
  const inForce = rows.find(({ state }) => state === 'in-force') ?? null;
  const proposed = rows.filter(({ state }) => state === 'proposed');
  const isNew = rows.every(({ version }) => version !== file.version);
  if (inForce?.version === file.version) return new Policies(options, inForce, proposed);
  if (inForce?.origin === 'api' && !isNew) return new Policies(options, inForce, proposed);

  const atMs = clock.now().wallMs;
  const reason = `file ${origin.file}`;
  const row = toRow(file, { text: origin.text, origin: 'file', by: GATEWAY, reason, atMs });
  if (inForce?.origin === 'api') {
    await store.commit({ writes: toWrites([row], 'policy-propose', GATEWAY, { reason }, atMs) });
    log.warn(
      { file: origin.file, version: row.version, inForce: inForce.version },
      'the policy has been changed in its file and by people: the file waits for a review, the version in force stays',
    );
    return new Policies(options, inForce, [...proposed, row]);
  }
  const next = { ...row, state: 'in-force' } as const;
  const superseded = inForce === null ? [] : [{ ...inForce, state: 'superseded' } as const];
  const detail = { reason, supersedes: inForce?.version ?? null };
  await store.commit({ writes: toWrites([...superseded, next], 'policy-file', GATEWAY, detail, atMs) });
  return new Policies(
    options,
    next,
    proposed.filter(({ version }) => version !== next.version),
  );
}

async function readRows(store: PoliciesOptions['store']): Promise<readonly PolicyVersionRow[]> {
  const rows: PolicyVersionRow[] = [];
  for (;;) {
    const { items } = await store.queries.policyVersions({ limit: LIMITS.pageRows, offset: rows.length });
    rows.push(...items);
    if (items.length < LIMITS.pageRows) return rows;
  }
}

function toRow(
  policy: Policy,
  from: Pick<PolicyVersionRow, 'text' | 'origin' | 'by' | 'reason' | 'atMs'>,
): PolicyVersionRow {
  return {
    version: policy.version,
    state: 'proposed',
    ...from,
    reviewedBy: null,
    reviewedAtMs: null,
    reviewNote: '',
    policy,
  };
}

function toWrites(
  rows: readonly PolicyVersionRow[],
  action: string,
  actor: string,
  detail: AuditRow['detail'],
  atMs: number,
): Write[] {
  const object = `policy/${rows.at(-1)?.version ?? ''}`;
  const entry: AuditRow = { atMs, actor, action, object, detail };
  return [...rows.map((version): Write => ({ type: 'policy-version', version })), { type: 'audit', entry }];
}
