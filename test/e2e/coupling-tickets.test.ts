/**
 * The second table of alarms.md B9 cell by cell, from registers to HTTP: what each event of a ticket does to its alarm, normal or
 * active. As coupling.test.ts, which has the first table.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AlarmReportView } from '../../src/api/figures-schema.ts';
import { verifyStore } from '../support/verify-store.ts';
import {
  alarmsOf,
  attachPhoto,
  CANCEL,
  type Case,
  type CouplingRig,
  codeOf,
  historyOf,
  kindsOf,
  raise,
  readAlarm,
  readTicket,
  recover,
  repaired,
  signOff,
  soon,
  startCouplingRig,
  step,
  TAKE,
  ticketsOf,
  tryStep,
  typesOf,
  untilAlarm,
  untilTicket,
  work,
} from './coupling-rig.ts';
import { GRACE_MS } from './coupling-site.ts';

const API = '/api/v1';
/** To be over within the test; and long enough for the steps of a test on a busy machine. */
const SERVICE_MS = 20_000;
const OPINION = { opinion: 'runs' } as const;

let rig: CouplingRig;
beforeAll(async () => {
  rig = await startCouplingRig();
});
afterAll(async () => {
  await rig?.stop();
  rig?.remove();
});

/** Done while its alarm stands. */
async function doneActive(): Promise<Case> {
  const raised = await raise(rig, rig.take());
  return { ...raised, ticket: await work(rig, raised.ticket) };
}

const toService = (forMs: number, given: object = {}) => ({
  reason: 'overhaul of the pump',
  permit: 'GZP-7',
  approver: 'admin',
  untilMs: Date.now() + forMs,
  ...given,
});
const takeOut = ({ alarm }: Case, service: object) =>
  rig.supervisor.post(`${API}/alarms/${alarm.id}/out-of-service`, service);

describe.concurrent('TAKEN', () => {
  test('acknowledges an alarm that has returned, which ends it', async () => {
    const raised = await raise(rig, rig.take());
    const returned = await recover(rig, raised);
    expect(await readAlarm(rig, raised.alarm)).toMatchObject({ state: 'D', acknowledged: null });
    await step(rig.engineer, returned, 'take', TAKE);
    expect(await readAlarm(rig, raised.alarm)).toMatchObject({
      state: 'A',
      acknowledged: { by: 'engineer', note: `ticket ${returned.number}` },
      endReason: 'returned',
    });
  });

  test('acknowledges an alarm that is active, and it stands', async () => {
    const { ticket, alarm } = await raise(rig, rig.take());
    await step(rig.engineer, ticket, 'take', TAKE);
    const now = await readAlarm(rig, alarm);
    expect(now).toMatchObject({
      state: 'C',
      isActive: true,
      acknowledged: { by: 'engineer' },
      endedAtMs: null,
    });
    expect(await typesOf(rig, alarm, 'alarms')).toEqual(expect.arrayContaining(['raised', 'acknowledged']));
  });
});

describe.concurrent('DONE', () => {
  test('is possible with a normal alarm, and its repair is being proven', async () => {
    const { ticket } = await repaired(rig);
    expect(ticket).toMatchObject({ stage: 'done', proof: { state: 'watching' } });
    expect(await step(rig.supervisor, ticket, 'accept', OPINION)).toMatchObject({ stage: 'accepted' });
  });

  test('is possible with an active alarm, but acceptance is blocked and nothing is proven', async () => {
    const { ticket, alarm, cell } = await doneActive();
    expect(ticket).toMatchObject({ stage: 'done', proof: null });
    const refused = await tryStep(rig.supervisor, ticket, 'accept', OPINION);
    expect([refused.status, codeOf(refused)]).toEqual([409, 'alarm-active']);
    expect(await readTicket(rig, ticket)).toMatchObject({ stage: 'done', version: ticket.version });
    const normal = await recover(rig, { cell, ticket, alarm });
    expect(await step(rig.supervisor, normal, 'accept', OPINION)).toMatchObject({ stage: 'accepted' });
  });
});

