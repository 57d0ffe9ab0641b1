/**
 * The first table of alarms.md B9 cell by cell, from registers to HTTP: what each event of an alarm does to a ticket in each
 * state. A real gateway polls Modbus devices whose registers are written here; people are logged in and work over HTTP, and what
 * came of it is read back from ticket, alarm, histories and audit. Each case has an equipment of its own and runs beside the others;
 * times are short because the site's policy says so. The second table is coupling-tickets.test.ts.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TicketView } from '../../src/api/schemas.ts';
import type { AuditRow } from '../../src/store/store.ts';
import { verifyStore } from '../support/verify-store.ts';
import {
  alarmsOf,
  attachPhoto,
  CANCEL,
  type CouplingRig,
  closed,
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
import { toCouplingPolicy } from './coupling-site.ts';

const API = '/api/v1';
const REOPEN_MS = 1_000;

let rig: CouplingRig;
beforeAll(async () => {
  rig = await startCouplingRig();
});
afterAll(async () => {
  await rig?.stop();
  rig?.remove();
});

const dueOf = ({ clocks }: TicketView) =>
  clocks.filter(({ stoppedAtMs }) => stoppedAtMs === null).map(({ id, dueAtMs }) => [id, dueAtMs] as const);

/** The rule is switched off, or put back, by one person and approved by another. */
async function changeRule(equipment: string, rule: string, override: object): Promise<void> {
  const path = `${API}/rules/${equipment}/${rule}/changes`;
  const { change } = await rig.engineer.send<{ change: { id: string } }>(path, { override, reason: 'test' });
  await rig.supervisor.send(`${API}/rule-changes/${change.id}/approve`, { withoutBacktest: true });
}

/** Everything that happens to it later happens to what is over: nothing of the ticket changes. */
async function expectUntouched(ticket: TicketView, during: () => Promise<unknown>): Promise<void> {
  const before = await readTicket(rig, ticket);
  await during();
  expect(await readTicket(rig, ticket)).toEqual(before);
}

