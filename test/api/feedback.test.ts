/** Feedback over HTTP: who may what, what is asked and answered, the person behind it, search and export. */
import { describe, expect, test } from 'vitest';
import { RiserError } from '../../src/core/errors.ts';
import type { Feedback } from '../../src/core/feedback.ts';
import type { FeedbackFilter } from '../../src/store/store.ts';
import { FEEDBACK, PERSONAL } from './fake-service.ts';
import { bearer, createGateway, NOW_MS, type Started, startApi, toPerson } from './support.ts';

const API = '/api/v1';
const ONE = `/feedback/${FEEDBACK.id}`;
type Role = Parameters<typeof bearer>[0];
const get = (gateway: Started, path: string, role: Role = 'desk') => {
  gateway.sessions.set(`token-${role}`, toPerson(role));
  return gateway.api.inject({ url: `${API}${path}`, headers: bearer(role) });
};
const post = (gateway: Started, path: string, payload: object, role: Role = 'desk') => {
  gateway.sessions.set(`token-${role}`, toPerson(role));
  return gateway.api.inject({ method: 'POST', url: `${API}${path}`, headers: bearer(role), payload });
};

function startWith(changes: Partial<Feedback>, asked: FeedbackFilter[] = []) {
  const gateway = createGateway();
  const whole = { ...FEEDBACK, ...changes };
  Object.assign(gateway.services.queries, {
    feedback: async (id: string) => (id === whole.id ? whole : null),
    feedbacks: async (filter: FeedbackFilter) => {
      asked.push(filter);
      return { items: filter.offset === 0 ? [whole] : [], total: 1 };
    },
    personal: async () => PERSONAL,
  });
  return startApi({}, gateway);
}

const NEW = { source: 'visit', channel: 'in-person', subject: 'repairs', content: '走廊灯暗' };

describe('an entry', () => {
  test('is taken with defaults, and whoever gave it goes sealed', async () => {
    await using gateway = await startApi();
    const person = { contactName: ' 王女士 ', contactMethod: '13812340000' };
    const response = await post(gateway, '/feedback', { ...NEW, ...person });
    expect(response.statusCode, response.body).toBe(201);
    expect(response.headers['location']).toBe(`${API}${ONE}`);
    expect(gateway.submitted).toMatchObject([
      {
        type: 'open-feedback',
        entry: { ...NEW, place: '', handler: null, tickets: [], receivedAtMs: null },
        personal: { name: '王女士', method: '13812340000', digest: expect.stringMatching(/^[0-9a-f]{64}$/) },
        actor: { username: 'desk' },
      },
    ]);
    await post(gateway, '/feedback', NEW);
    expect(gateway.submitted[1]).toMatchObject({ personal: null });
  });

  test.each([
    [{ ...NEW, content: '  ' }, 'body.content'],
    [{ ...NEW, source: 'gossip' }, 'body.source'],
    [{ ...NEW, tickets: Array.from({ length: 21 }, (_, at) => `t-${at}`) }, 'body.tickets'],
  ])('that is wrong is refused with the place: %o', async (body, place) => {
    await using gateway = await startApi();
    const response = await post(gateway, '/feedback', body);
    expect(response.statusCode).toBe(400);
    expect(response.body).toContain(place);
    expect(gateway.submitted).toEqual([]);
  });

  test('is shown with its limits, what the caller may do, and nobody’s name', async () => {
    await using gateway = await startWith({});
    const view = (await get(gateway, ONE)).json();
    expect(view).toMatchObject({ number: FEEDBACK.number, hasContact: true, handler: 'engineer' });
    expect(view.contact).toEqual({ name: '王**', method: '138****0000' });
    expect(view.clocks.map(({ id }: { id: string }) => id)).toEqual(['handling', 'result', 'analysis']);
    expect(view.changes).toEqual(['assign', 'handle', 'link', 'complaint', 'correct']);
    expect(view).not.toHaveProperty('personal');
    const byHandler = (await get(gateway, ONE, 'engineer')).json();
    expect(byHandler.changes).toEqual(['handle', 'link', 'correct']);
    expect((await get(gateway, ONE, 'auditor')).json().changes).toEqual([]);
    expect((await get(gateway, '/feedback/none')).json().code).toBe('not-found');
  });

  test('shows whoever gave it by name only to whom the right is given, and each reading is audited', async () => {
    const gateway = createGateway();
    const audited: unknown[] = [];
    Object.assign(gateway.services, { audit: async (entry: unknown) => void audited.push(entry) });
    Object.assign(gateway.services.queries, { personal: async () => PERSONAL });
    await using started = await startApi({}, gateway);
    expect((await get(started, `${ONE}/personal`, 'auditor')).statusCode).toBe(403);
    expect((await get(started, `${ONE}/personal`)).json()).toMatchObject({
      name: PERSONAL.name,
      method: PERSONAL.method,
    });
    expect(audited).toMatchObject([
      { actor: 'desk', action: 'personal-read', detail: { feedback: FEEDBACK.number } },
    ]);
  });
});

