/** What people keep beside tickets over HTTP: files, personal data, messages, incidents, policy, duty, slips, reports. */
import { describe, expect, test } from 'vitest';
import { toRange } from '../../src/api/file-range.ts';
import { maskMethod, maskName } from '../../src/api/masks.ts';
import { PolicyError, RiserError, RosterError } from '../../src/core/errors.ts';
import type { Ticket } from '../../src/core/ticket.ts';
import type { UserRow } from '../../src/store/store.ts';
import { ATTACHMENT, INCIDENT, MESSAGE, PERSONAL } from './fake-service.ts';
import { bearer, createGateway, NOW_MS, type Started, startApi, TICKET, toPerson } from './support.ts';

const API = '/api/v1';
type Role = Parameters<typeof bearer>[0];
const get = (gateway: Started, path: string, role: Role = 'admin') =>
  gateway.api.inject({ url: `${API}${path}`, headers: bearer(role) });
const post = (gateway: Started, path: string, payload: object, role: Role = 'admin') =>
  gateway.api.inject({ method: 'POST', url: `${API}${path}`, headers: bearer(role), payload });

function startWith(ticket: Partial<Ticket>) {
  const gateway = createGateway();
  const whole = { ...TICKET, ...ticket };
  Object.assign(gateway.services.queries, {
    ticket: async (id: string) => (id === whole.id ? whole : null),
  });
  return startApi({}, gateway);
}

function upload(gateway: Started, parts: readonly string[], query = '') {
  const payload = [...parts.flatMap((part) => ['--x', part]), '--x--', ''].join('\r\n');
  const headers = { ...bearer('engineer'), 'content-type': 'multipart/form-data; boundary=x' };
  const url = `${API}/tickets/${TICKET.id}/attachments${query}`;
  return gateway.api.inject({ method: 'POST', url, headers, payload });
}
const FILE =
  'content-disposition: form-data; name="file"; filename="a.jpg"\r\ncontent-type: image/jpeg\r\n\r\n0123456789';
const VERSION = 'content-disposition: form-data; name="version"\r\n\r\n3';

describe('an attachment', () => {
  test('is received whole and put on the ticket by its step', async () => {
    await using gateway = await startApi();
    const response = await upload(gateway, [VERSION, FILE]);
    expect(response.statusCode, response.body).toBe(201);
    expect(gateway.asked).toContainEqual(['receive', 'a.jpg', 'engineer', 10]);
    const [command] = gateway.submitted;
    expect(command).toMatchObject({
      version: 3,
      transitions: [{ type: 'attach', attachment: { name: 'a.jpg', by: 'engineer' } }],
    });
    expect(response.headers['location']).toMatch(`${API}/tickets/${TICKET.id}/attachments/`);
  });

  test('of a step that is refused is taken back', async () => {
    await using gateway = await startApi();
    gateway.answer = async () => {
      throw new RiserError('version-conflict', { current: 4 });
    };
    expect((await upload(gateway, [FILE], '?version=3')).json().code).toBe('version-conflict');
    expect(gateway.asked.at(-1)?.[0]).toBe('discard');
  });

  test('of a step whose outcome nobody knows is left for the sweep', async () => {
    await using gateway = await startApi();
    gateway.answer = async () => {
      throw new RiserError('store-failed');
    };
    expect((await upload(gateway, [VERSION, FILE])).json().code).toBe('store-failed');
    expect(gateway.asked.map(([name]) => name)).not.toContain('discard');
  });

  test('without a file, without a version, or as something else than a form is refused', async () => {
    await using gateway = await startApi();
    expect((await upload(gateway, [VERSION])).json()).toMatchObject({ status: 400, code: 'bad-request' });
    expect((await upload(gateway, [FILE])).json().detail).toContain('body.version');
    const json = await post(gateway, `/tickets/${TICKET.id}/attachments`, { version: 3 });
    expect(json.statusCode).toBe(400);
    expect(gateway.submitted).toEqual([]);
  });

  test('is answered whole or in part, and never as something that runs', async () => {
    await using gateway = await startWith({ attachments: [ATTACHMENT] });
    const url = `${API}/tickets/${TICKET.id}/attachments/${ATTACHMENT.id}`;
    const whole = await gateway.api.inject({ url, headers: bearer('desk') });
    expect(whole.statusCode).toBe(200);
    expect(whole.body).toBe('0123456789');
    expect(whole.headers).toMatchObject({
      'content-type': 'image/jpeg',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
    });
    expect(whole.headers['content-disposition']).toContain("filename*=UTF-8''%E7%8E%B0%E5%9C%BA%201.jpg");
    const part = await gateway.api.inject({ url, headers: { ...bearer('desk'), range: 'bytes=2-4' } });
    expect(part.statusCode).toBe(206);
    expect(part.body).toBe('234');
    expect(part.headers['content-range']).toBe('bytes 2-4/10');
    const beyond = await gateway.api.inject({ url, headers: { ...bearer('desk'), range: 'bytes=20-' } });
    expect(beyond.json()).toMatchObject({ status: 416, code: 'range-not-satisfiable' });
  });

  test('that does not stand on the ticket is not there, whatever is on the disk', async () => {
    await using gateway = await startWith({ attachments: [] });
    const response = await get(gateway, `/tickets/${TICKET.id}/attachments/${ATTACHMENT.id}`);
    expect(response.json().code).toBe('not-found');
    expect(gateway.asked).toEqual([]);
  });

  test('range headers that are none are left unheeded', () => {
    expect(toRange('bytes=0-9')).toEqual({ from: 0, to: 9 });
    expect(toRange('bytes=5-')).toEqual({ from: 5, to: null });
    for (const header of [undefined, '', 'bytes=-5', 'bytes=9-2', 'items=0-1', 'bytes=0-1,3-4'])
      expect(toRange(header), header).toBeNull();
  });
});

