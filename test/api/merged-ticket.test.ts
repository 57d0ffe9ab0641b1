/** A ticket that was merged, as an account of an occupant sees it: where the other one stands, and nothing of other people. */
import { describe, expect, test } from 'vitest';
import type { Ticket } from '../../src/core/ticket.ts';
import { bearer, createGateway, NOW_MS, startApi, TICKET, toPerson } from './support.ts';

const API = '/api/v1';
const OTHER: Ticket = {
  ...TICKET,
  id: 'GC20261121-0700' as Ticket['id'],
  number: 'GC20261121-0700',
  stage: 'handling',
  reporter: 'neighbour',
  content: { zh: '王女士家漏水', en: 'Ms Wang has a leak' },
  diagnosis: 'pipe of Ms Wang',
  assignee: 'wang-wei',
  estimatedAtMs: NOW_MS + 3_600_000,
};
const OWN: Ticket = {
  ...TICKET,
  reporter: 'resident',
  stage: 'merged',
  links: [{ ticket: OTHER.id, kind: 'merged-into' }],
};

async function start(...tickets: readonly Ticket[]) {
  const gateway = createGateway();
  const known = new Map(tickets.map((ticket) => [ticket.id as string, ticket]));
  Object.assign(gateway.services.queries, {
    ticket: async (id: string) => known.get(id) ?? null,
    tickets: async () => ({ items: [OWN], total: 1 }),
  });
  gateway.sessions.set('token-resident', { ...toPerson('occupant'), username: 'resident' });
  const started = await startApi({}, gateway);
  const look = async (path: string, headers = { authorization: 'Bearer token-resident' }) => {
    const response = await started.api.inject({ url: `${API}${path}`, headers });
    expect(response.statusCode, response.body).toBe(200);
    return response;
  };
  return Object.assign(started, { look });
}

const STANDING = {
  stage: 'handling',
  stageText: { zh: '正在处理', en: 'Work is under way' },
  isOver: false,
  promised: { atMs: NOW_MS + 3_600_000, text: { zh: '预计完成', en: 'Estimated completion' } },
};

describe('the reporter of a merged ticket', () => {
  test('sees stage and next promised time of the one that it went into, alone and in the list', async () => {
    await using gateway = await start(OWN, OTHER);
    expect((await gateway.look(`/tickets/${OWN.id}`)).json()).toMatchObject({
      stage: 'merged',
      together: STANDING,
    });
    expect((await gateway.look('/tickets?state=all')).json().items[0].together).toEqual(STANDING);
  });

  test('learns nothing else of it', async () => {
    await using gateway = await start(OWN, OTHER);
    const { body } = await gateway.look(`/tickets/${OWN.id}`);
    for (const word of ['王女士', 'Ms Wang', 'wang-wei', 'neighbour']) expect(body).not.toContain(word);
    const refused = await gateway.api.inject({
      url: `${API}/tickets/${OTHER.id}`,
      headers: { authorization: 'Bearer token-resident' },
    });
    expect(refused.statusCode).toBe(404);
  });

  test('is told that it is over, and of the last of several merges', async () => {
    const last: Ticket = { ...OTHER, id: 'GC20261121-0800' as Ticket['id'], stage: 'closed' };
    const through: Ticket = { ...OTHER, stage: 'merged', links: [{ ticket: last.id, kind: 'merged-into' }] };
    await using gateway = await start(OWN, through, last);
    const { together } = (await gateway.look(`/tickets/${OWN.id}`)).json();
    expect(together).toMatchObject({ stage: 'closed', isOver: true, promised: null });
  });

  test('sees only "merged" where the other one is not there', async () => {
    await using gateway = await start(OWN);
    expect((await gateway.look(`/tickets/${OWN.id}`)).json()).not.toHaveProperty('together');
  });
});

test('the house follows the link itself', async () => {
  await using gateway = await start(OWN, OTHER);
  const view = (await gateway.look(`/tickets/${OWN.id}`, bearer('desk'))).json();
  expect(view).not.toHaveProperty('together');
});
