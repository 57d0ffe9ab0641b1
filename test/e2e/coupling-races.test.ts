/**
 * Two people at once: every transition of tickets/transitions.ts is asked for by two clients who have seen the same version, both
 * requests in flight together, over HTTP against a real gateway and its database. One wins, the other is told, and the record has the
 * step once. What two alarms do to one ticket at once is the decision loop's, see test/engine.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ProblemDocument, TicketView } from '../../src/api/schemas.ts';
import { TRANSITION_TYPES, type TransitionType } from '../../src/tickets/transitions.ts';
import type { Answer } from '../support/client.ts';
import { verifyStore } from '../support/verify-store.ts';
import { type Racer, race, toJsonRacer } from './coupling-race.ts';
import {
  type CouplingRig,
  historyOf,
  readTicket,
  soon,
  startCouplingRig,
  step,
  toUpload,
} from './coupling-rig.ts';
import { toOpenPolicy } from './coupling-site.ts';

const API = '/api/v1';
/** Long enough to open a ticket again that has just been closed, short enough to wait for the archive. */
const REOPEN_MS = 20_000;
const HOUR_MS = 3_600_000;

let rig: CouplingRig;
beforeAll(async () => {
  rig = await startCouplingRig(toOpenPolicy(`${REOPEN_MS / 1_000}s`));
});
afterAll(async () => {
  await rig?.stop();
  rig?.remove();
});

let reports = 0;

/** A matter of a place that no other one is about. */
function open(given: object = {}): Promise<TicketView> {
  reports += 1;
  return rig.desk.send<TicketView>(`${API}/tickets`, {
    source: 'owner-call',
    channel: 'phone',
    class: 'engineering',
    priority: 'normal',
    content: 'the tap drips',
    place: `flat ${reports}`,
    contactName: 'Wang Fang',
    contactMethod: `1380000${reports}`,
    ...given,
  });
}

/** Fields of the steps along the path. */
const WAY: Readonly<Partial<Record<TransitionType, object>>> = {
  record: {
    place: 'lobby',
    content: 'the tap drips',
    contactName: 'Wang Fang',
    contactMethod: '13800000000',
  },
  dispatch: { assignee: 'engineer' },
  take: { readBack: 'the tap drips' },
  arrive: { how: 'by-hand' },
  diagnose: { diagnosis: 'worn washer' },
  plan: { plan: 'new washer', workInstruction: 'WI-12' },
  agree: {
    agreedBy: 'Wang Fang',
    workingTime: '10:00',
    impact: 'no water',
    protection: 'none',
    cooperation: 'none',
    feesYuan: 0,
  },
  start: {},
  done: { result: 'washer replaced', handler: 'engineer', amountYuan: 0 },
  accept: { opinion: 'good' },
  visit: { how: 'phone', isRepaired: true, isSatisfied: true, isChargeAgreed: true },
  close: {},
  archive: {},
};

/** Along the path until this step comes next. */
async function until(type: TransitionType, ticket?: TicketView): Promise<TicketView> {
  let now = ticket ?? (await open());
  while (now.transitions[0] !== type) {
    const [next] = now.transitions;
    if (next === undefined || WAY[next] === undefined)
      throw new Error(`${now.stage} does not lead to ${type}`);
    now = await step(rig.desk, now, next, WAY[next]);
  }
  return now;
}

const fire = () => open({ class: 'fire', priority: 'emergency', content: 'smoke' });
const trapped = () => open({ class: 'help', priority: 'emergency', content: 'somebody is in the lift' });

/** When the window has passed in which it may be opened again. */
async function filed(): Promise<TicketView> {
  const closed = await until('archive');
  const fromMs = (closed.closedAtMs ?? 0) + REOPEN_MS;
  await soon('the archive', async () => Date.now() > fromMs + 200 || null);
  return closed;
}

interface Race {
  /** A ticket on which the step is possible; default: where it is the next one. */
  readonly on?: () => Promise<TicketView>;
  readonly fields?: (ticket: TicketView) => object | Promise<object>;
  /** What the record calls it. */
  readonly entry: string;
}

const WAIT = {
  reason: 'part',
  note: 'washer',
  approver: 'manager',
  estimatedAtMs: Date.now() + 30 * 86_400_000,
};
const handling = () => until('done');