describe('changes', () => {
  const BODIES = {
    assign: { handler: 'engineer' },
    handle: { arranged: '换灯' },
    tell: { result: '已换', how: 'phone' },
    analyse: { cause: '老化', measure: '普查', opinion: '同意' },
    file: {},
    void: { reason: '重复' },
    link: { ticket: 't-1' },
    complaint: {},
    correct: { field: 'place', value: 'B1', reason: '听错' },
  } as const;
  const STAGES = { tell: 'handled', analyse: 'told', file: 'analysed' } as const;

  test.each(Object.entries(BODIES))(
    '%s is given to the engine with the version and the right',
    async (type, body) => {
      const stage = STAGES[type as keyof typeof STAGES] ?? 'received';
      await using gateway = await startWith({ stage });
      const response = await post(gateway, `${ONE}/${type}`, { version: 1, ...body });
      expect(response.statusCode, response.body).toBe(200);
      expect(gateway.submitted).toMatchObject([
        { type: 'feedback', feedback: FEEDBACK.id, version: 1, canManage: true, change: { type, ...body } },
      ]);
      const missing = await post(gateway, `${ONE}/${type}`, body);
      expect(missing.statusCode).toBe(400);
    },
  );

  test.each<readonly [keyof typeof BODIES, Role, number]>([
    ['assign', 'engineer', 403],
    ['complaint', 'engineer', 403],
    ['file', 'engineer', 403],
    ['void', 'engineer', 403],
    ['void', 'desk', 200],
    ['handle', 'contractor', 403],
    ['handle', 'occupant', 403],
  ])('%s by %s answers %i', async (type, role, status) => {
    await using gateway = await startWith({});
    const response = await post(gateway, `${ONE}/${type}`, { version: 1, ...BODIES[type] }, role);
    expect(response.statusCode === 409 ? 403 : response.statusCode, response.body).toBe(status);
  });

  test('of somebody without the right go to the engine, which knows the handler', async () => {
    await using gateway = await startWith({});
    gateway.answer = async () => {
      throw new RiserError('not-your-step', { transition: { zh: '', en: 'handle' }, who: 'engineer' });
    };
    const response = await post(gateway, `${ONE}/handle`, { version: 1, arranged: 'x' }, 'auditor');
    expect(response.json().code).toBe('not-your-step');
    expect(gateway.submitted).toMatchObject([{ canManage: false }]);
  });

  test('of one that is filed are refused as such', async () => {
    await using gateway = await startWith({ stage: 'filed' });
    const response = await post(gateway, `${ONE}/correct`, { version: 1, ...BODIES.correct });
    expect(response.json()).toMatchObject({ status: 409, code: 'wrong-stage' });
    expect(gateway.submitted).toEqual([]);
  });

  test('of the person keep what is not corrected, and a complaint has a seal of its own', async () => {
    await using gateway = await startWith({});
    const fix = { version: 1, field: 'contactMethod', value: '13900001111', reason: '记错' };
    await post(gateway, `${ONE}/correct`, fix);
    await post(gateway, `${ONE}/complaint`, { version: 1 });
    expect(gateway.submitted).toMatchObject([
      { personal: { name: PERSONAL.name, method: '13900001111' } },
      { personal: { name: PERSONAL.name, method: PERSONAL.method } },
    ]);
    const [, complaint] = gateway.submitted as readonly { personal?: { salt: string } }[];
    expect(complaint?.personal?.salt).not.toBe(PERSONAL.salt);
  });
});

describe('lists and files', () => {
  test('pass on what is asked for; names of the query become those of the store', async () => {
    const asked: FeedbackFilter[] = [];
    await using gateway = await startWith({}, asked);
    const response = await get(
      gateway,
      '/feedback?state=all&text=%E7%81%AF&breached=yes&from=5&subject=fees',
    );
    expect(response.json()).toMatchObject({ total: 1, items: [{ number: FEEDBACK.number }] });
    expect(response.body).not.toContain('contact"');
    expect(asked).toMatchObject([
      { state: 'all', text: '灯', isBreached: true, fromMs: 5, subject: 'fees', limit: 100 },
    ]);
    expect((await get(gateway, '/feedback', 'occupant')).statusCode).toBe(403);
  });

  test('are exported in both forms and languages, without the person, and audited', async () => {
    await using gateway = await startWith({
      handling: { arranged: '换灯', arrangedBy: '领班', by: 'wang', atMs: NOW_MS },
    });
    const csv = await get(gateway, '/feedback/export?language=zh', 'manager');
    expect(csv.statusCode, csv.body).toBe(200);
    expect(csv.headers['content-disposition']).toMatch(/riser-tower-feedback-\d+T\d+\.csv/);
    expect(csv.body).toContain('反馈编号');
    expect(csv.body).toContain('换灯');
    expect(csv.body).not.toMatch(/王女士|13812340000/);
    const xlsx = await get(gateway, '/feedback/export?format=xlsx&language=en', 'manager');
    expect(xlsx.rawPayload.subarray(0, 2).toString()).toBe('PK');
    expect((await get(gateway, '/feedback/export', 'engineer')).statusCode).toBe(403);
  });
});