describe.concurrent('a raise', () => {
  test('without a ticket opens one that carries it', async () => {
    const { ticket, alarm } = await raise(rig, rig.take());
    expect(ticket).toMatchObject({
      stage: 'dispatched',
      source: 'equipment-alarm',
      class: 'engineering',
      priority: 'normal',
      round: 1,
      alarms: [{ occurrence: alarm.id, key: alarm.key, count: 1, isActive: true }],
    });
    expect(alarm).toMatchObject({ ticket: ticket.id, state: 'B', count: 1 });
    expect((await typesOf(rig, ticket)).slice(0, 1)).toEqual(['opened']);
    expect(await ticketsOf(rig, alarm.equipment)).toHaveLength(1);
  });

  test('of a rule that opens no ticket opens none, and the explanation says why', async () => {
    const { equipment, put } = rig.take();
    put('told', 1);
    const alarm = await untilAlarm(rig, equipment, 'told', ({ isActive }) => isActive);
    // A sign that the loop has decided about it for good: a later raise of the same equipment has its ticket.
    put('trip', 1);
    await untilAlarm(rig, equipment, 'trip', ({ ticket }) => ticket !== null);
    expect(await readAlarm(rig, alarm)).toMatchObject({ ticket: null, state: 'B' });
    const { layers } = await rig.supervisor.read<{ layers: { layer: string; verdict: string }[] }>(
      `${API}/alarms/${alarm.id}/explain`,
    );
    expect(layers.find(({ layer }) => layer === 'ticket')?.verdict).not.toMatch(/^(opened|attached)$/);
    expect(await ticketsOf(rig, equipment)).toHaveLength(1);
  });

  test('before DONE attaches to the ticket: unseen it counts, seen it is another occurrence', async () => {
    const first = await raise(rig, rig.take());
    await recover(rig, first);
    const again = await raise(rig, first.cell);
    expect(again.alarm).toMatchObject({ id: first.alarm.id, count: 2, state: 'B' });
    expect(again.ticket.id).toBe(first.ticket.id);
    const taken = await step(rig.engineer, again.ticket, 'take', TAKE);
    await recover(rig, { ...again, ticket: taken });
    const third = await raise(rig, first.cell);
    expect(third.alarm.id).not.toBe(first.alarm.id);
    expect(third.ticket).toMatchObject({
      id: first.ticket.id,
      stage: 'taken',
      round: 1,
      reworkCount: 0,
      alarms: [
        { count: 2, isActive: false },
        { count: 1, isActive: true },
      ],
    });
    expect(await ticketsOf(rig, first.cell.equipment)).toHaveLength(1);
  });

  test('before DONE that has become graver raises the priority, tightens what is due and tells the assignee', async () => {
    const calm = await raise(rig, rig.take(), 'level', 15);
    calm.cell.put('level', 25);
    const urgent = await untilTicket(
      rig,
      calm.ticket,
      'the priority',
      ({ priority }) => priority === 'urgent',
    );
    expect(urgent).toMatchObject({ id: calm.ticket.id, attendance: 'urgent', stage: 'dispatched' });
    expect(await typesOf(rig, urgent)).toContain('priority-raised');
    const before = new Map(dueOf(calm.ticket));
    const after = dueOf(urgent);
    for (const [id, dueAtMs] of after)
      expect(dueAtMs ?? 0, id).toBeLessThanOrEqual(before.get(id) ?? Number.POSITIVE_INFINITY);
    expect(after.some(([id, dueAtMs]) => (dueAtMs ?? 0) < (before.get(id) ?? 0))).toBe(true);
    await soon('the message', async () => {
      const path = `${API}/tickets/${urgent.id}/messages`;
      const { items } = await rig.supervisor.read<{ items: { kind: string }[] }>(path);
      return items.some(({ kind }) => kind === 'priority-raised') || null;
    });
    // Lesser again: nothing is relaxed.
    calm.cell.put('level', 15);
    const seen = await step(rig.engineer, await readTicket(rig, urgent), 'take', TAKE);
    await untilAlarm(rig, calm.cell.equipment, 'level', ({ severity }) => severity === 'medium');
    expect(await readTicket(rig, seen)).toMatchObject({ priority: 'urgent', attendance: 'urgent' });
  });

  for (const stage of ['done', 'accepted', 'visited'] as const) {
    test(`in ${stage} puts it back to work: it came back before it was closed`, async () => {
      const { cell, ticket } = await repaired(rig);
      let now = ticket;
      if (stage !== 'done') now = await step(rig.supervisor, now, 'accept', { opinion: 'runs' });
      if (stage === 'visited')
        now = await step(rig.supervisor, now, 'visit', { how: 'phone', isRepaired: true, isSatisfied: true });
      expect(now.stage).toBe(stage);
      const back = await raise(rig, cell);
      expect(back.ticket).toMatchObject({
        id: ticket.id,
        stage: 'rework',
        round: 2,
        reworkCount: 1,
        isFirstFix: false,
        proof: { state: 'failed' },
        acceptance: null,
      });
      expect(kindsOf(back.ticket)).toContain('came-back');
      expect(await typesOf(rig, back.ticket)).toEqual(
        expect.arrayContaining(['alarm-attached', 'reworked', 'proof-ended']),
      );
      expect(await ticketsOf(rig, cell.equipment)).toHaveLength(1);
    });
  }

  test('after closing, within the window, opens the same ticket again as rework', async () => {
    const { cell, ticket } = await closed(rig);
    expect(ticket).toMatchObject({ stage: 'closed', reworkCount: 0 });
    const back = await raise(rig, cell);
    expect(back.ticket).toMatchObject({
      id: ticket.id,
      stage: 'rework',
      round: 2,
      reworkCount: 1,
      isFirstFix: false,
      closedAtMs: null,
    });
    expect(await typesOf(rig, back.ticket)).toContain('reopened');
    expect(await ticketsOf(rig, cell.equipment)).toHaveLength(1);
  });

  test('after a false alarm is put to it for review, and opens a ticket once there are too many', async () => {
    const { cell, ticket, alarm } = await raise(rig, rig.take());
    const cancelled = await step(rig.desk, ticket, 'cancel', CANCEL);
    await rig.engineer.send(`${API}/alarms/${alarm.id}/acknowledge`);
    let known = alarm.id;
    const again = async (): Promise<TicketView> => {
      cell.put('trip', 0);
      await untilAlarm(rig, cell.equipment, 'trip', ({ endedAtMs }) => endedAtMs !== null);
      const raised = await raise(rig, cell);
      expect(raised.alarm.id).not.toBe(known);
      known = raised.alarm.id;
      await rig.engineer.send(`${API}/alarms/${known}/acknowledge`);
      return raised.ticket;
    };
    for (const reviewed of [1, 2]) {
      expect(await again()).toMatchObject({
        id: cancelled.id,
        stage: 'cancelled',
        closedAtMs: cancelled.closedAtMs,
        clocks: cancelled.clocks,
      });
      const reviews = (await historyOf(rig, cancelled)).filter(({ detail }) => detail['isReview'] === true);
      expect(reviews).toHaveLength(reviewed);
    }
    const anew = await again();
    expect(anew).toMatchObject({ stage: 'dispatched', round: 1, alarms: [{ occurrence: known }] });
    expect(anew.id).not.toBe(cancelled.id);
    expect((await readTicket(rig, cancelled)).stage).toBe('cancelled');
  });

  test('of life safety after a false alarm has a new ticket at once', async () => {
    const { cell, ticket, alarm } = await raise(rig, rig.take('detector'), 'grave');
    expect(ticket).toMatchObject({ priority: 'emergency', stage: 'recorded' });
    expect(codeOf(await tryStep(rig.desk, ticket, 'cancel', CANCEL))).toBe('missing-fields');
    const verdict = { verdict: 'false-alarm', how: 'on-site', cause: 'steam from the boiler' };
    const looked = await step(rig.desk, ticket, 'confirm-fire', verdict);
    await step(rig.desk, looked, 'cancel', CANCEL);
    await rig.engineer.send(`${API}/alarms/${alarm.id}/acknowledge`);
    cell.put('grave', 0);
    await untilAlarm(rig, cell.equipment, 'grave', ({ endedAtMs }) => endedAtMs !== null);
    const anew = await raise(rig, cell, 'grave');
    expect(anew.ticket.id).not.toBe(ticket.id);
    expect(anew.ticket).toMatchObject({ priority: 'emergency', stage: 'recorded' });
  });
});

