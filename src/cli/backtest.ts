/**
 * `backtest`: changed rules over what the journal has kept, beside today's rules; or today's rules against what happened.
 * Only reads, also beside a running gateway.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parse as parseYaml } from 'yaml';
import { BACKTEST_LIMITS } from '../backtest/limits.ts';
import type { BacktestRequest, RuleOverride } from '../backtest/port.ts';
import { createThreadRun } from '../backtest/thread.ts';
import type { Language } from '../core/text.ts';
import { toBacktestText } from './backtest-text.ts';
import { reportError, toUsageError } from './errors.ts';
import { untilInterrupted } from './interrupt.ts';
import { loadSiteOrPrint } from './site.ts';

const HELP = `Usage: node src/main.ts backtest --config FILE [--data DIR] --from TIME [--to TIME] CHANGES [options]
       node src/main.ts backtest --config FILE [--data DIR] --self-check [--from TIME] [--to TIME] [options]

Runs the rules of a site again over the readings that its journal has kept: today's rules and the changed ones side by
side, with what would have been raised, ticketed, missed. Stores nothing, sends nothing; works beside a running gateway.
A confirmed incident that the changed rules would miss is named first, and the change then needs two approvers.

  --config FILE     the site file
  --data DIR        data directory (default ./data)
  --from, --to TIME 2026-11-21 (midnight UTC), 2026-11-21T08:00+08:00, or UTC milliseconds; --to is excluded (default now)
  --rule EQ/RULE    the rule that the --set behind it changes; may be given several times
  --set PATH=VALUE  a property as in a profile: hi.limit=0.5, onDelayMs=30000, enabled=false; null takes one away
  --override FILE   YAML: a list of {equipment, rule, override}
  --self-check      today's rules against the alarm history (default: the last seven days)
  --json            the whole result as JSON
  --language L      zh (default) or en
  --help            this text

At most ${BACKTEST_LIMITS.rangeMs / 86_400_000} days. Progress goes to stderr; Ctrl-C ends it.
Exit codes: 0 done, 1 refused or failed, 2 done and a confirmed incident would be missed.
`;

const OPTIONS = {
  config: { type: 'string' },
  data: { type: 'string', default: './data' },
  from: { type: 'string' },
  to: { type: 'string' },
  rule: { type: 'string', multiple: true },
  set: { type: 'string', multiple: true },
  override: { type: 'string', multiple: true, default: [] as string[] },
  'self-check': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  language: { type: 'string', default: 'zh' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

const WEEK_MS = 7 * 86_400_000;
const THREAD = new URL('../backtest-thread.ts', import.meta.url);
const MISSED_EXIT = 2;

/** @returns the exit code. */
export async function backtest(args: readonly string[]): Promise<number> {
  try {
    const { values, tokens } = parseArgs({ args: [...args], options: OPTIONS, tokens: true });
    if (values.help) {
      process.stdout.write(HELP);
      return 0;
    }
    const config = values.config ?? '';
    if (config === '') throw toUsageError('--config', 'a site file', config);
    const language = toLanguage(values.language);
    const set = toSetOverrides(
      tokens.flatMap((it) => (it.kind === 'option' ? [[it.name, it.value ?? '']] : [])),
    );
    const overrides = [...values.override.flatMap(readOverrides), ...set];
    const request = toRequest(values, overrides);
    const model = loadSiteOrPrint(config);
    if (model === null) return 1;
    const job = {
      config: resolve(config),
      hash: null,
      dataDirectory: resolve(values.data),
      request,
      held: [],
    };
    const result = await untilInterrupted((signal) =>
      createThreadRun(THREAD)(job, { signal, onProgress: ({ ratio, readings }) => tell(ratio, readings) }),
    );
    if (process.stderr.isTTY) process.stderr.write('\n');
    const text = values.json
      ? `${JSON.stringify(result, null, 2)}\n`
      : toBacktestText(result, language, model.site.timeZone);
    process.stdout.write(text);
    return result.type === 'compare' && result.needsSecondApprover ? MISSED_EXIT : 0;
  } catch (error) {
    return reportError(error);
  }
}

