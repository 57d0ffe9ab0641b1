/** Rules, explanations, storms, drills, figures and backtests over HTTP: what is answered, and what is handed on. */
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Occurrence } from '../../src/core/alarm.ts';
import { RiserError, RuleChangeError } from '../../src/core/errors.ts';
import { toId } from '../../src/core/ids.ts';
import type { Role } from '../../src/store/store.ts';
import { BACKTEST, CHANGE, EXPLANATION } from './fake-alarms.ts';
import { bearer, createGateway, NOW_MS, OCCURRENCE, startApi } from './support.ts';

const API = '/api/v1';
const ENDED: Occurrence = {
  ...OCCURRENCE,
  id: toId('ended'),
  isActive: false,
  returnedAtMs: NOW_MS - 5_000,
  endedAtMs: NOW_MS - 1_000,
  endReason: 'returned',
  ticket: null,
};
const fake = createGateway();
Object.assign(fake.services.queries, {
  alarm: async (id: string) => [OCCURRENCE, ENDED].find((row) => row.id === id) ?? null,
  drills: async () =>
    new Map([[toId('booster'), { by: 'admin', atMs: NOW_MS, reason: 'exercise', untilMs: NOW_MS + 1 }]]),
});
const gateway = await startApi({}, fake);
afterAll(() => gateway[Symbol.asyncDispose]());
beforeEach(() => {
  gateway.submitted.length = 0;
  gateway.asked.length = 0;
});

const ask = async (
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  payload?: object,
  role: Role = 'supervisor',
) => {
  const response = await gateway.api.inject({
    method,
    url: `${API}${path}`,
    headers: bearer(role),
    ...(payload && { payload }),
  });
  return { status: response.statusCode, body: response.body === '' ? null : response.json() };
};
const get = async (path: string) => (await ask('GET', path)).body;

describe('an explanation', () => {
  test('of an open occurrence and of a rule is the engine’s, as it is now', async () => {
    for (const path of ['/alarms/occ-1/explain', '/rules/booster/pressure-low/explain']) {
      expect(await get(path)).toEqual({ isLive: true, ...EXPLANATION });
    }
  });

  test('of an occurrence that has ended comes from its record, and says so', async () => {
    const body = await get('/alarms/ended/explain');
    expect(body).toMatchObject({
      isLive: false,
      atMs: ENDED.endedAtMs,
      ruleVersion: 'r1',
      type: 'threshold',
      readings: [{ point: 'booster/outlet-pressure', value: 0.15, role: 'own' }],
    });
    expect(body.layers.map(({ layer, verdict }: Record<string, string>) => `${layer} ${verdict}`)).toEqual([
      'condition true',
      'occurrence returned',
      'ticket none',
    ]);
  });

  test.each(['/alarms/never/explain', '/rules/booster/never/explain', '/rules/nowhere/pressure-low/explain'])(
    'of what is not there: %s',
    async (path) => {
      expect((await ask('GET', path)).body.code).toBe('not-found');
    },
  );
});

describe('rules', () => {
  test('show everything that decides, and where it comes from', async () => {
    const { items, total } = await get('/rules');
    expect(total).toBe(1);
    expect(items[0]).toMatchObject({
      key: OCCURRENCE.key,
      equipmentName: { en: 'Booster set' },
      isEnabled: true,
      minGoodSamples: 2,
      source: { profile: 'generic-booster-2p', file: null, change: null },
    });
    expect(await get('/rules/booster/pressure-low')).toEqual(items[0]);
  });

  test.each([
    ['equipment=booster', 1],
    ['equipment=booster-pump-1', 0],
    ['severity=high&system=water&type=threshold', 1],
    ['severity=low', 0],
    ['changed=true', 0],
    ['text=outlet', 1],
    ['text=booster%2Fpress', 1],
    ['offset=1', 1],
  ])('?%s finds %d', async (query, total) => {
    expect((await get(`/rules?${query}`)).total).toBe(total);
  });

  test('may be limited to the hours that the site has', async () => {
    expect((await get('/site')).calendars).toEqual([]);
  });

  test('and a shelf is no longer than the site says', async () => {
    expect((await get('/site')).shelveMaxMs).toMatchObject({ 'life-safety': 0, high: expect.any(Number) });
  });
});