describe.concurrent('a return', () => {
  test('without a ticket ends the alarm once it is acknowledged, and opens none', async () => {
    const { equipment, put } = rig.take();
    put('told', 1);
    const { id } = await untilAlarm(rig, equipment, 'told', ({ isActive }) => isActive);
    put('told', 0);
    await untilAlarm(rig, equipment, 'told', ({ state }) => state === 'D');
    await rig.engineer.send(`${API}/alarms/${id}/acknowledge`);
    expect(await readAlarm(rig, { id })).toMatchObject({ state: 'A', endReason: 'returned', ticket: null });
    expect(await ticketsOf(rig, equipment)).toEqual([]);
  });

  test('before DONE is noted; of the lowest class DONE is proposed after a while, and made by nobody', async () => {
    const raised = await raise(rig, rig.take(), 'minor');
    const taken = await step(rig.engineer, raised.ticket, 'take', TAKE);
    const returned = await recover(rig, { ...raised, ticket: taken }, 'minor');
    expect(returned.alarms[0]?.returnedAtMs).toEqual(expect.any(Number));
    expect(await typesOf(rig, taken)).toContain('alarm-returned');
    const proposed = await untilTicket(rig, taken, 'the proposal', (it) =>
      kindsOf(it).includes('proposed-done'),
    );
    expect(proposed).toMatchObject({ stage: 'taken', result: null });
    const back = await raise(rig, raised.cell, 'minor');
    expect(kindsOf(back.ticket)).not.toContain('proposed-done');
  });

  test('before DONE of life safety proposes nothing: somebody has to see it on site', async () => {
    const grave = await raise(rig, rig.take('detector'), 'grave');
    await recover(rig, grave, 'grave');
    // Another one that returned later has been proposed: the time is over.
    const minor = await raise(rig, rig.take(), 'minor');
    await recover(rig, minor, 'minor');
    await untilTicket(rig, minor.ticket, 'the proposal', (it) => kindsOf(it).includes('proposed-done'));
    const now = await readTicket(rig, grave.ticket);
    expect(now.stage).toBe('recorded');
    expect(kindsOf(now)).not.toContain('proposed-done');
    expect(codeOf(await tryStep(rig.engineer, now, 'done', { result: 'x', handler: 'x' }))).toBe(
      'wrong-stage',
    );
  });

  test('in DONE begins the proof of the repair, which ends proven', async () => {
    const raised = await raise(rig, rig.take(), 'quick');
    const done = await work(rig, raised.ticket);
    expect(done).toMatchObject({ stage: 'done', proof: null });
    const watched = await recover(rig, { ...raised, ticket: done }, 'quick');
    expect(watched.proof).toMatchObject({ state: expect.stringMatching(/^(watching|proven)$/) });
    expect(await typesOf(rig, done)).toEqual(expect.arrayContaining(['alarm-returned', 'proof-started']));
    const proven = await untilTicket(rig, done, 'the proof', ({ proof }) => proof?.state === 'proven');
    expect(proven).toMatchObject({ stage: 'done', isFirstFix: true });
  });

  test('after closing counts for the proof of the repair', async () => {
    const raised = await raise(rig, rig.take(), 'quick');
    const done = await work(rig, raised.ticket);
    const { ticket, photo } = await attachPhoto(rig, rig.supervisor, done);
    const override = { overrideReason: 'panel lamp is out', overridePhoto: photo };
    const over = await signOff(rig, ticket, override);
    expect(over).toMatchObject({ stage: 'closed', proof: null, acceptance: { override: { photo } } });
    await recover(rig, { ...raised, ticket: over }, 'quick');
    const proven = await untilTicket(rig, over, 'the proof', ({ proof }) => proof?.state === 'proven');
    expect(proven).toMatchObject({ stage: 'closed', isFirstFix: true, reworkCount: 0 });
  });

  test('after a false alarm leaves the cancelled ticket as it is', async () => {
    const { cell, ticket, alarm } = await raise(rig, rig.take());
    const cancelled = await step(rig.desk, ticket, 'cancel', CANCEL);
    await expectUntouched(cancelled, async () => {
      cell.put('trip', 0);
      await untilAlarm(rig, cell.equipment, 'trip', ({ isActive }) => !isActive);
    });
    expect(await readAlarm(rig, alarm)).toMatchObject({ state: 'D', acknowledged: null });
  });
});

