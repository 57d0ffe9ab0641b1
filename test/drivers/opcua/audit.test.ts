/** Which items are taken for silent, and which are not. */
import { describe, expect, it } from 'vitest';
import { Audit } from '../../../src/drivers/opcua/audit.ts';
import { createItems, type WatchedItem } from '../../../src/drivers/opcua/watching.ts';

const PUBLISHING_MS = 500;
/** Two cycles of sampling every 1,000 ms. */
const WAIT_MS = 2 * (1_000 + PUBLISHING_MS);

function watched(count: number): readonly WatchedItem[] {
  const nodes = Array.from({ length: count }, (_, at) => ({
    text: `s=v${at}`,
    namespace: null,
    samplingMs: 1_000,
    points: [],
  }));
  const items = createItems(nodes, 3);
  for (const item of items) Object.assign(item, { serverId: item.handle, reports: 1 });
  return items;
}

const differs = (items: readonly WatchedItem[]) => items.map(() => false);

describe('an item whose value differs from the last report', () => {
  it('is silent when it still differs after the time of a report, and is told once', () => {
    const [item] = watched(1) as [WatchedItem];
    const audit = new Audit([item]);
    expect(audit.judge(differs(audit.begin()), PUBLISHING_MS, 0)).toEqual([]);
    expect(audit.judge(differs(audit.begin()), PUBLISHING_MS, WAIT_MS - 1)).toEqual([]);
    expect(audit.judge(differs(audit.begin()), PUBLISHING_MS, WAIT_MS)).toEqual([item]);
    expect(audit.judge(differs(audit.begin()), PUBLISHING_MS, WAIT_MS)).toEqual([]);
  });

  it('is in order when it has reported between two looks, or during one', () => {
    const [item] = watched(1) as [WatchedItem];
    const audit = new Audit([item]);
    for (let nowMs = 0; nowMs < 10 * WAIT_MS; nowMs += WAIT_MS) {
      item.reports++;
      expect(audit.judge(differs(audit.begin()), PUBLISHING_MS, nowMs)).toEqual([]);
    }
    audit.judge(differs(audit.begin()), PUBLISHING_MS, 20 * WAIT_MS);
    const looked = audit.begin();
    item.reports++;
    expect(audit.judge(differs(looked), PUBLISHING_MS, 30 * WAIT_MS)).toEqual([]);
  });

  it('is in order when the value is the reported one again', () => {
    const [item] = watched(1) as [WatchedItem];
    const audit = new Audit([item]);
    audit.judge(differs(audit.begin()), PUBLISHING_MS, 0);
    audit.begin();
    audit.judge([true], PUBLISHING_MS, WAIT_MS);
    expect(audit.judge(differs(audit.begin()), PUBLISHING_MS, 2 * WAIT_MS)).toEqual([]);
  });
});

it('all items have their turn, no more at once than a look takes, and suspects every time', () => {
  const items = watched(1_200);
  const audit = new Audit(items);
  const seen = new Set<WatchedItem>();
  const suspect = items[3] as WatchedItem;
  for (let look = 0; look < 3; look++) {
    const due = audit.begin();
    expect(due.length).toBeLessThanOrEqual(500);
    expect(due).toContain(suspect);
    for (const item of due) seen.add(item);
    audit.judge(
      due.map((item) => item !== suspect),
      PUBLISHING_MS,
      look,
    );
  }
  expect(seen.size).toBe(items.length);
});

it('what is missing, or has not reported yet, is not looked at', () => {
  const [missing, young, good] = watched(3) as [WatchedItem, WatchedItem, WatchedItem];
  missing.problem = 'BadNodeIdUnknown';
  young.reports = 0;
  expect(new Audit([missing, young, good]).begin()).toEqual([good]);
  expect(new Audit([]).begin()).toEqual([]);
});
