/**
 * kill -9 of the real process while people work on a ticket: they ask for each step until it is answered, through lives that
 * end before and after commits of steps and of deliveries. What was answered is there, nothing is there twice. Every commit
 * of the service, in one process: test/pipeline/kills.test.ts.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MessageView } from '../../src/api/message-schemas.ts';
import type { TicketView } from '../../src/api/schemas.ts';
import type { SimulatorProcess } from '../../src/simulation/process.ts';
import type { ApiClient } from '../support/client.ts';
import type { DemoUser } from '../support/gateway.ts';
import { type ChildGateway, control, startChildGateway, startQuietPlant } from '../support/plant.ts';
import { until } from '../support/poll.ts';
import { temporaryDirectory } from '../support/temp.ts';
import { verifyStore } from '../support/verify-store.ts';

const TRIP = { equipment: 'dws-1-pump-1', fault: 'trip' };
/**
 * Point of the loop, and which time it is passed in that life; the last one lives on. A delivery has a commit of its own only
 * where it is not in time for that of the next step: with none at all there are steps enough for every life to come to its end.
 */
const LIVES = [
  'after-commit:1',
  'before-commit:2',
  'after-commit:3',
  'after-publish:2',
  'before-commit:1',
  null,
];

interface Step {
  /** As on the record. */
  readonly event: string;
  readonly transition: string;
  readonly body: object;
  readonly by: DemoUser;
}

const STEPS: readonly Step[] = [
  { event: 'taken', transition: 'take', body: { readBack: '一号泵跳闸' }, by: 'engineer' },
  { event: 'arrived', transition: 'arrive', body: { how: 'by-hand' }, by: 'engineer' },
  { event: 'diagnosed', transition: 'diagnose', body: { diagnosis: '过流' }, by: 'engineer' },
  { event: 'planned', transition: 'plan', body: { plan: '更换热继电器' }, by: 'engineer' },
  { event: 'started', transition: 'start', body: {}, by: 'engineer' },
  { event: 'urged', transition: 'urge', body: { note: '业主在等' }, by: 'supervisor' },
  { event: 'done', transition: 'done', body: { result: '已更换', handler: 'engineer' }, by: 'engineer' },
];

let plant: SimulatorProcess;
beforeAll(async () => {
  plant = await startQuietPlant();
  await control(plant, 'POST', '/faults', TRIP);
});
afterAll(() => plant.stop());

test('a ticket that is worked on through four kills has each step once, and every message', async () => {
  const data = temporaryDirectory();
  const answered = new Set<string>();
  let kills = 0;
  for (const crash of LIVES) {
    await using gateway = await startChildGateway({
      data,
      pumpRoomPort: plant.ports['pump-room'] as number,
      sumpRoomPort: plant.ports['sump-room'] as number,
      ...(crash !== null && { crash }),
    });
    // Nothing of a life that is over can be asked: the next one goes on.
    await live(gateway, answered).catch(async (error: unknown) => {
      if (crash === null) throw error;
      expect(await gateway.process.waitForExit(60_000), String(error)).toMatchObject({ signal: 'SIGKILL' });
      kills += 1;
    });
    if (crash === null) await checkEnd(gateway);
  }
  expect(kills).toBe(LIVES.length - 1);
  expect([...answered]).toEqual(STEPS.map(({ event }) => event));
  expect(await verifyStore(data)).toEqual([]);
});

/** @param answered steps that somebody has had an answer to, in any life */
async function live(gateway: ChildGateway, answered: Set<string>): Promise<void> {
  const [engineer, supervisor] = await Promise.all([gateway.login('engineer'), gateway.login('supervisor')]);
  const api = (by: DemoUser): ApiClient => (by === 'engineer' ? engineer : supervisor);
  const first = await until(async () => (await readTickets(engineer))[0], {
    timeoutMs: 60_000,
    what: 'the ticket',
  });
  const known = await readEvents(engineer, first.id);
  for (const event of answered) expect(known, `${event} was answered`).toContain(event);
  for (const { event, transition, body, by } of STEPS) {
    if (!(await readEvents(engineer, first.id)).includes(event)) {
      const { version } = await engineer.read<TicketView>(`/api/v1/tickets/${first.id}`);
      await api(by).send(`/api/v1/tickets/${first.id}/${transition}`, { version, ...body });
    }
    answered.add(event);
  }
}

async function checkEnd(gateway: ChildGateway): Promise<void> {
  const api = await gateway.login('supervisor');
  const tickets = await readTickets(api);
  expect(tickets.map(({ stage }) => stage)).toEqual(['done']);
  const { id } = tickets[0] as TicketView;
  const events = await readEvents(api, id);
  for (const event of ['opened', 'recorded', 'dispatched', ...STEPS.map((step) => step.event)])
    expect(
      events.filter((it) => it === event),
      event,
    ).toHaveLength(1);
  const messages = await until(
    async () => {
      const { items } = await api.read<{ items: MessageView[] }>(`/api/v1/tickets/${id}/messages`);
      return items.every(({ state }) => state !== 'queued') && items;
    },
    { timeoutMs: 60_000, what: 'every message to be delivered' },
  );
  const kinds = messages.map(({ kind, recipient, createdAtMs }) => `${kind} ${recipient} ${createdAtMs}`);
  expect(new Set(kinds).size).toBe(kinds.length);
  const told = new Set(messages.map(({ kind }) => kind));
  for (const kind of ['assigned', 'urged', 'to-accept'] as const) expect(told).toContain(kind);
}

async function readTickets(api: ApiClient): Promise<readonly TicketView[]> {
  const path = `/api/v1/tickets?state=all&equipment=${TRIP.equipment}`;
  return (await api.read<{ items: TicketView[] }>(path)).items;
}

async function readEvents(api: ApiClient, id: string): Promise<readonly string[]> {
  const { items } = await api.read<{ items: { type: string }[] }>(`/api/v1/tickets/${id}/history?limit=200`);
  return items.map(({ type }) => type);
}