describe.concurrent('ACCEPTED and CLOSED', () => {
  test('are possible with a normal alarm, and do not touch it', async () => {
    const { ticket, alarm } = await repaired(rig);
    const before = await readAlarm(rig, alarm);
    const over = await signOff(rig, ticket);
    expect(over).toMatchObject({ stage: 'closed', acceptance: { override: null } });
    expect(await readAlarm(rig, alarm)).toEqual(before);
  });

  test('are blocked while the alarm is active, and the refusal names it', async () => {
    const { ticket } = await doneActive();
    const form = {
      steps: { accept: OPINION, visit: { how: 'phone', isRepaired: true, isSatisfied: true }, close: {} },
    };
    for (const [transition, fields] of [
      ['accept', OPINION],
      ['forms/sign-off', form],
      ['accept', { ...OPINION, manualReading: '0.3 MPa' }],
    ] as const) {
      const refused = await tryStep(rig.supervisor, ticket, transition, fields);
      expect(refused).toMatchObject({
        status: 409,
        body: { code: 'alarm-active', params: { alarms: { en: 'trip' } } },
      });
    }
    expect(await readTicket(rig, ticket)).toMatchObject({ stage: 'done', version: ticket.version });
  });

  test('are blocked when the alarm comes back between them, because it is rework by then', async () => {
    const { cell, ticket } = await repaired(rig);
    const accepted = await step(rig.supervisor, ticket, 'accept', OPINION);
    await raise(rig, cell);
    const late = await tryStep(rig.supervisor, accepted, 'visit', {
      how: 'phone',
      isRepaired: true,
      isSatisfied: true,
    });
    expect([late.status, codeOf(late)]).toEqual([409, 'version-conflict']);
    expect(await readTicket(rig, ticket)).toMatchObject({ stage: 'rework', round: 2 });
  });

  test('are possible once the alarm is out of service with a permit, an approver and an end', async () => {
    const done = await doneActive();
    for (const [given, code] of [
      [{ approver: 'supervisor' }, 'approval-required'],
      [{ approver: '' }, 'approval-required'],
      [{ permit: ' ' }, 'approval-required'],
      [{ untilMs: Date.now() - 1_000 }, 'end-not-ahead'],
      [{ reason: '' }, 'reason-required'],
    ] as const)
      expect(codeOf(await takeOut(done, toService(3_600_000, given))), JSON.stringify(given)).toBe(code);
    expect(codeOf(await tryStep(rig.supervisor, done.ticket, 'accept', OPINION))).toBe('alarm-active');

    const service = toService(3_600_000);
    expect(await takeOut(done, service)).toMatchObject({ status: 200 });
    const told = await untilTicket(rig, done.ticket, 'the service', ({ alarms }) =>
      alarms.some(({ outOfServiceUntilMs }) => outOfServiceUntilMs === service.untilMs),
    );
    const over = await signOff(rig, told);
    expect(over).toMatchObject({ stage: 'closed', acceptance: { override: null } });
    expect(await readAlarm(rig, done.alarm)).toMatchObject({
      state: 'G',
      isActive: true,
      outOfService: { by: 'supervisor', approver: 'admin', permit: 'GZP-7', untilMs: service.untilMs },
    });
  });

  test('under such a permit are opened again when it ends and the alarm still stands', async () => {
    const done = await doneActive();
    expect(await takeOut(done, toService(SERVICE_MS))).toMatchObject({ status: 200 });
    const told = await untilTicket(rig, done.ticket, 'the service', ({ alarms }) =>
      alarms.some(({ outOfServiceUntilMs }) => (outOfServiceUntilMs ?? 0) > 0),
    );
    const over = await signOff(rig, told);
    expect(over.stage).toBe('closed');
    const back = await untilTicket(rig, over, 'the end of the permit', ({ stage }) => stage === 'rework');
    expect(back).toMatchObject({ id: done.ticket.id, round: 2, reworkCount: 1 });
    expect(await readAlarm(rig, done.alarm)).toMatchObject({
      state: 'B',
      isActive: true,
      outOfService: null,
    });
    expect(await typesOf(rig, over)).toContain('reopened');
  });

  test('are not made possible by a shelf, which nobody approves', async () => {
    const done = await doneActive();
    const shelf = { reason: 'noisy', forMs: 600_000 };
    expect(await rig.supervisor.post(`${API}/alarms/${done.alarm.id}/shelve`, shelf)).toMatchObject({
      status: 200,
    });
    expect(await readAlarm(rig, done.alarm)).toMatchObject({ state: 'E', isActive: true });
    expect(codeOf(await tryStep(rig.supervisor, done.ticket, 'accept', OPINION))).toBe('alarm-active');
  });

  test('over an active alarm take a reason and a photo, and neither alone', async () => {
    const { ticket } = await doneActive();
    const { ticket: shown, photo } = await attachPhoto(rig, rig.supervisor, ticket);
    for (const given of [
      { overrideReason: 'sensor is broken' },
      { overridePhoto: photo },
      { overrideReason: ' ', overridePhoto: photo },
      { overrideReason: 'sensor is broken', overridePhoto: 'photo-of-another-ticket' },
    ]) {
      const refused = await tryStep(rig.supervisor, shown, 'accept', { ...OPINION, ...given });
      expect([refused.status, codeOf(refused)], JSON.stringify(given)).toEqual([422, 'missing-fields']);
    }
    const override = { overrideReason: 'sensor is broken', overridePhoto: photo };
    expect(await step(rig.supervisor, shown, 'accept', { ...OPINION, ...override })).toMatchObject({
      stage: 'accepted',
      acceptance: { by: 'supervisor', override: { reason: 'sensor is broken', photo } },
    });
  });

  for (const stage of ['accepted', 'closed'] as const) {
    test(`over an active alarm: ${stage} is back to work when it still stands after the grace`, async () => {
      const { ticket, alarm } = await doneActive();
      const { ticket: shown, photo } = await attachPhoto(rig, rig.supervisor, ticket);
      const override = { overrideReason: 'sensor is broken', overridePhoto: photo };
      const over =
        stage === 'closed'
          ? await signOff(rig, shown, override)
          : await step(rig.supervisor, shown, 'accept', { ...OPINION, ...override });
      expect(over.stage).toBe(stage);
      const back = await untilTicket(rig, over, 'the grace', (it) => it.stage === 'rework');
      expect(back).toMatchObject({ round: 2, isFirstFix: false, acceptance: null, closedAtMs: null });
      expect(kindsOf(back)).toContain('closed-while-active');
      const entry = (await historyOf(rig, over)).findLast(
        ({ detail }) => detail['reason'] === 'closed-while-active',
      );
      expect(entry).toMatchObject({
        type: stage === 'closed' ? 'reopened' : 'reworked',
        by: 'gateway',
        detail: { from: stage, override: { photo } },
      });
      expect(entry?.atMs ?? 0).toBeGreaterThanOrEqual((over.acceptance?.atMs ?? 0) + GRACE_MS);
      expect(await readAlarm(rig, alarm)).toMatchObject({ isActive: true, endedAtMs: null });
    });
  }

  test('over an active alarm that returns within the grace stay as they are', async () => {
    const done = await doneActive();
    const { ticket: shown, photo } = await attachPhoto(rig, rig.supervisor, done.ticket);
    const over = await signOff(rig, shown, { overrideReason: 'sensor is broken', overridePhoto: photo });
    const returned = await recover(rig, { ...done, ticket: over });
    expect(returned).toMatchObject({ stage: 'closed', proof: { state: 'watching' } });
    const graceMs = (over.acceptance?.atMs ?? 0) + GRACE_MS;
    await soon('the grace to be over', async () => Date.now() > graceMs + 1_000 || null);
    expect(await readTicket(rig, over)).toMatchObject({ stage: 'closed', reworkCount: 0 });
  });
});