describe('personal data', () => {
  const contact = { ...TICKET.contact, id: null, personal: `${TICKET.id}/1` };

  test('is shown on demand, after its reading has been written down', async () => {
    await using gateway = await startWith({ contact });
    const response = await get(gateway, `/tickets/${TICKET.id}/personal`, 'desk');
    expect(response.json()).toEqual({ id: contact.personal, name: PERSONAL.name, method: PERSONAL.method });
    expect(gateway.asked).toContainEqual([
      'audit',
      {
        actor: 'desk',
        action: 'personal-read',
        object: contact.personal,
        detail: { ticket: TICKET.number },
      },
    ]);
  });

  test('is shown to the guard who was sent there, and to no other', async () => {
    const ask = async (given: object) => {
      await using gateway = await startWith({
        contact,
        assignee: null,
        takenBy: null,
        reports: [],
        ...given,
      });
      const desk = gateway.users.get('desk') as UserRow;
      gateway.users.set('security', { ...desk, username: 'security', roles: ['security'] });
      gateway.sessions.set('token-security', toPerson('security'));
      return (await get(gateway, `/tickets/${TICKET.id}/personal`, 'security')).statusCode;
    };
    const report = { atMs: NOW_MS, deliveredAtMs: null, answeredAtMs: null };
    expect(await ask({})).toBe(403);
    expect(await ask({ assignee: 'engineer' })).toBe(403);
    expect(await ask({ reports: [{ ...report, to: 'supervisor' }] })).toBe(403);
    expect(await ask({ assignee: 'security' })).toBe(200);
    expect(await ask({ takenBy: 'security' })).toBe(200);
    expect(await ask({ reports: [{ ...report, to: 'security' }] })).toBe(200);
    expect(await ask({ assignee: 'security', stage: 'closed' })).toBe(403);
  });

  test('is not shown when its reading cannot be written down', async () => {
    const gateway = createGateway({
      audit: async () => {
        throw new RiserError('store-failed');
      },
    });
    Object.assign(gateway.services.queries, { ticket: async () => ({ ...TICKET, contact }) });
    await using started = await startApi({}, gateway);
    const response = await get(started, `/tickets/${TICKET.id}/personal`, 'desk');
    expect(response.json().code).toBe('store-failed');
    expect(response.body).not.toContain(PERSONAL.method);
  });

  test('is due for destruction when it is older than the policy keeps it', async () => {
    await using gateway = await startApi();
    const { days, items } = (await get(gateway, '/personal/due', 'admin')).json();
    expect(days).toBe(gateway.services.model.policy.retention.personalDays);
    expect(items).toEqual([{ id: contact.personal, storedAtMs: NOW_MS - days * 86_400_000 - 1 }]);
    expect((await get(gateway, '/personal/due', 'desk')).statusCode).toBe(403);
  });

  test('is destroyed with a reason only', async () => {
    await using gateway = await startApi();
    const ids = [contact.personal];
    expect((await post(gateway, '/personal/destroy', { ids, reason: ' ' })).statusCode).toBe(400);
    expect((await post(gateway, '/personal/destroy', { ids, reason: 'retention' })).statusCode).toBe(204);
    const command = { type: 'destroy-personal', ids, reason: 'retention', by: 'admin' };
    expect(gateway.submitted).toEqual([command]);
  });

  test('is destroyed all or not at all: one that is unknown or gone already stops it', async () => {
    await using gateway = await startApi();
    const body = { ids: [contact.personal, 'GC20260101-0001/1'], reason: 'retention' };
    const response = await post(gateway, '/personal/destroy', body);
    expect(response.statusCode).toBe(404);
    expect(response.json()).toMatchObject({ code: 'not-found' });
    expect(gateway.submitted).toEqual([]);
  });

  test('is masked so that it can be known again and not used', () => {
    expect(maskMethod('13812340000')).toBe('138****0000');
    expect(maskMethod('8001')).toBe('****');
    expect(maskMethod('')).toBe('');
    expect(maskName('王女士')).toBe('王**');
    expect(maskName(' ')).toBe('');
  });
});