describe.concurrent('an acknowledgement', () => {
  const acknowledge = (id: string) => rig.engineer.send(`${API}/alarms/${id}/acknowledge`, { note: 'seen' });

  test('without a ticket is the alarm’s alone', async () => {
    const { equipment, put } = rig.take();
    put('told', 1);
    const { id } = await untilAlarm(rig, equipment, 'told', ({ isActive }) => isActive);
    await acknowledge(id);
    expect(await readAlarm(rig, { id })).toMatchObject({ state: 'C', acknowledged: { by: 'engineer' } });
    expect(await ticketsOf(rig, equipment)).toEqual([]);
  });

  test('before DONE stops no clock', async () => {
    const { ticket, alarm } = await raise(rig, rig.take());
    const before = dueOf(await readTicket(rig, ticket));
    expect(before.length).toBeGreaterThan(0);
    await acknowledge(alarm.id);
    expect(await readAlarm(rig, alarm)).toMatchObject({ state: 'C', acknowledged: { by: 'engineer' } });
    const now = await readTicket(rig, ticket);
    expect(now).toMatchObject({ stage: 'dispatched', takenBy: null });
    expect(dueOf(now)).toEqual(before);
  });

  test('in DONE changes nothing of the ticket', async () => {
    const { ticket, alarm } = await raise(rig, rig.take(), 'quick');
    const done = await work(rig, ticket);
    expect(await readAlarm(rig, alarm)).toMatchObject({ state: 'B', acknowledged: null });
    await expectUntouched(done, () => acknowledge(alarm.id));
    expect(await readAlarm(rig, alarm)).toMatchObject({ state: 'C', acknowledged: { note: 'seen' } });
  });

  test('after closing changes nothing of the ticket', async () => {
    const { ticket, alarm } = await closed(rig, 'quick');
    const proven = await untilTicket(rig, ticket, 'the proof', ({ proof }) => proof?.state === 'proven');
    expect(await readAlarm(rig, alarm)).toMatchObject({ state: 'D' });
    await expectUntouched(proven, () => acknowledge(alarm.id));
    expect(await readAlarm(rig, alarm)).toMatchObject({ state: 'A', endReason: 'returned' });
  });

  test('after a false alarm changes nothing of the ticket', async () => {
    const { ticket, alarm } = await raise(rig, rig.take());
    const cancelled = await step(rig.desk, ticket, 'cancel', CANCEL);
    await expectUntouched(cancelled, () => acknowledge(alarm.id));
    expect(await readAlarm(rig, alarm)).toMatchObject({ state: 'C', isActive: true });
  });
});

