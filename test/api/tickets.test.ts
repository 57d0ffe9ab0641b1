/** Tickets over HTTP: what is shown to whom, what each step sends to the engine, and what a refusal says. */
import { describe, expect, test } from 'vitest';
import { type TicketReader, toTicketView } from '../../src/api/ticket-views.ts';
import { BODY_TRANSITIONS } from '../../src/api/transition-schemas.ts';
import { RiserError } from '../../src/core/errors.ts';
import { STAGE_NAMES, type Stage, type Ticket } from '../../src/core/ticket.ts';
import { allowedTransitions } from '../../src/tickets/path.ts';
import type { TransitionType } from '../../src/tickets/transitions.ts';
import { createTestPolicy } from '../support/model.ts';
import { MESSAGE, PERSONAL } from './fake-service.ts';
import {
  bearer,
  createGateway,
  EXPLAINED,
  NOW_MS,
  type Started,
  startApi,
  TICKET,
  toPerson,
} from './support.ts';

const API = '/api/v1';
const get = async (gateway: Started, path: string, role: Parameters<typeof bearer>[0] = 'engineer') => {
  const response = await gateway.api.inject({ url: `${API}${path}`, headers: bearer(role) });
  expect(response.statusCode, response.body).toBe(200);
  return response.json();
};
const post = (
  gateway: Started,
  path: string,
  payload: object,
  role: Parameters<typeof bearer>[0] = 'admin',
) => gateway.api.inject({ method: 'POST', url: `${API}${path}`, headers: bearer(role), payload });

/** An account beside the demo ones: `token-<username>`. */
function addSession(
  gateway: Pick<Started, 'sessions'>,
  role: Parameters<typeof toPerson>[0],
  username: string,
) {
  gateway.sessions.set(`token-${username}`, { ...toPerson(role), username });
  return { authorization: `Bearer token-${username}` };
}

/** The gateway has this ticket and no other. */
function startWith(ticket: Ticket) {
  const gateway = createGateway();
  Object.assign(gateway.services.queries, {
    ticket: async (id: string) => (id === ticket.id ? ticket : null),
    tickets: async () => ({ items: [ticket], total: 1 }),
  });
  return startApi({}, gateway);
}

const reader = (username = 'engineer'): TicketReader => ({
  actor: { username, roles: ['engineer'], groups: [] },
  policy: createTestPolicy(),
  owner: null,
  rules: [],
});
const withPerson: Ticket = {
  ...TICKET,
  contact: {
    id: null,
    name: { zh: PERSONAL.name, en: PERSONAL.name },
    method: PERSONAL.method,
    personal: `${TICKET.id}/1`,
    isConfirmed: null,
  },
};