describe('a change of a rule', () => {
  const path = '/rules/booster/pressure-low/changes';
  const body = { override: { onDelayMs: 20_000 }, reason: 'flutters' };

  test('is proposed in the name of the person; a trial stores nothing', async () => {
    const { status, body: answer } = await ask('POST', path, body, 'engineer');
    expect(status, JSON.stringify(answer)).toBe(200);
    expect(answer).toMatchObject({
      change: { override: { onDelayMs: 20_000 }, by: 'engineer', needsApprovals: 1, approvals: [] },
      rule: { key: OCCURRENCE.key },
    });
    const trial = await ask('POST', path, { override: null, isTrial: true }, 'engineer');
    expect(trial.body).toMatchObject({ change: null, rule: { key: OCCURRENCE.key } });
    expect(gateway.asked).toEqual([
      ['propose', { equipment: 'booster', rule: 'pressure-low', by: 'engineer', ...body }],
      ['check', 'booster', 'pressure-low', null],
    ]);
  });

  test('that does not fit is answered with every problem', async () => {
    const problem = {
      file: 'change',
      line: 1,
      column: 1,
      path: 'onDelayMs',
      expected: '0 (life safety)',
      found: '5',
    };
    vi.spyOn(gateway.services.ruleChanges, 'propose').mockRejectedValueOnce(new RuleChangeError([problem]));
    expect(await ask('POST', path, body)).toMatchObject({
      status: 422,
      body: {
        code: 'rule-change-invalid',
        params: { count: 1, problems: [{ path: 'onDelayMs', expected: '0 (life safety)', found: '5' }] },
      },
    });
  });

  test('is approved, refused and withdrawn by those who may', async () => {
    expect((await ask('POST', '/rule-changes/c-1/approve', { withoutBacktest: true })).body.state).toBe(
      'approved',
    );
    expect((await ask('POST', '/rule-changes/c-1/refuse', { note: 'no' })).body.state).toBe('refused');
    expect((await ask('POST', '/rule-changes/c-1/withdraw', undefined, 'engineer')).body.state).toBe(
      'withdrawn',
    );
    expect(gateway.asked).toEqual([
      ['approve', 'c-1', { by: 'supervisor', note: '', isUntested: true }],
      ['refuse', 'c-1', { by: 'supervisor', note: 'no' }],
      ['withdraw', 'c-1', { by: 'engineer', note: '' }],
    ]);
    expect((await ask('POST', '/rule-changes/c-1/approve', {}, 'engineer')).status).toBe(403);
    expect((await ask('POST', path, body, 'desk')).status).toBe(403);
  });

  test('is listed of its rule and of all', async () => {
    for (const list of [path, '/rule-changes?state=proposed']) {
      expect(await get(list)).toMatchObject({
        total: 1,
        items: [{ id: CHANGE.id, backtest: null, problems: [] }],
      });
    }
  });

  test.each([{}, { override: 'none' }, { override: {}, reason: 'x', colour: 'red' }])(
    'with the body %j is refused',
    async (wrong) => {
      expect((await ask('POST', path, wrong)).status).toBe(400);
      expect(gateway.asked).toEqual([]);
    },
  );
});

describe('the tests of a rule', () => {
  const path = '/rules/booster/pressure-low/tests';

  test('are listed with their time lines, on the points of this very equipment', async () => {
    const body = await get(path);
    expect(body).toMatchObject({
      file: 'tests/generic-booster-2p.yaml',
      lastRun: null,
      isRuleChanged: false,
    });
    const [one] = body.cases;
    expect(one).toMatchObject({ name: { en: 'below its limit' }, outcome: null, everyMs: null });
    expect(one.points).toEqual([
      {
        point: 'booster/outlet-pressure',
        steps: [
          { atMs: 0, type: 'held', values: [0.1], quality: null, ms: 0 },
          { atMs: 5_000, type: 'silent', values: [], quality: null, ms: 0 },
        ],
      },
      {
        point: 'booster-pump-1/running',
        steps: [{ atMs: 0, type: 'alternate', values: [0, 1], quality: null, ms: 2_000 }],
      },
    ]);
    expect(one.events).toEqual([{ atMs: 2_000, type: 'clock', ms: -3_600_000, refused: null }]);
    expect(one.expect).toMatchObject([
      { atMs: 1_000, isNothing: true, state: null, ticket: null },
      { atMs: 9_000, isNothing: false, state: 'B', level: 'lo', ticket: 'engineering/normal' },
    ]);
  });

  test('are run by those who may change rules, with what came out otherwise', async () => {
    const { status, body } = await ask('POST', `${path}/run`, undefined, 'engineer');
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body.lastRun).toEqual({ atMs: NOW_MS, tookMs: 7, passed: 0, failed: 1 });
    expect(body.cases[0].outcome).toMatchObject({
      isPassed: false,
      failures: [{ atMs: 9_000, expected: 'B lo', found: 'A' }],
    });
    expect(gateway.asked).toEqual([['runRuleTests', 'booster', 'pressure-low']]);
    expect((await ask('POST', `${path}/run`, undefined, 'desk')).status).toBe(403);
  });

  test('of a rule that the site does not have are not found, nor run', async () => {
    for (const [method, end] of [
      ['GET', ''],
      ['POST', '/run'],
    ] as const)
      expect((await ask(method, `/rules/booster/never/tests${end}`)).body.code).toBe('not-found');
    expect(gateway.asked).toEqual([]);
  });

  test('say that they do not try what has been changed on this equipment', async () => {
    const { ruleChanges } = gateway.services;
    const found = ruleChanges.rule(OCCURRENCE.equipment, OCCURRENCE.rule);
    if (found === null) throw new Error('no rule');
    vi.spyOn(ruleChanges, 'rule').mockReturnValueOnce({ ...found, change: CHANGE });
    expect((await get(path)).isRuleChanged).toBe(true);
  });

  test('that are waited for by too many are refused', async () => {
    vi.spyOn(gateway.services.ruleTests, 'run').mockRejectedValueOnce(new RiserError('rule-tests-busy'));
    expect(await ask('POST', `${path}/run`)).toMatchObject({
      status: 503,
      body: { code: 'rule-tests-busy' },
    });
  });
});

