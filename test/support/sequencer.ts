/**
 * In which order the files of tests run: the longest first, so that none of them is begun when all others are done; and
 * projects that share a group are dealt evenly over its time, so that those which work the machine (a browser) stand
 * beside those which wait. Files that share workers come in one piece behind the others: vitest ends such a worker as soon
 * as the next file in line is one that may not have it. How many run at once is vitest.config.ts's business.
 */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files of test/ that take longest, in this order, for a machine that has never run them: without durations of an earlier
 * run the size of a file decides, and a short file may take long.
 */
export const LONGEST: readonly string[] = [
  'browser/building',
  'e2e/cut',
  'e2e/linked-fast',
  'e2e/crash',
  'e2e/linked',
  'e2e/write',
  'browser/rules',
  'e2e/quiet',
  'e2e/lifecycle',
  'e2e/day',
  'browser/rights',
  'browser/service',
  'browser/demo',
  'browser/wire',
  'browser/tickets',
  'e2e/bad-input',
  'e2e/absent',
  'e2e/ticket-crash',
  'browser/links',
  'e2e/coupling',
  'browser/writing',
  'browser/trends',
  'e2e/malformed',
  'e2e/mosquitto',
  'e2e/alarm-rules',
  'browser/ticket-forms',
  'e2e/backup',
  'browser/many-alarms',
  'e2e/influx',
  'e2e/coupling-tickets',
  'browser/storage',
  'e2e/wire',
  'e2e/coupling-races',
  'telemetry/power-loss',
  'engine/month',
  'bench/storage',
  'bench/rules',
  'people/who-command',
  'drivers/opcua/outage',
  'pipeline/kills',
  'engine/reference',
  'bench/pipeline',
  'rule-tests/shipped',
  'simulation/process',
  'sinks/history/influx-slices',
  'bench/modbus',
  'bench/command',
  'api/access',
  'bench/peers',
  'config/cases',
  'field-lessons/b01-drops',
  'store/chain',
  'engine/invariants',
  'config/mutation',
  'backtest/thread',
  'acquisition/wire',
  'drivers/opcua/connection',
  'store/commit',
  'engine/explained',
  'store/words',
  'engine/mechanisms',
  'backtest/compare',
  'simulators/power',
  'simulators/lift',
  'store/store',
  'field-lessons/b10-rs485',
  'engine/flood-invariants',
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = (await super.sort(files)).toSorted((one, other) => rankOf(one) - rankOf(other));
    const byGroup = Map.groupBy(sorted, ({ project }) => project.config.sequence.groupOrder ?? 0);
    const nameOf = ({ project }: TestSpecification): string => project.name;
    const isShared = ({ project }: TestSpecification): boolean => !project.config.isolate;
    return [...byGroup.values()].flatMap((group) => inOrder(group, nameOf, isShared));
  }
}

/** Dealt by their kind; those that share workers stand behind all others, each kind in one piece. */
export function inOrder<T>(
  items: readonly T[],
  kindOf: (item: T) => string,
  isShared: (item: T) => boolean,
): T[] {
  const alone = items.filter((item) => !isShared(item));
  const shared = Map.groupBy(items.filter(isShared), kindOf);
  return [...deal(alone, kindOf), ...[...shared.values()].flat()];
}

/** Each kind keeps its order and is spread evenly over the whole: of 1 2 3 4 a b comes 1 a 2 3 b 4. */
export function deal<T>(items: readonly T[], kindOf: (item: T) => string): T[] {
  const byKind = [...Map.groupBy(items, kindOf).values()];
  return byKind
    .flatMap((kind) => kind.map((item, at) => ({ item, place: (at + 0.5) / kind.length })))
    .toSorted((one, other) => one.place - other.place)
    .map(({ item }) => item);
}

function rankOf({ moduleId }: TestSpecification): number {
  const rank = LONGEST.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
  return rank === -1 ? LONGEST.length : rank;
}