const RACES = {
  record: { on: () => open({ contactName: '', contactMethod: '' }), entry: 'recorded' },
  // Nobody stands in the table for it: the desk decides.
  dispatch: { on: () => open({ class: 'cleaning' }), entry: 'dispatched' },
  take: { entry: 'taken' },
  arrive: { entry: 'arrived' },
  diagnose: { entry: 'diagnosed' },
  plan: { entry: 'planned' },
  agree: { entry: 'agreed' },
  start: { entry: 'started' },
  done: { entry: 'done' },
  accept: { entry: 'accepted' },
  visit: { entry: 'visited' },
  close: { entry: 'closed' },
  archive: { on: filed, entry: 'archived' },
  wait: { on: handling, fields: () => WAIT, entry: 'waited' },
  resume: { on: async () => step(rig.desk, await handling(), 'wait', WAIT), entry: 'resumed' },
  reject: { on: () => until('accept'), fields: () => ({ reason: 'still drips' }), entry: 'reworked' },
  reopen: { on: () => until('archive'), fields: () => ({ reason: 'drips again' }), entry: 'reopened' },
  cancel: {
    on: handling,
    fields: () => ({
      reason: 'withdrawn',
      note: 'by the tenant',
      agreedWith: 'source',
      how: 'phone',
      agreedAtMs: Date.now(),
    }),
    entry: 'cancelled',
  },
  merge: {
    on: handling,
    fields: async () => ({ into: (await handling()).id, note: 'same tap' }),
    entry: 'merged',
  },
  transfer: {
    on: handling,
    fields: () => ({ assignee: 'supervisor', reason: 'busy' }),
    entry: 'transferred',
  },
  urge: { on: handling, fields: () => ({ note: 'the tenant asks' }), entry: 'urged' },
  escalate: { on: handling, fields: () => ({ reason: 'no tool' }), entry: 'escalated' },
  answer: { on: handling, fields: () => ({ note: 'go on' }), entry: 'answered' },
  reclassify: {
    on: handling,
    fields: () => ({ priority: 'urgent', reason: 'floods' }),
    entry: 'reclassified',
  },
  'set-difficult': {
    on: handling,
    fields: () => ({ approver: 'manager', reason: 'old pipes' }),
    entry: 'difficult-set',
  },
  'clear-difficult': {
    on: async () =>
      step(rig.desk, await handling(), 'set-difficult', { approver: 'manager', reason: 'old pipes' }),
    fields: () => ({ reason: 'the depot has the part' }),
    entry: 'difficult-cleared',
  },
  appoint: {
    on: handling,
    fields: () => ({ fromMs: Date.now() + HOUR_MS, toMs: Date.now() + 2 * HOUR_MS }),
    entry: 'appointed',
  },
  estimate: { on: handling, fields: () => ({ atMs: Date.now() + HOUR_MS }), entry: 'estimated' },
  contact: { on: handling, fields: () => ({ how: 'phone', note: 'we are coming' }), entry: 'contacted' },
  correct: {
    on: handling,
    fields: () => ({ field: 'content', value: 'the shower drips', reason: 'misheard' }),
    entry: 'corrected',
  },
  attach: { on: handling, entry: 'attached' },
  link: {
    on: handling,
    fields: async () => ({ ticket: (await handling()).id, kind: 'related' }),
    entry: 'linked',
  },
  'give-contractor': {
    on: handling,
    fields: () => ({ contact: 'firm', note: 'theirs' }),
    entry: 'contractor-set',
  },
  'confirm-fire': { on: fire, fields: () => ({ verdict: 'real', how: 'on-site' }), entry: 'sheet-filled' },
  'fire-step': {
    on: async () => step(rig.desk, await fire(), 'confirm-fire', { verdict: 'real', how: 'on-site' }),
    fields: () => ({ step: 'called-119', who: 'desk' }),
    entry: 'sheet-filled',
  },
  entrapment: { on: trapped, fields: () => ({ floor: '7', people: 2 }), entry: 'sheet-filled' },
  'enter-dwelling': {
    on: trapped,
    fields: () => ({ approver: 'manager', reason: 'water runs through the ceiling' }),
    entry: 'dwelling-entered',
  },
  'sample-visit': {
    on: () => until('archive'),
    fields: () => ({ how: 'phone', isRepaired: true, isSatisfied: true }),
    entry: 'sampled',
  },
  note: { on: handling, fields: () => ({ note: 'the key is at the desk' }), entry: 'noted' },
} as const satisfies Readonly<Record<TransitionType, Race>>;

function toRacer(token: string, { id, version }: TicketView, what: string, fields: object): Racer {
  const path = `${API}/tickets/${id}/${what}`;
  if (what !== 'attach') return toJsonRacer(token, path, { version, ...fields });
  return { token, path: `${API}/tickets/${id}/attachments`, ...toUpload(version) };
}

const isWon = ({ status }: Answer): boolean => status === 200 || status === 201;

/**
 * The first named begins on one and not on the other, so that it is not always the same one who wins.
 * @param steps of desk and supervisor @returns the index of the winner
 */