describe('messages', () => {
  test('are read and answered by their recipient only', async () => {
    await using gateway = await startApi();
    const list = (await get(gateway, '/messages', 'engineer')).json();
    expect(list.items[0]).toMatchObject({ id: MESSAGE.id, subject: MESSAGE.subject });
    expect(list.items[0]).not.toHaveProperty('key');
    expect((await post(gateway, `/messages/${MESSAGE.id}/read`, {}, 'engineer')).statusCode).toBe(200);
    const answer = { text: 'on my way' };
    expect((await post(gateway, `/messages/${MESSAGE.id}/answer`, answer, 'engineer')).statusCode).toBe(200);
    const delivery = { type: 'delivery', message: MESSAGE.id, known: MESSAGE };
    expect(gateway.submitted).toEqual([
      { ...delivery, outcome: { type: 'read', by: 'engineer', atMs: NOW_MS } },
      { ...delivery, outcome: { type: 'answered', by: 'engineer', text: 'on my way', atMs: NOW_MS } },
    ]);
    expect((await post(gateway, `/messages/${MESSAGE.id}/read`, {}, 'desk')).json().code).toBe('not-found');
    expect(gateway.submitted).toHaveLength(2);
  });
});

test('an incident says that its final report is owed, also after its end', async () => {
  const { model } = createGateway().services;
  const incidents = { ...model.policy.incidents, majorGrades: ['major'] };
  const made = createGateway({ model: { ...model, policy: { ...model.policy, incidents } } });
  await using gateway = await startApi({}, made);
  const owes = async (given: Partial<typeof INCIDENT>) => {
    Object.assign(gateway.services.queries, { incident: async () => ({ ...INCIDENT, ...given }) });
    return (await get(gateway, `/incidents/${INCIDENT.id}`)).json().owesFinalReport;
  };
  const major = { verdict: 'confirmed', grade: 'major', endedAtMs: NOW_MS, reports: [] } as const;
  expect(await owes(major)).toBe(true);
  expect(await owes({ ...major, grade: 'ordinary' })).toBe(false);
  expect(await owes({ ...major, verdict: 'false-alarm' })).toBe(false);
});

test('a change of an incident reaches the engine with the version that was seen', async () => {
  await using gateway = await startApi();
  const body = { version: 2, verdict: 'false-alarm', note: 'steam', how: 'camera' };
  const response = await post(gateway, `/incidents/${INCIDENT.id}/confirm`, body, 'desk');
  expect(response.json()).toMatchObject({ number: INCIDENT.number });
  expect(gateway.submitted).toEqual([
    {
      type: 'incident',
      incident: INCIDENT.id,
      version: 2,
      change: { type: 'confirm', verdict: 'false-alarm', note: 'steam', how: 'camera' },
      by: 'desk',
    },
  ]);
  const evidence = { version: 2, kind: 'first', atMs: 1, to: 'committee', how: 'fax', evidence: ' ' };
  expect((await post(gateway, `/incidents/${INCIDENT.id}/report-sent`, evidence)).statusCode).toBe(400);
  expect((await get(gateway, '/incidents/none')).json().code).toBe('not-found');
});