interface Values {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly 'self-check': boolean;
}

function toRequest(values: Values, overrides: readonly RuleOverride[]): BacktestRequest {
  const isCheck = values['self-check'];
  if (isCheck === overrides.length > 0)
    throw toUsageError(
      '--rule',
      'changes with --rule and --set or --override, or --self-check',
      `${overrides.length} changes`,
    );
  const nowMs = Date.now();
  const toMs = values.to === undefined ? nowMs : Math.min(nowMs, toTime('--to', values.to));
  const fromMs = values.from === undefined && isCheck ? toMs - WEEK_MS : toTime('--from', values.from ?? '');
  if (fromMs >= toMs) throw toUsageError('--from', 'a time before --to and before now', values.from ?? '');
  return isCheck ? { type: 'self-check', fromMs, toMs } : { type: 'compare', fromMs, toMs, overrides };
}

/** Each `--set` belongs to the `--rule` before it. */
export function toSetOverrides(options: readonly (readonly string[])[]): readonly RuleOverride[] {
  const made: { equipment: string; rule: string; override: Record<string, unknown> }[] = [];
  for (const [name = '', value = ''] of options) {
    if (name === 'rule') made.push({ ...toRuleName(value), override: {} });
    if (name !== 'set') continue;
    const current = made.at(-1);
    const at = value.indexOf('=');
    if (current === undefined) throw toUsageError('--set', 'a --rule before it', value);
    if (at < 1) throw toUsageError('--set', 'property=value', value);
    put(current.override, value.slice(0, at).split('.'), parseYaml(value.slice(at + 1)));
  }
  const empty = made.find(({ override }) => Object.keys(override).length === 0);
  if (empty !== undefined)
    throw toUsageError('--rule', 'a --set behind it', `${empty.equipment}/${empty.rule}`);
  return made;
}

/** A part has a slash in its id: the rule is what stands behind the last one. */
function toRuleName(text: string): { equipment: string; rule: string } {
  const at = text.lastIndexOf('/');
  if (at < 1 || at === text.length - 1) throw toUsageError('--rule', 'equipment/rule', text);
  return { equipment: text.slice(0, at), rule: text.slice(at + 1) };
}

function put(into: Record<string, unknown>, [name = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    into[name] = value;
    return;
  }
  const inner = into[name];
  const next = typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>) : {};
  into[name] = next;
  put(next, rest, value);
}

function readOverrides(file: string): readonly RuleOverride[] {
  const expected = 'a readable YAML list of {equipment, rule, override}';
  let found: unknown;
  try {
    found = parseYaml(readFileSync(file, 'utf8'));
  } catch {
    throw toUsageError('--override', expected, file);
  }
  if (!Array.isArray(found) || !found.every(isOverride)) throw toUsageError('--override', expected, file);
  return found;
}

function isOverride(value: unknown): value is RuleOverride {
  if (typeof value !== 'object' || value === null) return false;
  const { equipment, rule, override } = value as Record<string, unknown>;
  return typeof equipment === 'string' && typeof rule === 'string' && typeof override === 'object';
}

function toLanguage(text: string): Language {
  if (text === 'zh' || text === 'en') return text;
  throw toUsageError('--language', 'zh or en', text);
}

function tell(ratio: number, readings: number): void {
  const line = `${Math.floor(ratio * 100)} %, ${readings} readings`;
  process.stderr.write(process.stderr.isTTY ? `\r${line}` : `${line}\n`);
}

/** A time without a zone would be that of whichever machine this runs on: it is refused. */
function toTime(name: string, text: string): number {
  const hasZone = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/.test(text);
  const ms = /^\d{1,16}$/.test(text) ? Number(text) : hasZone ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(ms)) return ms;
  throw toUsageError(name, 'a date, a time with its zone, or UTC milliseconds', text);
}