describe('a ticket', () => {
  test('comes back whole, with evidence, clocks and the steps that are offered', async () => {
    await using gateway = await startApi();
    const { marks: _marks, ...shown } = TICKET;
    const view = await get(gateway, `/tickets/${TICKET.id}`);
    expect(view).toMatchObject({ ...shown, explains: expect.anything() });
    expect(view).not.toHaveProperty('marks');
    expect(view.transitions).toEqual(allowedTransitions(TICKET, createTestPolicy()));
    expect(view.offered.map((step: { transition: string }) => step.transition)).toEqual(view.transitions);
    expect(await get(gateway, '/tickets?state=closed')).toMatchObject({ total: 1 });
    expect(await get(gateway, `/tickets/${TICKET.id}/history`)).toMatchObject({ total: 1 });
    expect(await get(gateway, `/tickets/${TICKET.id}/clocks`)).toEqual({
      clocks: TICKET.clocks,
      marks: TICKET.marks,
    });
    const messages = await get(gateway, `/tickets/${TICKET.id}/messages`);
    expect(messages.items[0]).toMatchObject({ id: MESSAGE.id, state: 'delivered' });
  });

  test('is shown in a list without what it was born with and the fields of its steps', async () => {
    await using gateway = await startApi();
    const [first] = (await get(gateway, '/tickets')).items;
    for (const left of ['evidence', 'history', 'affected', 'offered', 'forms'])
      expect(first).not.toHaveProperty(left);
    expect(first).toMatchObject({ alarmCount: 1, alarms: [{ occurrence: 'occ-1' }] });
    expect(first.transitions).not.toEqual([]);
  });

  test('lists what follows from its alarms, at whatever distance, while it is open', async () => {
    await using gateway = await startApi();
    const shown = EXPLAINED.map(({ id, key, text, equipmentName, isActive }) => ({
      occurrence: id,
      key,
      text,
      equipmentName,
      isActive,
    }));
    const [far, near] = shown;
    expect((await get(gateway, `/tickets/${TICKET.id}`)).explains).toEqual([far, near]);
    expect((await get(gateway, '/tickets')).items[0].explains).toEqual([far, near]);
    const closed: Ticket = { ...TICKET, stage: 'closed' };
    expect(toTicketView(closed, reader(), { explained: EXPLAINED }).explains).toEqual([]);
    expect(toTicketView(TICKET, reader())).not.toHaveProperty('explains');
  });

  test('hides name and number of a person from everybody who looks at it', async () => {
    await using gateway = await startWith(withPerson);
    for (const role of ['admin', 'desk', 'engineer'] as const) {
      const view = await get(gateway, `/tickets/${TICKET.id}`, role);
      expect(view.contact).toMatchObject({ name: { zh: '王**' }, method: '138****0000' });
      const list = await gateway.api.inject({ url: `${API}/tickets`, headers: bearer(role) });
      expect(list.body).not.toContain(PERSONAL.method);
      expect(list.body).not.toContain(PERSONAL.name);
    }
  });

  test('names the stages of its path, and which of them may be passed over', () => {
    const policy = createTestPolicy({
      paths: [
        {
          match: {},
          stages: [
            { stage: 'received', isOptional: false },
            { stage: 'dispatched', isOptional: false },
            { stage: 'diagnosed', isOptional: true },
            { stage: 'done', isOptional: false },
          ],
        },
      ],
    });
    const view = toTicketView(TICKET, { ...reader(), policy });
    expect(view.path).toEqual(['received', 'dispatched', 'diagnosed', 'done']);
    expect(view.optionalStages).toEqual(['diagnosed']);
  });

  test('asks for what its own rule and its policy demand, unless the ticket has it', () => {
    const rule = { zh: '须填地点', en: 'place is asked for' };
    const policy = createTestPolicy({
      guards: [{ transition: 'record', match: {}, fields: ['place', 'content'], rule }],
    });
    const received: Ticket = { ...TICKET, stage: 'received', place: { zh: '', en: '' } };
    const { offered = [] } = toTicketView(received, { ...reader(), policy }, { isWhole: true });
    const record = offered.find(({ transition }) => transition === 'record');
    expect(record?.rules).toEqual([rule]);
    const required = record?.fields.filter(({ isRequired }) => isRequired).map(({ name }) => name);
    expect(required).toEqual(['place']);
    const cancel = offered.find(({ transition }) => transition === 'cancel');
    expect(cancel?.fields[0]).toMatchObject({ name: 'reason', kind: 'choice', isRequired: true });
    expect(cancel?.fields[0]?.options?.map(({ value }) => value)).toContain('false-alarm');
  });

  test('offers the short forms that begin here, with the steps of each', () => {
    const policy = createTestPolicy({
      forms: [
        { id: 'short', name: { zh: '简', en: 'Short' }, match: {}, transitions: ['take', 'arrive'] },
        { id: 'later', name: { zh: '后', en: 'Later' }, match: {}, transitions: ['accept', 'visit'] },
        { id: 'other', name: { zh: '它', en: 'Other' }, match: { class: ['fire'] }, transitions: ['take'] },
      ],
    });
    const { forms = [] } = toTicketView(TICKET, { ...reader(), policy }, { isWhole: true });
    expect(forms.map(({ id, steps }) => [id, steps.map(({ transition }) => transition)])).toEqual([
      ['short', ['take', 'arrive']],
    ]);
  });

  test('offers in every stage exactly what its policy allows to the person', () => {
    const nobody = createTestPolicy();
    const policy = { ...nobody, actors: { ...nobody.actors, take: ['assignee' as const] } };
    for (const stage of STAGE_NAMES) {
      const ticket: Ticket = { ...TICKET, stage, assignee: 'li' };
      const allowed = allowedTransitions(ticket, policy);
      expect(toTicketView(ticket, { ...reader('li'), policy }).transitions, stage).toEqual(allowed);
      const others = allowed.filter((type) => type !== 'take');
      expect(toTicketView(ticket, { ...reader('wang'), policy }).transitions, stage).toEqual(others);
    }
  });
});