describe('files of policy and roster', () => {
  const problem = { file: 'x', line: 3, column: 2, path: 'clocks[0]', expected: 'a limit', found: 'nothing' };

  test('that are refused answer every mistake with its line', async () => {
    const gateway = createGateway();
    Object.assign(gateway.services.policies, {
      propose: async () => {
        throw new PolicyError([problem]);
      },
    });
    Object.assign(gateway.services.roster, {
      importRoster: async () => {
        throw new RosterError([problem]);
      },
    });
    await using started = await startApi({}, gateway);
    const policy = await post(started, '/policy/versions', { text: 'version: 2', reason: 'r' });
    expect(policy.json()).toMatchObject({ code: 'policy-invalid', params: { problems: [problem] } });
    const roster = await started.api.inject({
      method: 'PUT',
      url: `${API}/roster?version=0`,
      headers: { ...bearer('admin'), 'content-type': 'application/octet-stream' },
      payload: Buffer.from('version: 9'),
    });
    expect(roster.json()).toMatchObject({ code: 'roster-invalid', params: { problems: [problem] } });
  });

  test('a version of the policy is compared and approved under the one that was seen', async () => {
    await using gateway = await startApi();
    const compared = (await get(gateway, '/policy/compare?from=p1&to=p1')).json();
    expect(compared.differences).toEqual([{ path: 'reopenMs', before: 1, after: 2, isSafety: false }]);
    await post(gateway, '/policy/versions/p1/approve', { comparedWith: 'p1', note: 'fine' });
    const review = { comparedWith: 'p1', note: 'fine', by: 'admin' };
    expect(gateway.asked).toContainEqual(['approvePolicy', 'p1', review]);
    expect((await get(gateway, '/policy/versions')).json().items[0]).not.toHaveProperty('text');
  });
});

describe('duty', () => {
  test('says who is on, and who would be told, with ways only for those who may see them', async () => {
    await using gateway = await startApi();
    const on = (await get(gateway, `/roster/on?at=${NOW_MS}`, 'engineer')).json();
    expect(on.items).toMatchObject([{ post: 'desk', username: 'desk', isStandby: false }]);
    const ask = async (role: Role) =>
      (await get(gateway, `/who?at=${NOW_MS}&equipment=booster`, role)).json();
    const people = (answer: { steps: { people: object[] }[] }) => answer.steps.flatMap((step) => step.people);
    expect(people(await ask('engineer')).some((one) => 'ways' in one)).toBe(false);
    expect(gateway.asked.filter(([name]) => name === 'audit')).toEqual([]);
    expect(people(await ask('desk')).every((one) => 'ways' in one)).toBe(true);
    expect(gateway.asked.filter(([name]) => name === 'audit')).toHaveLength(1);
  });

  test('a swap is asked for by those who are part of it or make the roster', async () => {
    await using gateway = await startApi();
    const swap = { date: '2026-11-22', post: 'desk', shift: 'day', from: 'desk', to: 'admin', reason: 'r' };
    expect((await post(gateway, '/roster/swaps', swap, 'desk')).statusCode).toBe(201);
    expect((await post(gateway, '/roster/swaps', swap, 'engineer')).json().code).toBe('not-permitted');
    expect((await post(gateway, '/roster/swaps', swap, 'supervisor')).statusCode).toBe(201);
  });

  test('a swap is dropped by those who are part of it or approve swaps', async () => {
    await using gateway = await startApi();
    const drop = (role: Role) => post(gateway, '/roster/swaps/s-1/drop', {}, role);
    expect((await drop('engineer')).json().code).toBe('not-permitted');
    expect((await drop('supervisor')).statusCode).toBe(204);
  });
});

test('a late entry takes an unused slip, and gives it to the engine to use up', async () => {
  await using gateway = await startApi();
  const report = { source: 'owner-call', channel: 'slip', class: 'help', content: 'No water' };
  const used = await post(gateway, '/tickets', { ...report, slip: 'ZD-000009' }, 'desk');
  expect(used.json()).toMatchObject({ status: 409, code: 'slip-used' });
  expect(gateway.submitted).toEqual([]);
  const late = { ...report, slip: 'ZD-000001', receivedAtMs: NOW_MS - 1 };
  expect((await post(gateway, '/tickets', late, 'desk')).statusCode).toBe(201);
  expect(gateway.submitted[0]).toMatchObject({ ticket: { slip: 'ZD-000001', receivedAtMs: NOW_MS - 1 } });
  expect(gateway.submitted[0]).toMatchObject({ slip: { number: 'ZD-000001', ticket: null, voided: null } });
  const page = await get(gateway, '/slips/print', 'desk');
  expect(page.headers['content-type']).toContain('text/html');
  expect(page.body).toContain('ZD-000001');
});