async function run(
  ticket: TicketView,
  steps: readonly [readonly [string, object], readonly [string, object]],
  isSwapped = false,
): Promise<{ readonly winner: 0 | 1; readonly now: TicketView; readonly entries: readonly string[] }> {
  const before = await historyOf(rig, ticket);
  const people = [rig.desk, rig.supervisor] as const;
  const racers = people.map(({ token }, at) => toRacer(token, ticket, ...(steps[at] ?? steps[0])));
  const answers = await race(rig.url, isSwapped ? racers.toReversed() : racers);
  const inOrder = isSwapped ? answers.toReversed() : answers;
  const said = JSON.stringify(inOrder.map(({ status, body }) => [status, (body as { code?: string }).code]));
  expect(inOrder.filter(isWon), said).toHaveLength(1);
  const winner = inOrder.findIndex(isWon) === 0 ? 0 : 1;
  const now = await readTicket(rig, ticket);
  const lost = inOrder[1 - winner]?.body as ProblemDocument;
  expect(lost, said).toMatchObject({
    status: 409,
    code: 'version-conflict',
    params: { current: now.version },
  });
  const since = (await historyOf(rig, ticket)).slice(before.length);
  expect(since.filter(({ by }) => by === people[1 - winner]?.username)).toEqual([]);
  const entries = since.filter(({ by }) => by === people[winner]?.username).map(({ type }) => type);
  return { winner, now, entries };
}

describe.concurrent('two people who take the same step at once', () => {
  for (const [at, type] of TRANSITION_TYPES.entries()) {
    test(`${type}: one wins, the other is told the version, and it is on the record once`, async () => {
      const { on, fields, entry }: Race = RACES[type];
      const ticket = on === undefined ? await until(type) : await on();
      expect(ticket.transitions).toContain(type);
      const given = fields === undefined ? (WAY[type] ?? {}) : await fields(ticket);
      const { now, entries } = await run(
        ticket,
        [
          [type, given],
          [type, given],
        ],
        at % 2 === 1,
      );
      expect(now.version).toBeGreaterThan(ticket.version);
      expect(entries.filter((it) => it === entry)).toHaveLength(1);
    });
  }
});

describe.concurrent('two people who want different things at once', () => {
  for (const [one, other, on] of [
    ['done', 'cancel', handling],
    ['accept', 'reject', () => until('accept')],
    ['take', 'dispatch', () => until('take')],
    ['wait', 'done', handling],
    ['archive', 'reopen', null],
    ['close', 'reject', () => until('close')],
    ['merge', 'done', handling],
  ] as const) {
    test(`${one} and ${other}: one of the two happens, never both`, async () => {
      const ticket = on === null ? await until('archive') : await on();
      const [first, second]: readonly Race[] = [RACES[one], RACES[other]];
      const fieldsOf = async (type: TransitionType, it: Race | undefined) =>
        it?.fields === undefined ? (WAY[type] ?? {}) : await it.fields(ticket);
      const steps = [
        [one, await fieldsOf(one, first)],
        [other, await fieldsOf(other, second)],
      ] as const;
      // Too early for the archive: that is refused, whoever is first.
      if (one === 'archive') {
        const racers = steps.map(([what, fields]) => toRacer(rig.desk.token, ticket, what, fields));
        const answers = await race(rig.url, racers);
        expect(answers.filter(isWon)).toHaveLength(1);
        expect(await readTicket(rig, ticket)).toMatchObject({ stage: 'rework', round: 2 });
        return;
      }
      const { winner, entries } = await run(ticket, steps);
      expect(entries).toContain([first, second][winner]?.entry);
      expect(entries).not.toContain([second, first][winner]?.entry);
    });
  }

  test('a form of several steps and one of its steps: all of the form or none of it', async () => {
    const ticket = await until('diagnose', await open({ source: 'internal-need', channel: 'page' }));
    const repair = {
      steps: { diagnose: WAY.diagnose, plan: WAY.plan, start: {}, done: WAY.done },
    };
    const { winner, now, entries } = await run(ticket, [
      ['forms/repair', repair],
      ['diagnose', WAY.diagnose ?? {}],
    ]);
    expect(now.stage).toBe(winner === 0 ? 'done' : 'diagnosed');
    expect(entries).toEqual(winner === 0 ? ['diagnosed', 'planned', 'started', 'done'] : ['diagnosed']);
  });

  test('two splits of the same ticket: one new ticket', async () => {
    const ticket = await handling();
    const split = { content: 'the light flickers too', reason: 'another trade' };
    const { now, entries } = await run(ticket, [
      ['split', split],
      ['split', split],
    ]);
    expect(entries).toEqual(['split']);
    expect(now.links.filter(({ kind }) => kind === 'split-into')).toHaveLength(1);
  });

  test('two merges into each other: one of the two tickets is left', async () => {
    const [a, b] = [await handling(), await handling()];
    const answers = await race(rig.url, [
      toRacer(rig.desk.token, a, 'merge', { into: b.id, note: 'same tap' }),
      toRacer(rig.supervisor.token, b, 'merge', { into: a.id, note: 'same tap' }),
    ]);
    expect(answers.filter(isWon)).toHaveLength(1);
    const stages = [await readTicket(rig, a), await readTicket(rig, b)].map(({ stage }) => stage);
    expect(stages.toSorted()).toEqual(['handling', 'merged']);
  });
});

test('all chains of what has happened verify', async () => {
  await rig.stop();
  expect(await verifyStore(rig.data)).toEqual([]);
});
