/**
 * People and alarm rules through the whole gateway: a rule is changed while it runs, its alarm is shelved, the change is
 * tried over what was recorded, taken back, and a restart leaves what was approved. The tests follow one another.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BacktestView } from '../../src/api/backtest-schema.ts';
import type { ExplanationView } from '../../src/api/explain-schema.ts';
import type { AlarmReportView } from '../../src/api/figures-schema.ts';
import type { ProposedChangeView, RuleChangeView, RuleView } from '../../src/api/rule-schemas.ts';
import type { AlarmView, LinkView } from '../../src/api/schemas.ts';
import type { ApiClient } from '../support/client.ts';
import { startDemo, type TestGateway } from '../support/gateway.ts';
import { until } from '../support/poll.ts';
import { createTemporaryDirectory } from '../support/temp.ts';

const API = '/api/v1';
const RULE = `${API}/rules/dws-1/suction-level-low`;
/** A tank that is never so full: the alarm stands as soon as the rule does. */
const RAISING = { lo: { limit: 50, deadband: 0 }, onDelayMs: 0, minGoodSamples: 1 };
const SOON_MS = 60_000;

const directory = createTemporaryDirectory();
let gateway: TestGateway;
let engineer: ApiClient;
let supervisor: ApiClient;
const seen: { event: string; data: unknown }[] = [];
const following = new AbortController();

async function start(): Promise<void> {
  gateway = await startDemo({
    dataDirectory: directory.path,
    ...(gateway === undefined ? {} : { ports: gateway.ports }),
  });
  engineer = await gateway.login('engineer');
  supervisor = await gateway.login('supervisor');
}

async function follow(): Promise<void> {
  try {
    for await (const { event, data } of supervisor.events(following.signal)) seen.push({ event, data });
  } catch (error) {
    if (!following.signal.aborted) throw error;
  }
}
let stream: Promise<void> | undefined;

beforeAll(async () => {
  await start();
  stream = follow();
});
afterAll(async () => {
  following.abort();
  await stream?.catch(() => null);
  await gateway?.stop();
  directory.remove();
});

const openAlarm = async (): Promise<AlarmView | null> => {
  const { items } = await supervisor.read<{ items: AlarmView[] }>(`${API}/alarms?equipment=dws-1`);
  return items.find(({ rule }) => rule === 'suction-level-low') ?? null;
};
const change = async (override: object | null): Promise<RuleChangeView> => {
  const proposal = { override, reason: 'for the test' };
  const { change: proposed } = await engineer.send<ProposedChangeView>(`${RULE}/changes`, proposal);
  return supervisor.send(`${API}/rule-changes/${proposed?.id}/approve`, { withoutBacktest: true });
};
const within = <T>(
  what: string,
  check: () => Promise<T | null>,
): Promise<Exclude<T, false | null | undefined>> => until(check, { timeoutMs: SOON_MS, what });

/** Since when each link is online; null while one is not. */
const readSteadyLinks = async () => {
  const { items } = await supervisor.read<{ items: LinkView[] }>(`${API}/links`);
  if (items.some(({ state }) => state !== 'online')) return null;
  return items.map(({ link, sinceMs }) => `${link} ${sinceMs}`);
};

describe('a rule that is changed while the gateway runs', () => {
  test('raises by its new limit at once, and the links go on', async () => {
    expect(await openAlarm()).toBeNull();
    const before = await within('all links online', readSteadyLinks);
    expect(await change(RAISING)).toMatchObject({
      state: 'approved',
      by: 'engineer',
      reviewedBy: 'supervisor',
    });
    const alarm = await within('the alarm', openAlarm);
    const rule = await supervisor.read<RuleView>(RULE);
    expect(rule).toMatchObject({
      params: { lo: { limit: 50 } },
      onDelayMs: 0,
      source: { change: { by: 'engineer' } },
    });
    expect(alarm).toMatchObject({ state: 'B', ruleVersion: rule.version });
    expect(await within('all links online', readSteadyLinks)).toEqual(before);
  });

  test('explains itself, by its rule and by the occurrence', async () => {
    const alarm = await within('the alarm', openAlarm);
    for (const path of [`${RULE}/explain`, `${API}/alarms/${alarm.id}/explain`]) {
      const explanation = await supervisor.read<ExplanationView>(path);
      expect(explanation).toMatchObject({
        isLive: true,
        occurrence: alarm.id,
        ruleVersion: alarm.ruleVersion,
      });
      expect(explanation.layers[0]).toMatchObject({ layer: 'condition', verdict: 'true' });
    }
  });

  test('life safety is never given a delay, and nobody approves his own change', async () => {
    const { items } = await supervisor.read<{ items: RuleView[] }>(
      `${API}/rules?severity=life-safety&limit=1`,
    );
    const [grave] = items;
    const refused = await engineer.post(`${API}/rules/${grave?.equipment}/${grave?.rule}/changes`, {
      override: { onDelayMs: 5_000 },
      reason: 'x',
    });
    expect(refused).toMatchObject({ status: 422, body: { code: 'rule-change-invalid' } });
    const own = await supervisor.send<ProposedChangeView>(`${RULE}/changes`, {
      override: { onDelayMs: 1 },
      reason: 'x',
    });
    const approval = await supervisor.post(`${API}/rule-changes/${own.change?.id}/approve`, {
      withoutBacktest: true,
    });
    expect(approval).toMatchObject({ status: 403, body: { code: 'another-approver-required' } });
    await supervisor.send(`${API}/rule-changes/${own.change?.id}/withdraw`);
  });
});