describe('a backtest', () => {
  test('of a proposed change counts for its review', async () => {
    const { status, body } = await ask(
      'POST',
      '/backtests',
      { fromMs: 0, toMs: NOW_MS, change: 'c-1' },
      'engineer',
    );
    expect(status, JSON.stringify(body)).toBe(202);
    expect(body).toMatchObject({
      id: BACKTEST.id,
      state: 'running',
      progress: { ratio: 0.25 },
      comparison: null,
    });
    const overrides = [{ equipment: 'booster', rule: 'pressure-low', override: CHANGE.override }];
    expect(gateway.asked.slice(1)).toEqual([
      ['backtest', { type: 'compare', fromMs: 0, toMs: NOW_MS, overrides }, 'engineer'],
      ['tested', 'c-1', BACKTEST.id],
    ]);
  });

  test('of changes that nobody has proposed counts for nothing', async () => {
    const overrides = [{ equipment: 'booster', rule: 'pressure-low', override: null }];
    await ask('POST', '/backtests', { fromMs: 0, toMs: 9, overrides });
    expect(gateway.asked).toEqual([
      ['backtest', { type: 'compare', fromMs: 0, toMs: 9, overrides }, 'supervisor'],
    ]);
  });

  test('is followed, listed and cancelled', async () => {
    expect(await get('/backtests/b-1')).toMatchObject({ id: 'b-1', state: 'running' });
    expect((await get('/backtests')).total).toBe(1);
    expect((await ask('DELETE', '/backtests/b-1')).status).toBe(204);
    for (const method of ['GET', 'DELETE'] as const)
      expect((await ask(method, '/backtests/nothing')).body.code).toBe('not-found');
  });

  test.each([
    {},
    { fromMs: 0, toMs: 1 },
    { fromMs: 0, toMs: 1, change: 'c', overrides: [{ equipment: 'a', rule: 'b', override: null }] },
    { fromMs: 0, toMs: 1, overrides: [] },
    { type: 'self-check', fromMs: 0, toMs: 1, change: 'c' },
  ])('with the body %j is refused', async (body) => {
    expect((await ask('POST', '/backtests', body)).status).toBe(400);
    expect(gateway.asked).toEqual([]);
  });
});

describe('storms and drills', () => {
  test('a storm is shown with its members', async () => {
    expect(await get('/storms')).toMatchObject({
      total: 1,
      items: [{ id: 'storm-1', members: 12, root: 'occ-1' }],
    });
    expect(await get('/storms/storm-1')).toMatchObject({ id: 'storm-1', endedAtMs: null });
    expect(await get('/storms/storm-1/members')).toMatchObject({
      total: 1,
      items: [{ id: 'occ-1', state: 'B' }],
    });
    for (const path of ['/storms/nothing', '/storms/nothing/members'])
      expect((await ask('GET', path)).body.code).toBe('not-found');
  });

  test('a drill is begun and ended by those who may, and written down', async () => {
    gateway.answer = async () => ({ occurrence: null, ticket: null });
    for (const untilMs of [NOW_MS + 60_000, null]) {
      const { status, body } = await ask('POST', '/drills', {
        equipment: 'booster',
        reason: 'exercise',
        untilMs,
      });
      expect([status, body.items[0].equipmentName.en]).toEqual([200, 'Booster set']);
      expect(gateway.submitted.at(-1)).toMatchObject({
        type: 'drill',
        equipment: 'booster',
        by: 'supervisor',
        untilMs,
      });
    }
    expect(gateway.asked.map(([, entry]) => (entry as { action: string }).action)).toEqual([
      'drill-begin',
      'drill-end',
    ]);
    const byDesk = (until: number | null) =>
      ask('POST', '/drills', { equipment: 'booster', reason: 'x', untilMs: until }, 'desk');
    expect((await byDesk(NOW_MS + 60_000)).status).toBe(403);
    expect((await byDesk(null)).status, 'whoever sees that it is real breaks it off').toBe(200);
  });

  test('a drill lets a fault of the simulator happen after it has begun, and not one that is unknown', async () => {
    gateway.answer = async () => ({ occurrence: null, ticket: null });
    const wish = { equipment: 'booster', reason: 'x', untilMs: NOW_MS + 60_000 };
    const unknown = await ask('POST', '/drills', { ...wish, fault: 'no-such-fault' });
    expect([unknown.body.code, gateway.submitted]).toEqual(['unknown-fault', []]);
    expect((await ask('POST', '/drills', { ...wish, fault: 'dry-run' })).status).toBe(200);
    expect(gateway.submitted).toMatchObject([{ type: 'drill', fault: 'dry-run', isWhole: true }]);
  });

  test('a drill that the engine refuses is not written down', async () => {
    gateway.answer = () => Promise.reject(new RiserError('no-drill'));
    const { body } = await ask('POST', '/drills', { equipment: 'booster', reason: 'x', untilMs: null });
    expect([body.code, gateway.asked]).toEqual(['no-drill', []]);
  });
});

