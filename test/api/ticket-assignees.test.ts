/** Proposed assignees over HTTP: the ranking with its reasons, who may ask, and what a refusal for want of a certificate says. */
import { describe, expect, test } from 'vitest';
import type { Policy } from '../../src/config/policy.ts';
import { RiserError } from '../../src/core/errors.ts';
import type { Ticket } from '../../src/core/ticket.ts';
import { bearer, createGateway, createModel, startApi, TICKET, toPerson } from './support.ts';

const URL = `/api/v1/tickets/${TICKET.id}/assignees`;

async function ask(
  role: Parameters<typeof bearer>[0] = 'desk',
  certificates: Policy['certificates'] = [],
  given: Partial<Ticket> = {},
) {
  const model = createModel(0);
  const policy = { ...model.policy, certificates };
  const gateway = createGateway({ model: { ...model, policy } });
  const ticket = { ...TICKET, ...given };
  Object.assign(gateway.services.queries, { ticket: async () => ticket });
  await using api = await startApi({}, gateway);
  const response = await api.api.inject({ url: URL, headers: bearer(role) });
  return { status: response.statusCode, body: response.json() };
}

describe('the desk', () => {
  test('sees who could have it, with duty, load and reasons in both languages', async () => {
    const { status, body } = await ask();
    expect(status).toBe(200);
    expect(body).toMatchObject({ chosen: 'engineer', certificates: [], total: body.items.length });
    expect(body.items[0]).toMatchObject({
      username: 'engineer',
      standing: 'off',
      openTickets: 2,
      isFit: true,
      isRefused: false,
      reasons: expect.arrayContaining([{ zh: '在办工单 2 张', en: '2 open tickets' }]),
    });
  });

  test('sees who lacks a certificate, and that the gateway would give it to nobody', async () => {
    const { body } = await ask('desk', [{ match: {}, kind: null, certificate: 'electrician-lv' }]);
    expect(body).toMatchObject({
      chosen: null,
      certificates: [{ certificate: 'electrician-lv', isWarning: false }],
      items: [{ username: 'engineer', isFit: false, isRefused: true }],
    });
  });

  test('sees that an emergency only warns of it', async () => {
    const row = { match: {}, kind: null, certificate: 'electrician-lv' };
    const { body } = await ask('desk', [row], { priority: 'emergency' });
    expect(body.certificates).toEqual([{ certificate: 'electrician-lv', isWarning: true }]);
    expect(body.items[0]).toMatchObject({ isFit: false, isRefused: false });
  });
});

test('the inside of the house is not shown to contractors and occupants', async () => {
  await using gateway = await startApi();
  for (const role of ['contractor', 'occupant'] as const) {
    gateway.sessions.set(`token-${role}`, toPerson(role));
    const headers = { authorization: `Bearer token-${role}` };
    const response = await gateway.api.inject({ url: URL, headers });
    expect(response.statusCode).toBe(403);
    expect(response.json()).toMatchObject({ code: 'not-permitted' });
  }
});

test('dispatching to somebody without the certificate is refused with person, certificate and rule', async () => {
  await using gateway = await startApi();
  gateway.answer = async () => {
    throw new RiserError('missing-certificate', {
      person: 'wang',
      certificates: { zh: 'lift', en: 'lift' },
      rule: { zh: '持证上岗：电梯', en: 'work that needs a certificate: Lift' },
    });
  };
  const response = await gateway.api.inject({
    method: 'POST',
    url: `/api/v1/tickets/${TICKET.id}/dispatch`,
    headers: bearer('desk'),
    payload: { version: 3, assignee: 'wang' },
  });
  expect(response.statusCode).toBe(422);
  expect(response.json()).toMatchObject({
    code: 'missing-certificate',
    params: { person: 'wang' },
    text: { zh: 'wang 无有效证书 lift，不能负责该工单（依据：持证上岗：电梯）' },
  });
});

test('a name that nobody has is refused with the field, the name and what it should have been', async () => {
  await using gateway = await startApi();
  const expected = { zh: '在用的承包商账号', en: 'an active account of a contractor' };
  gateway.answer = async () => {
    throw new RiserError('unknown-person', { field: 'user', name: 'ghostcon', expected });
  };
  const response = await gateway.api.inject({
    method: 'POST',
    url: `/api/v1/tickets/${TICKET.id}/give-contractor`,
    headers: bearer('desk'),
    payload: { version: 3, user: 'ghostcon', note: '' },
  });
  expect(response.statusCode).toBe(422);
  expect(response.json()).toMatchObject({
    code: 'unknown-person',
    params: { field: 'user', name: 'ghostcon' },
    text: {
      zh: '承包商账号：“ghostcon”不是在用的承包商账号',
      en: 'Contractor account: ghostcon is not an active account of a contractor',
    },
  });
});