describe.concurrent('a point that nobody sees for a while', () => {
  test('without a ticket is a ticket of the device itself about its communication', async () => {
    const { equipment, silence } = rig.take('dark');
    silence(true);
    const offline = await untilAlarm(rig, equipment, 'offline', ({ ticket }) => ticket !== null);
    const ticket = await readTicket(rig, { id: offline.ticket ?? '' });
    expect(ticket).toMatchObject({ equipment, faultKind: 'comm-loss', stage: 'dispatched' });
    expect(await ticketsOf(rig, `${equipment}-seal-1`)).toEqual([]);
    silence(false);
    await untilAlarm(rig, equipment, 'offline', ({ isActive }) => !isActive);
  });

  test('before DONE is a banner on the ticket until it is seen again', async () => {
    const { cell, ticket, alarm } = await raise(rig, rig.take('dark'));
    cell.silence(true);
    const blind = await untilTicket(rig, ticket, 'the banner', (it) => kindsOf(it).includes('blind'));
    expect(blind).toMatchObject({ stage: 'dispatched', alarms: [{ blindSinceMs: expect.any(Number) }] });
    expect(await readAlarm(rig, alarm)).toMatchObject({ isActive: true, blindSinceMs: expect.any(Number) });
    cell.silence(false);
    const seen = await untilTicket(rig, ticket, 'the sight', (it) => !kindsOf(it).includes('blind'));
    expect(seen.alarms[0]).toMatchObject({ isActive: true, blindSinceMs: null });
    expect(await typesOf(rig, ticket)).toEqual(expect.arrayContaining(['alarm-blind', 'alarm-sighted']));
  });

  test('in DONE holds the proof of the repair, and acceptance asks for a reading by hand', async () => {
    const raised = await raise(rig, rig.take('dark'));
    const done = await work(rig, await recover(rig, raised));
    expect(done.proof).toMatchObject({ state: 'watching' });
    raised.cell.silence(true);
    const blind = await untilTicket(rig, done, 'the pause', ({ proof }) => proof?.state === 'paused');
    expect(kindsOf(blind)).toContain('blind');
    const refused = await tryStep(rig.supervisor, blind, 'accept', { opinion: 'runs' });
    expect([refused.status, codeOf(refused)]).toEqual([409, 'alarm-blind']);
    const read = { opinion: 'runs', manualReading: '0.3 MPa at the gauge' };
    const accepted = await step(rig.supervisor, blind, 'accept', read);
    expect(accepted).toMatchObject({ stage: 'accepted', acceptance: { manualReading: read.manualReading } });
    raised.cell.silence(false);
    await untilTicket(rig, done, 'the proof', ({ proof }) => proof?.state === 'watching');
  });

  test('after closing holds the proof of the repair and opens nothing again', async () => {
    const raised = await raise(rig, rig.take('dark'));
    const over = await signOff(rig, await work(rig, await recover(rig, raised)));
    raised.cell.silence(true);
    const blind = await untilTicket(rig, over, 'the pause', ({ proof }) => proof?.state === 'paused');
    expect(blind).toMatchObject({ stage: 'closed', reworkCount: 0 });
    raised.cell.silence(false);
    const seen = await untilTicket(rig, over, 'the proof', ({ proof }) => proof?.state === 'watching');
    expect(seen.stage).toBe('closed');
  });

  test('after a false alarm changes nothing of the ticket', async () => {
    const { cell, ticket, alarm } = await raise(rig, rig.take('dark'));
    const cancelled = await step(rig.desk, ticket, 'cancel', CANCEL);
    await expectUntouched(cancelled, async () => {
      cell.silence(true);
      await untilAlarm(rig, cell.equipment, 'trip', ({ blindSinceMs }) => blindSinceMs !== null);
    });
    cell.silence(false);
    expect(await readAlarm(rig, alarm)).toMatchObject({ isActive: true });
  });
});