describe('GET /reports/alarms', () => {
  test('answers the site’s figures of the last seven local days', async () => {
    const body = await get('/reports/alarms');
    expect(body).toMatchObject({
      from: '2026-11-15',
      to: '2026-11-21',
      by: 'site',
      items: [
        {
          equipment: null,
          text: { en: 'Tower' },
          figures: { annunciated: { n: 0 }, opcUa: { AlarmCount: 0 } },
        },
      ],
    });
    expect(gateway.asked).toEqual([
      ['figures', { fromDate: '2026-11-15', toDate: '2026-11-21', scope: {}, rules: 1 }],
    ]);
  });

  test('answers those of an equipment or a rule, or of the ten with the most alarms', async () => {
    const one = await get('/reports/alarms?by=equipment&equipment=booster');
    expect(one.items).toMatchObject([{ equipment: 'booster', rule: null, text: { en: 'Booster set' } }]);
    const rule = await get('/reports/alarms?by=rule&equipment=booster&rule=pressure-low');
    expect(rule.items).toMatchObject([{ rule: 'pressure-low', text: { en: 'Outlet pressure low' } }]);
    expect((await get('/reports/alarms?by=equipment')).items).toEqual([]);
    expect((await get('/reports/alarms?by=rule&equipment=booster')).items).toEqual([]);
  });

  test('names what its numbers are of, also where the site does not have it any more', async () => {
    const view = await gateway.services.alarmFigures.view({
      fromDate: '2026-11-21',
      toDate: '2026-11-21',
      scope: {},
      rules: 1,
    });
    const ranked = (id: string) => ({ id, n: 3, share: 0.5 });
    vi.spyOn(gateway.services.alarmFigures, 'view').mockResolvedValueOnce({
      ...view,
      topTen: {
        share: 1,
        alarms: [ranked(OCCURRENCE.key), ranked('tower/gone/hot')],
        equipment: [ranked('booster')],
      },
      standing: { n: 1, stale: 0, oldest: [{ id: OCCURRENCE.key, sinceMs: 1 }] },
    });
    const { figures } = (await get('/reports/alarms')).items[0];
    const named = {
      equipment: 'booster',
      equipmentName: { en: 'Booster set' },
      rule: 'pressure-low',
      text: { en: 'Outlet pressure low' },
    };
    expect(figures.topTen.alarms).toMatchObject([
      { id: OCCURRENCE.key, n: 3, ...named },
      { equipment: 'gone', equipmentName: { zh: '', en: '' }, rule: 'hot', text: null },
    ]);
    expect(figures.topTen.equipment).toMatchObject([{ id: 'booster', rule: null, text: null }]);
    expect(figures.standing.oldest).toMatchObject([named]);
  });

  test.each([
    ['from=2026-02-30', 'query.from'],
    ['to=2026-13-01', 'query.to'],
    ['from=2026-11-21&to=2026-11-20', 'query.from'],
    ['from=2024-01-01', 'query.from'],
    ['equipment=booster', 'query.by'],
    ['by=rule&rule=pressure-low', 'query.equipment'],
    ['from=yesterday', 'query.from'],
  ])('?%s is refused at %s', async (query, place) => {
    const { status, body } = await ask('GET', `/reports/alarms?${query}`);
    expect([status, body.params.problems[0].path]).toEqual([400, place]);
  });

  test('of what is not there is not found, and waits while the figures are made', async () => {
    for (const query of ['by=equipment&equipment=nowhere', 'by=rule&equipment=booster&rule=never'])
      expect((await ask('GET', `/reports/alarms?${query}`)).body.code).toBe('not-found');
    vi.spyOn(gateway.services.alarmFigures, 'view').mockRejectedValueOnce(new RiserError('engine-busy'));
    expect((await ask('GET', '/reports/alarms')).body.code).toBe('engine-busy');
  });
});