describe('many late entries', () => {
  const toEntry = (slip: string, given = {}) => ({
    source: 'owner-call',
    channel: 'slip',
    class: 'help',
    content: 'No water',
    slip,
    receivedAtMs: NOW_MS - 60_000,
    ...given,
  });

  test('are answered one by one: what is refused keeps none of the others from being entered', async () => {
    await using gateway = await startApi();
    const entries = [
      toEntry('ZD-000009'),
      toEntry('ZD-000001'),
      toEntry('ZD-000001', { equipment: 'nothing' }),
    ];
    const answer = await post(gateway, '/tickets/late-entries', { entries }, 'desk');
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({
      entered: 1,
      refused: 2,
      items: [
        { slip: 'ZD-000009', ticket: null, problem: { code: 'slip-used', status: 409 } },
        { slip: 'ZD-000001', ticket: { id: TICKET.id, number: TICKET.number }, problem: null },
        { slip: 'ZD-000001', ticket: null, problem: { code: 'not-found' } },
      ],
    });
    expect(gateway.submitted).toHaveLength(1);
    expect(gateway.submitted[0]).toMatchObject({
      type: 'open-ticket',
      actor: { username: 'desk' },
      slip: { number: 'ZD-000001' },
      ticket: { slip: 'ZD-000001', receivedAtMs: NOW_MS - 60_000 },
    });
  });

  test('go on when the engine refuses one', async () => {
    const gateway = createGateway();
    let asked = 0;
    gateway.answer = async () => {
      asked += 1;
      if (asked === 1) throw new RiserError('store-failed');
      return { occurrence: null, ticket: TICKET };
    };
    await using started = await startApi({}, gateway);
    const entries = [toEntry('ZD-000001'), toEntry('ZD-000001')];
    const { items } = (await post(started, '/tickets/late-entries', { entries }, 'desk')).json();
    expect(items).toMatchObject([
      { ticket: null, problem: { code: 'store-failed' } },
      { ticket: { number: TICKET.number }, problem: null },
    ]);
  });

  test('are at most a hundred, each with its number and its real time', async () => {
    await using gateway = await startApi();
    const send = (entries: readonly object[]) =>
      post(gateway, '/tickets/late-entries', { entries: [...entries] }, 'desk');
    expect((await send([])).statusCode).toBe(400);
    expect((await send(Array.from({ length: 101 }, () => toEntry('ZD-000001')))).statusCode).toBe(400);
    expect((await send([{ ...toEntry('ZD-000001'), receivedAtMs: null }])).statusCode).toBe(400);
    const { slip: _slip, ...unnumbered } = toEntry('ZD-000001');
    expect((await send([unnumbered])).json()).toMatchObject({ code: 'bad-request' });
    expect(gateway.submitted).toEqual([]);
  });
});

describe('the archive', () => {
  test('is exported by filter without personal data, and who took it is written down', async () => {
    const gateway = createGateway();
    const contact = { ...TICKET.contact, method: PERSONAL.method };
    const asked: object[] = [];
    Object.assign(gateway.services.queries, {
      tickets: async (filter: object) => {
        asked.push(filter);
        return { items: [{ ...TICKET, contact }], total: 1 };
      },
    });
    await using started = await startApi({}, gateway);
    const file = await get(started, '/tickets/export?class=fire&language=zh', 'supervisor');
    expect(file.statusCode).toBe(200);
    expect(file.body).toContain('工单号');
    expect(file.body).toContain(TICKET.number);
    expect(file.body).not.toContain(PERSONAL.method);
    expect(asked).toEqual([{ state: 'all', class: 'fire', toMs: NOW_MS, limit: 500, offset: 0 }]);
    expect(started.asked.filter(([name]) => name === 'audit')).toHaveLength(1);
    const sheet = await get(started, '/tickets/export?format=xlsx', 'supervisor');
    expect(sheet.rawPayload.subarray(0, 2).toString()).toBe('PK');
  });

  test('has the figures of a local month, with the names of the clocks', async () => {
    await using gateway = await startApi();
    const report = (await get(gateway, '/reports/tickets?month=2026-12')).json();
    expect(report).toMatchObject({
      month: '2026-12',
      fromMs: Date.UTC(2026, 10, 30, 16),
      toMs: Date.UTC(2026, 11, 31, 16),
      opened: 4,
      clocks: [{ id: 'arrival', n: 4, breached: 1 }],
    });
    expect((await get(gateway, '/reports/tickets?month=2026-13')).statusCode).toBe(400);
  });
});

test('a contractor hears of own messages and tickets over the stream, and may not read the site', async () => {
  await using gateway = await startApi();
  gateway.sessions.set('token-firm', { ...toPerson('contractor'), username: 'firm' });
  const headers = { authorization: 'Bearer token-firm' };
  for (const path of ['/site', '/alarms', '/staff', '/roster', '/incidents', '/messages/all'])
    expect((await gateway.api.inject({ url: `${API}${path}`, headers })).statusCode, path).toBe(403);
});