describe.concurrent('CANCELLED as a false alarm', () => {
  test('with a normal alarm counts for the false alarms of its rule', async () => {
    const raised = await raise(rig, rig.take());
    const returned = await recover(rig, raised);
    const cancelled = await step(rig.desk, returned, 'cancel', CANCEL);
    expect(cancelled).toMatchObject({
      stage: 'cancelled',
      cancellation: { by: 'desk', reason: 'false-alarm' },
    });
    const { equipment } = raised.cell;
    const figures = await soon('the figures', async () => {
      const path = `${API}/reports/alarms?by=rule&equipment=${equipment}&rule=trip`;
      const { items } = await rig.supervisor.read<AlarmReportView>(path);
      return items.find(({ rule, figures: { falseAlarms } }) => rule === 'trip' && falseAlarms > 0) ?? null;
    });
    expect(figures.figures).toMatchObject({ falseAlarms: 1, annunciated: { n: 1 } });
  });

  test('with an active alarm needs what it was, and leaves the alarm standing for all to see', async () => {
    const { cell, ticket, alarm } = await raise(rig, rig.take());
    for (const given of [
      {},
      { reason: 'false-alarm' },
      { reason: 'false-alarm', note: ' ' },
      { note: 'steam' },
    ])
      expect(codeOf(await tryStep(rig.desk, ticket, 'cancel', given)), JSON.stringify(given)).toBe(
        'missing-fields',
      );
    await step(rig.desk, ticket, 'cancel', CANCEL);
    const open = await rig.desk.read<{ items: { id: string }[] }>(
      `${API}/alarms?equipment=${cell.equipment}`,
    );
    expect(open.items.map(({ id }) => id)).toEqual([alarm.id]);
    expect(await readAlarm(rig, alarm)).toMatchObject({ state: 'B', isActive: true, endedAtMs: null });
    expect(await typesOf(rig, alarm, 'alarms')).not.toContain('acknowledged');
  });
});

