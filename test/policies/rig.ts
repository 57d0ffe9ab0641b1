/** Versions of the policy over a store that is a list; the engine is a list of policies that it was given. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import type { Policy } from '../../src/config/policy.ts';
import { readPolicyText, toPolicyOrigin } from '../../src/config/policy-file.ts';
import { createProblems } from '../../src/config/problems.ts';
import { defined } from '../../src/core/assert.ts';
import { RiserError } from '../../src/core/errors.ts';
import { openPolicies, type Policies } from '../../src/policies/policies.ts';
import type { AuditRow, PolicyVersionRow, StoreQueries, WriteBatch } from '../../src/store/store.ts';
import { createFakeClock } from '../support/clock.ts';

const FILE = join(import.meta.dirname, '../../config/policy.yaml');
export const TEXT = readFileSync(FILE, 'utf8');

/** The shipped text with another limit of the emergency report. */
export const withLimit = (limit: string): string => {
  const text = TEXT.replace('limit: 90s', `limit: ${limit}`);
  if (text === TEXT) throw new Error('the limit is not there any more');
  return text;
};

/** As if the text stood in the site's file. */
export function toFile(text: string): Policy {
  const problems = createProblems();
  const file = readPolicyText(text, { absolute: FILE, timeZone: 'Asia/Shanghai' }, problems);
  problems.throwIfAny();
  return defined(file?.policy, 'policy without problems');
}

export interface Rig {
  /** As they are stored. Key: version. */
  readonly rows: Map<string, PolicyVersionRow>;
  readonly audit: AuditRow[];
  /** Versions that the engine was given. */
  readonly applied: string[];
  readonly announced: PolicyVersionRow[];
  readonly logged: string[];
  failCommits(isFailing: boolean): void;
  /** The engine refuses as it does while it stops. */
  stopEngine(): void;
  /** Opens them anew over what is stored. */
  open(file?: Policy): Promise<Policies>;
}

export function createRig(): Rig {
  const clock = createFakeClock();
  const rows = new Map<string, PolicyVersionRow>();
  const audit: AuditRow[] = [];
  const applied: string[] = [];
  const announced: PolicyVersionRow[] = [];
  const logged: string[] = [];
  let isFailing = false;
  let isStopping = false;
  const commit = async ({ writes }: WriteBatch): Promise<void> => {
    if (isFailing) throw new RiserError('store-failed');
    for (const one of writes) {
      if (one.type === 'policy-version') rows.set(one.version.version, one.version);
      else if (one.type === 'audit') audit.push(one.entry);
      else throw new Error(`${one.type} is not written here`);
    }
  };
  const policyVersions: StoreQueries['policyVersions'] = async ({ limit, offset }) => {
    const items = [...rows.values()].reverse();
    return { items: items.slice(offset, offset + limit), total: items.length };
  };
  const policyVersion: StoreQueries['policyVersion'] = async (version) => rows.get(version) ?? null;
  const store = { commit, queries: { policyVersions, policyVersion } as unknown as StoreQueries };
  const log = pino({ level: 'info' }, { write: (line: string) => void logged.push(line) });
  return {
    rows,
    audit,
    applied,
    announced,
    logged,
    failCommits: (value) => void (isFailing = value),
    stopEngine: () => void (isStopping = true),
    async open(file = toFile(TEXT)) {
      const origin = defined(toPolicyOrigin(file) ?? undefined, 'origin of the file');
      const onChange = (row: PolicyVersionRow) => void announced.push(row);
      const policies = await openPolicies({ file, origin, store, clock, log, onChange });
      policies.follow(async ({ version }) => {
        if (isStopping) throw new RiserError('engine-busy');
        applied.push(version);
      });
      return policies;
    },
  };
}