describe('people from outside', () => {
  const given: Ticket = { ...withPerson, contractor: { user: 'firm', contact: null }, reporter: 'resident' };

  test('read what is theirs and are told that the rest is not there', async () => {
    await using gateway = await startWith(given);
    const theirs = addSession(gateway, 'contractor', 'firm');
    const other = addSession(gateway, 'contractor', 'another-firm');
    for (const path of ['', '/history', '/clocks']) {
      const url = `${API}/tickets/${TICKET.id}${path}`;
      expect((await gateway.api.inject({ url, headers: theirs })).statusCode, path).toBe(200);
      expect((await gateway.api.inject({ url, headers: other })).json().code, path).toBe('not-found');
    }
  });

  test('get lists of their own tickets only', async () => {
    const gateway = createGateway();
    const filters: object[] = [];
    Object.assign(gateway.services.queries, {
      tickets: async (filter: object) => {
        filters.push(filter);
        return { items: [], total: 0 };
      },
    });
    await using started = await startApi({}, gateway);
    for (const [role, username] of [
      ['contractor', 'firm'],
      ['occupant', 'resident'],
      ['desk', 'somebody'],
    ] as const) {
      const headers = addSession(started, role, username);
      await started.api.inject({ url: `${API}/tickets?class=fire&from=5&text=pump`, headers });
    }
    const asked = { state: 'open', limit: 100, offset: 0, class: 'fire', fromMs: 5, text: 'pump' };
    expect(filters).toEqual([{ ...asked, contractor: 'firm' }, { ...asked, reporter: 'resident' }, asked]);
  });

  test('cannot take a step on a ticket that they may not read', async () => {
    await using gateway = await startWith(given);
    const headers = addSession(gateway, 'contractor', 'another-firm');
    for (const path of ['note', 'split', 'forms/repair']) {
      const response = await gateway.api.inject({
        method: 'POST',
        url: `${API}/tickets/${TICKET.id}/${path}`,
        headers,
        payload: { version: 3, ...(path.startsWith('forms') && { steps: {} }) },
      });
      expect(response.json().code, path).toBe('not-found');
    }
    expect(gateway.submitted).toEqual([]);
  });

  test('see of a matter that they reported nothing of what is said inside', async () => {
    await using gateway = await startWith({ ...given, contractor: null, diagnosis: 'bearing worn' });
    const headers = addSession(gateway, 'occupant', 'resident');
    const url = `${API}/tickets/${TICKET.id}`;
    const view = (await gateway.api.inject({ url, headers })).json();
    expect(view).toMatchObject({ evidence: null, alarms: [], history: [], diagnosis: null, clocks: [] });
    const history = (await gateway.api.inject({ url: `${url}/history`, headers })).json();
    expect(history.items).toEqual([]);
    expect((await gateway.api.inject({ url: `${url}/messages`, headers })).statusCode).toBe(403);
  });

  test('report from outside: source, channel and urgency are not theirs to say', async () => {
    await using gateway = await startApi();
    const headers = addSession(gateway, 'occupant', 'resident');
    const payload = {
      source: 'instruction',
      channel: 'phone',
      class: 'help',
      priority: 'emergency',
      content: 'No water',
      receivedAtMs: 5,
    };
    const response = await gateway.api.inject({ method: 'POST', url: `${API}/tickets`, headers, payload });
    expect(response.statusCode, response.body).toBe(201);
    expect(gateway.submitted[0]).toMatchObject({
      actor: { username: 'resident', roles: ['occupant'] },
      ticket: { source: 'owner-call', channel: 'form', priority: null, receivedAtMs: null },
      personal: null,
    });
  });

  test('report five matters in an hour at most, each account for itself; staff as many as there are', async () => {
    await using gateway = await startApi();
    const open = async (headers: Readonly<Record<string, string>>, at: number): Promise<string | number> => {
      const payload = { source: 'owner-call', channel: 'form', class: 'help', content: `matter ${at}` };
      const answer = await gateway.api.inject({ method: 'POST', url: `${API}/tickets`, headers, payload });
      return answer.statusCode === 201 ? 201 : answer.json().code;
    };
    const resident = addSession(gateway, 'occupant', 'resident');
    const codes: (string | number)[] = [];
    for (let at = 0; at < 7; at++) codes.push(await open(resident, at));
    expect(codes).toEqual([201, 201, 201, 201, 201, 'report-limited', 'report-limited']);
    expect(gateway.submitted).toHaveLength(5);
    expect(await open(addSession(gateway, 'occupant', 'neighbour'), 0)).toBe(201);
    const desk = addSession(gateway, 'desk', 'desk-li');
    for (let at = 0; at < 7; at++) expect(await open(desk, at)).toBe(201);
    expect(gateway.services.publicReports.counters().refused).toBe(2);
  });
});