describe.concurrent('a rule that is changed or switched off', () => {
  const OFF = { enabled: false };

  test('without a ticket ends the alarm, and nobody is told that it recovered', async () => {
    const { equipment, put } = rig.take();
    put('told', 1);
    const { id } = await untilAlarm(rig, equipment, 'told', ({ isActive }) => isActive);
    await changeRule(equipment, 'told', OFF);
    const ended = await untilAlarm(rig, equipment, 'told', ({ endedAtMs }) => endedAtMs !== null);
    expect(ended).toMatchObject({ id, endReason: 'rule-removed', returnedAtMs: null });
    expect(await typesOf(rig, { id }, 'alarms')).not.toContain('returned');
    expect(await ticketsOf(rig, equipment)).toEqual([]);
  });

  test('before DONE leaves the ticket open under a banner, and the alarm has not recovered', async () => {
    const { cell, ticket, alarm } = await raise(rig, rig.take(), 'level', 15);
    await changeRule(cell.equipment, 'level', { hi: { limit: 18 } });
    const told = await untilTicket(rig, ticket, 'the banner', (it) => kindsOf(it).includes('rule-changed'));
    expect(told.stage).toBe('dispatched');
    expect(await readAlarm(rig, alarm)).toMatchObject({ endReason: 'rule-changed' });
    expect(await typesOf(rig, alarm, 'alarms')).not.toContain('returned');
    expect(await typesOf(rig, ticket)).not.toContain('alarm-returned');
  });

  test('before DONE that still holds goes on as the same occurrence, with a banner', async () => {
    const { cell, ticket, alarm } = await raise(rig, rig.take(), 'level', 15);
    await changeRule(cell.equipment, 'level', { hi: { limit: 12 } });
    await untilTicket(rig, ticket, 'the banner', (it) => kindsOf(it).includes('rule-changed'));
    const now = await readAlarm(rig, alarm);
    expect(now).toMatchObject({ id: alarm.id, isActive: true, endedAtMs: null });
    expect(now.ruleVersion).not.toBe(alarm.ruleVersion);
  });

  test('in DONE leaves the decision to people: acceptance asks for a reading by hand', async () => {
    const { cell, ticket } = await raise(rig, rig.take(), 'quick');
    const done = await work(rig, ticket);
    await changeRule(cell.equipment, 'quick', OFF);
    const told = await untilTicket(rig, done, 'the banner', (it) => kindsOf(it).includes('rule-changed'));
    expect(told.stage).toBe('done');
    expect(codeOf(await tryStep(rig.supervisor, told, 'accept', { opinion: 'runs' }))).toBe('alarm-blind');
    const read = { opinion: 'runs', manualReading: 'lamp is dark' };
    expect(await step(rig.supervisor, told, 'accept', read)).toMatchObject({ stage: 'accepted' });
  });

  test('in DONE after the alarm has ended proves nothing any more', async () => {
    const { cell, ticket } = await repaired(rig);
    expect(ticket.proof).toMatchObject({ state: 'watching' });
    await changeRule(cell.equipment, 'trip', OFF);
    const told = await untilTicket(rig, ticket, 'the pause', ({ proof }) => proof?.state === 'paused');
    expect(told.stage).toBe('done');
    expect(kindsOf(told)).toEqual(expect.arrayContaining(['rule-changed', 'blind']));
  });

  test('after closing opens nothing again', async () => {
    const { cell, ticket } = await closed(rig, 'quick');
    const proven = await untilTicket(rig, ticket, 'the proof', ({ proof }) => proof?.state === 'proven');
    const [alarm] = await alarmsOf(rig, cell.equipment, 'quick');
    await rig.engineer.send(`${API}/alarms/${alarm?.id}/acknowledge`);
    await expectUntouched(proven, async () => {
      await changeRule(cell.equipment, 'quick', OFF);
      // Another alarm of the same equipment: the change is in force, and the loop goes on.
      await raise(rig, cell);
    });
  });

  test('after a false alarm changes nothing of the ticket', async () => {
    const { cell, ticket } = await raise(rig, rig.take());
    const cancelled = await step(rig.desk, ticket, 'cancel', CANCEL);
    await expectUntouched(cancelled, async () => {
      await changeRule(cell.equipment, 'trip', OFF);
      await untilAlarm(rig, cell.equipment, 'trip', ({ endedAtMs }) => endedAtMs !== null);
    });
  });
});