describe.concurrent('MERGED', () => {
  async function merged(isActive: boolean) {
    const from = await raise(rig, rig.take());
    const into = await raise(rig, from.cell, 'level', 15);
    expect(into.ticket.id).not.toBe(from.ticket.id);
    const ticket = isActive ? from.ticket : await recover(rig, from);
    const over = await step(rig.supervisor, ticket, 'merge', { into: into.ticket.id, note: 'same leak' });
    expect(over).toMatchObject({
      stage: 'merged',
      alarms: [],
      links: [{ ticket: into.ticket.id, kind: 'merged-into' }],
    });
    const now = await readTicket(rig, into.ticket);
    expect(now.links).toEqual([{ ticket: over.id, kind: 'merged-from' }]);
    expect(now.receivedAtMs).toBe(Math.min(over.receivedAtMs, into.ticket.receivedAtMs));
    expect(now.alarms.find(({ occurrence }) => occurrence === from.alarm.id)).toMatchObject({ isActive });
    expect(await readAlarm(rig, from.alarm)).toMatchObject({ ticket: now.id, isActive });
    return { from, into: now, over };
  }

  test('moves a normal alarm, which comes back to the other ticket', async () => {
    const { from, into } = await merged(false);
    const back = await raise(rig, from.cell);
    expect(back.ticket.id).toBe(into.id);
    expect(await ticketsOf(rig, from.cell.equipment)).toHaveLength(2);
  });

  test('moves an active alarm, whose return and recurrence the other ticket hears of', async () => {
    const { from, into, over } = await merged(true);
    await recover(rig, { ...from, ticket: into });
    await step(rig.engineer, await readTicket(rig, into), 'take', TAKE);
    await untilAlarm(rig, from.cell.equipment, 'trip', ({ endedAtMs }) => endedAtMs !== null);
    const back = await raise(rig, from.cell);
    expect(back.ticket.id).toBe(into.id);
    expect(back.alarm.id).not.toBe(from.alarm.id);
    expect(await readTicket(rig, over)).toMatchObject({ stage: 'merged', alarms: [], version: over.version });
    expect(await alarmsOf(rig, from.cell.equipment, 'trip')).toHaveLength(2);
  });
});

test('all chains of what has happened verify', async () => {
  await rig.stop();
  expect(await verifyStore(rig.data)).toEqual([]);
});