test('a ticket is opened with what the report leaves out filled in as empty, and the person sealed', async () => {
  await using gateway = await startApi();
  const payload = {
    source: 'owner-call',
    channel: 'phone',
    class: 'help',
    content: 'No water',
    location: 'pump-room',
    contactName: '王女士',
    contactMethod: '13812340000',
  };
  const response = await post(gateway, '/tickets', payload, 'desk');
  expect(response.statusCode, response.body).toBe(201);
  expect(response.headers['location']).toBe(`${API}/tickets/${TICKET.id}`);
  expect(response.json().isMerged).toBe(false);
  const left = { equipment: null, place: '', priority: null, impact: null, attendance: null, flow: null };
  const ticket = { ...payload, ...left, faultKind: null, appointment: null, slip: null, receivedAtMs: null };
  expect(gateway.submitted).toEqual([
    {
      type: 'open-ticket',
      actor: { username: 'desk', roles: ['desk'], groups: [] },
      ticket,
      personal: {
        name: '王女士',
        method: '13812340000',
        salt: expect.stringMatching(/^[0-9a-f]{32}$/),
        digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    },
  ]);
});

test('what goes onto a ticket that is open is answered as merged, unless it is said to be another matter', async () => {
  const gateway = createGateway();
  gateway.answer = async (command) => {
    const isNew = command.type === 'open-ticket' && command.ticket.isNewMatter === true;
    return { occurrence: null, ticket: TICKET, isMerged: !isNew };
  };
  await using started = await startApi({}, gateway);
  const call = { source: 'owner-call', channel: 'phone', class: 'engineering', content: 'x', place: '2001' };
  expect((await post(started, '/tickets', call, 'desk')).json()).toMatchObject({
    number: TICKET.number,
    isMerged: true,
  });
  const own = (await post(started, '/tickets', { ...call, isNewMatter: true }, 'desk')).json();
  expect(own.isMerged).toBe(false);
});

describe('a step', () => {
  const CASES: Readonly<Record<Exclude<TransitionType, 'attach'>, object>> = {
    record: { content: 'c', place: 'p' },
    dispatch: { assignee: 'engineer', note: 'go' },
    take: { readBack: 'pump 2' },
    arrive: { how: 'by-hand' },
    diagnose: { diagnosis: 'a', faultKind: 'seal' },
    plan: { plan: 'b', workInstruction: 'WI-7' },
    agree: { agreedBy: 'w', workingTime: 't', impact: 'i', protection: 'p', cooperation: 'c', feesYuan: 10 },
    start: {},
    done: { result: 'r', materials: [{ name: 'seal', quantity: 2, unit: 'pcs' }], amountYuan: 12.5 },
    accept: { opinion: 'o', manualReading: '0.4' },
    visit: { how: 'phone', isRepaired: true, isSatisfied: false, note: 'n' },
    close: {},
    archive: {},
    wait: { reason: 'part', note: 'n', approver: 'supervisor', untilMs: NOW_MS + 1 },
    resume: {},
    reject: { reason: 'leaks' },
    reopen: { reason: 'again' },
    cancel: { reason: 'duplicate', note: 'n' },
    merge: { into: 'GC20261121-0002', note: 'n' },
    transfer: { assignee: 'li', reason: 'r' },
    urge: { note: 'n' },
    escalate: { reason: 'r' },
    answer: { note: 'n' },
    reclassify: { priority: 'urgent', impact: { urgency: 2, complexity: 1, scope: 3 }, reason: 'r' },
    'set-difficult': { approver: 'manager', reason: 'r' },
    'clear-difficult': { reason: 'r' },
    appoint: { fromMs: NOW_MS + 1, toMs: NOW_MS + 2 },
    estimate: { atMs: NOW_MS + 1 },
    contact: { how: 'phone', note: 'n' },
    correct: { field: 'result', value: 'v', reason: 'r' },
    link: { ticket: 'GC20261121-0002', kind: 'related' },
    'give-contractor': { user: 'firm', note: 'n' },
    'confirm-fire': { verdict: 'real', how: 'camera' },
    'fire-step': { step: 'called-119', who: 'w' },
    entrapment: { floor: '7', people: 2, step: 'released' },
    'enter-dwelling': { approver: 'manager', reason: 'r' },
    'sample-visit': { how: 'phone', isRepaired: true, isSatisfied: false, note: 'n' },
    note: { note: 'n' },
  };

  /** People outside the house whom the case names: sealed on the way. */
  const NAMES: Readonly<Record<string, string>> = { agree: 'w', 'fire-step': 'w' };

  test('of every kind reaches the engine with its own fields, in the name of the person', async () => {
    await using gateway = await startApi();
    expect(Object.keys(CASES)).toEqual(BODY_TRANSITIONS);
    for (const [type, fields] of Object.entries(CASES)) {
      const response = await post(gateway, `/tickets/${TICKET.id}/${type}`, { version: 3, ...fields });
      expect(response.statusCode, `${type}: ${response.body}`).toBe(200);
      expect(gateway.submitted.at(-1)).toEqual({
        type: 'ticket-transition',
        ticket: TICKET.id,
        version: 3,
        transitions: [{ type, ...fields }],
        form: null,
        actor: { username: 'admin', roles: ['admin'], groups: [] },
        occurredAtMs: null,
        personal:
          NAMES[type] === undefined ? null : expect.objectContaining({ name: NAMES[type], method: '' }),
      });
    }
  });

  test('carries the groups of the person and the real time of a late entry', async () => {
    await using gateway = await startApi();
    await post(gateway, `/tickets/${TICKET.id}/start`, { version: 3, occurredAtMs: 77 }, 'engineer');
    expect(gateway.submitted[0]).toMatchObject({ actor: { groups: ['water'] }, occurredAtMs: 77 });
  });

  test('that names a person seals the fields; one that corrects half of them keeps the other half', async () => {
    await using gateway = await startWith(withPerson);
    const correction = { version: 3, field: 'contactMethod', value: '13900000000', reason: 'misheard' };
    await post(gateway, `/tickets/${TICKET.id}/correct`, correction);
    expect(gateway.submitted[0]).toMatchObject({
      personal: { name: PERSONAL.name, method: '13900000000' },
    });
  });

  test('with a field that it does not have, or of a wrong kind, is refused with its name', async () => {
    await using gateway = await startApi();
    const unknown = await post(gateway, `/tickets/${TICKET.id}/start`, { version: 3, diagnosis: 'a' });
    expect(unknown.json()).toMatchObject({ status: 400, code: 'unknown-field' });
    const wrong = await post(gateway, `/tickets/${TICKET.id}/entrapment`, { version: 3, people: 1.5 });
    expect(wrong.json()).toMatchObject({ status: 400, code: 'bad-request' });
    const unversioned = await post(gateway, `/tickets/${TICKET.id}/close`, {});
    expect(unversioned.json().detail).toContain('body.version');
    expect(gateway.submitted).toEqual([]);
  });

  test('that is refused answers the fields that are missing and the rule that asks for them', async () => {
    await using gateway = await startApi();
    const rule = { zh: '验收须有意见并签字', en: 'acceptance needs an opinion' };
    gateway.answer = async () => {
      throw new RiserError('missing-fields', { fields: 'opinion', rule });
    };
    const refused = await post(gateway, `/tickets/${TICKET.id}/accept`, { version: 3 });
    expect(refused.json()).toMatchObject({
      status: 422,
      code: 'missing-fields',
      params: { fields: 'opinion', rule },
    });
    gateway.answer = async () => {
      throw new RiserError('version-conflict', { current: 5 });
    };
    const late = await post(gateway, `/tickets/${TICKET.id}/accept`, { version: 3 });
    expect(late.json()).toMatchObject({ status: 409, code: 'version-conflict', params: { current: 5 } });
  });
});

describe('a short form', () => {
  const withForm = async () => {
    const policy = createTestPolicy({
      forms: [
        {
          id: 'repair',
          name: { zh: '修', en: 'Repair' },
          match: {},
          transitions: ['diagnose', 'plan', 'done'],
        },
      ],
    });
    const gateway = createGateway();
    Object.assign(gateway.services.model, { policy: { ...policy, version: TICKET.policyVersion } });
    return startApi({}, gateway);
  };
  const url = `/tickets/${TICKET.id}/forms/repair`;

  test('sends all its steps in the order of the policy', async () => {
    await using gateway = await withForm();
    const steps = { done: { result: 'r' }, diagnose: { diagnosis: 'd' } };
    const response = await post(gateway, url, { version: 3, steps });
    expect(response.statusCode, response.body).toBe(200);
    expect(gateway.submitted[0]).toMatchObject({
      form: 'repair',
      transitions: [{ type: 'diagnose', diagnosis: 'd' }, { type: 'plan' }, { type: 'done', result: 'r' }],
    });
  });

  test('that the policy does not have, or with a step of another, is refused', async () => {
    await using gateway = await withForm();
    const other = await post(gateway, `/tickets/${TICKET.id}/forms/none`, { version: 3, steps: {} });
    expect(other.json().code).toBe('wrong-form');
    const strange = await post(gateway, url, { version: 3, steps: { close: {} } });
    expect(strange.json().code).toBe('wrong-form');
    expect(gateway.submitted).toEqual([]);
  });
});

test('a split answers the ticket that it has opened', async () => {
  await using gateway = await startApi();
  const payload = { version: 3, content: 'Second leak', occurrences: ['occ-1'], reason: 'another pipe' };
  const response = await post(gateway, `/tickets/${TICKET.id}/split`, payload);
  expect(response.statusCode, response.body).toBe(201);
  expect(response.headers['location']).toBe(`${API}/tickets/${TICKET.id}`);
  expect(gateway.submitted[0]).toMatchObject({ type: 'split-ticket', ...payload });
});

test('a ticket in every stage fits the shape that is promised', async () => {
  const gateway = createGateway();
  let stage: Stage = 'received';
  Object.assign(gateway.services.queries, { ticket: async () => ({ ...TICKET, stage }) });
  await using started = await startApi({}, gateway);
  for (stage of STAGE_NAMES) expect((await get(started, `/tickets/${TICKET.id}`)).stage).toBe(stage);
});