describe('closed longer ago than the window', () => {
  /** Closed under the policy that the gateway has started with, whose window is long. */
  let early: Awaited<ReturnType<typeof closed>>;

  test('a policy with a shorter window is proposed by one and approved by another person', async () => {
    early = await closed(rig);
    const { version: comparedWith } = await rig.supervisor.read<{ version: string }>(`${API}/policy`);
    const text = toCouplingPolicy(`${REOPEN_MS / 1_000}s`);
    const { version } = await rig.supervisor.send<{ version: string }>(`${API}/policy/versions`, {
      text,
      reason: 'test',
    });
    await rig.admin.send(`${API}/policy/versions/${version}/approve`, { comparedWith });
    expect(await rig.supervisor.read(`${API}/policy`)).toMatchObject({ version });
    const { ticket } = await raise(rig, rig.take());
    expect(ticket.policyVersion).toBe(version);
    expect(early.ticket.policyVersion).toBe(comparedWith);
    const { items } = await rig.supervisor.read<{ items: AuditRow[] }>(`${API}/audit?limit=50`);
    expect(items.some(({ actor, action }) => actor === 'admin' && action.startsWith('policy'))).toBe(true);
  });

  /** Closed so long ago that nothing opens it again. */
  async function older(register: 'trip' | 'quick' = 'trip') {
    const over = await closed(rig, register);
    const untilMs = (over.ticket.closedAtMs ?? 0) + REOPEN_MS;
    const { ticket } = over;
    await soon('the end of the window', async () => Date.now() > untilMs + 500 || null);
    const reopen = await tryStep(rig.desk, ticket, 'reopen', { reason: 'test' });
    expect(codeOf(reopen)).toBe('reopen-too-late');
    return over;
  }

  describe.concurrent('', () => {
    test('a raise has a new ticket that names the old one, whose repair was none', async () => {
      const { cell, ticket } = await older();
      const anew = await raise(rig, cell);
      expect(anew.ticket.id).not.toBe(ticket.id);
      expect(anew.ticket).toMatchObject({
        stage: 'dispatched',
        round: 1,
        links: [{ ticket: ticket.id, kind: 'previous' }],
      });
      expect(await readTicket(rig, ticket)).toMatchObject({
        stage: 'closed',
        reworkCount: 0,
        isFirstFix: false,
        proof: { state: 'failed' },
      });
    });

    test('a return, an acknowledgement and a change of the rule are nothing to it', async () => {
      const { cell, ticket } = await older();
      const { alarm } = await raise(rig, cell);
      await expectUntouched(ticket, async () => {
        await rig.engineer.send(`${API}/alarms/${alarm.id}/acknowledge`);
        cell.put('trip', 0);
        await untilAlarm(rig, cell.equipment, 'trip', ({ endReason }) => endReason === 'returned');
        await changeRule(cell.equipment, 'trip', { enabled: false });
        await raise(rig, cell, 'level', 15);
      });
    });

    test('an acknowledgement of the alarm that it was about is nothing to it', async () => {
      const { cell, ticket } = await older('quick');
      const proven = await untilTicket(rig, ticket, 'the proof', ({ proof }) => proof?.state === 'proven');
      const [alarm] = await alarmsOf(rig, cell.equipment, 'quick');
      expect(alarm).toMatchObject({ state: 'D' });
      await expectUntouched(proven, () => rig.engineer.send(`${API}/alarms/${alarm?.id}/acknowledge`));
    });

    test('a ticket of the version before keeps the window that it was opened under', async () => {
      const back = await raise(rig, early.cell);
      expect(back.ticket).toMatchObject({ id: early.ticket.id, stage: 'rework', round: 2 });
    });
  });
});

test('all chains of what has happened verify', async () => {
  await rig.stop();
  expect(await verifyStore(rig.data)).toEqual([]);
});