describe('its alarm', () => {
  test('is shelved, is in the list of controls, and comes back acknowledged by hand', async () => {
    const alarm = await within('the alarm', openAlarm);
    const shelve = { reason: 'tank is being cleaned', forMs: 60_000 };
    expect(await supervisor.send(`${API}/alarms/${alarm.id}/shelve`, shelve)).toMatchObject({
      alarm: { state: 'E' },
      control: { shelf: { by: 'supervisor' } },
    });
    expect(await supervisor.read(`${API}/alarms?letters=E`)).toMatchObject({
      total: 1,
      items: [{ id: alarm.id }],
    });
    expect(await supervisor.read(`${API}/alarms/controls`)).toMatchObject({ total: 1 });
    expect(await supervisor.send(`${RULE}/unshelve`)).toMatchObject({ alarm: { state: 'C' }, control: null });
    await within(
      'the events',
      async () => seen.filter(({ event }) => event === 'control').length >= 2 || null,
    );
    expect(
      seen.filter(({ event }) => event === 'control').map(({ data }) => (data as { type: string }).type),
    ).toEqual(['shelved', 'unshelved']);
    await within(
      'the change in the events',
      async () => seen.some(({ event }) => event === 'rule-change') || null,
    );
  });

  test('ends with the change, never as recovered', async () => {
    const alarm = await within('the alarm', openAlarm);
    await change(null);
    await within('the end', async () => (await openAlarm()) === null || null);
    expect(await supervisor.read(`${API}/alarms/${alarm.id}`)).toMatchObject({ endReason: 'rule-changed' });
    expect(await supervisor.read(`${API}/alarms/${alarm.id}/explain`)).toMatchObject({ isLive: false });
    expect((await supervisor.read<RuleView>(RULE)).source.change).toBeNull();
  });
});

test('the figures of the day know the alarm', async () => {
  const report = await within('the figures', async () => {
    const { status, body } = await supervisor.get(`${API}/reports/alarms?by=rule&equipment=dws-1`);
    return status === 200 ? (body as AlarmReportView) : null;
  });
  expect(report.items.find(({ rule }) => rule === 'suction-level-low')?.figures.annunciated.n).toBe(1);
});

test('a proposed change is tried over what was recorded, and the verdict stands beside it', async () => {
  const proposal = { override: { onDelayMs: 9_000 }, reason: 'flutters' };
  const { change: proposed } = await engineer.send<ProposedChangeView>(`${RULE}/changes`, proposal);
  const toMs = Date.now();
  const asked = { fromMs: toMs - 600_000, toMs, change: proposed?.id };
  const { id } = await engineer.send<BacktestView>(`${API}/backtests`, asked);
  const done = await until(
    async () => {
      const backtest = await supervisor.read<BacktestView>(`${API}/backtests/${id}`);
      return backtest.state === 'done' || backtest.state === 'failed' ? backtest : null;
    },
    { timeoutMs: 90_000, what: 'the backtest' },
  );
  expect(done.error).toBeNull();
  expect(done.comparison?.coverage.readings).toBeGreaterThan(0);
  const { items } = await supervisor.read<{ items: RuleChangeView[] }>(`${RULE}/changes?limit=1`);
  expect(items[0]?.backtest).toMatchObject({ id, verdict: { missed: 0, needsSecondApprover: false } });
  const approved = await supervisor.send<RuleChangeView>(`${API}/rule-changes/${proposed?.id}/approve`);
  expect(approved).toMatchObject({ state: 'approved', approvals: [{ isUntested: false }] });
});

test('a restart leaves what was approved', async () => {
  const { version } = await supervisor.read<RuleView>(RULE);
  following.abort();
  await stream?.catch(() => null);
  await gateway.stop();
  await start();
  expect(await supervisor.read<RuleView>(RULE)).toMatchObject({ version, onDelayMs: 9_000, isEnabled: true });
});
