/**
 * kill -9 at every commit of a working day: an alarm's ticket through all its stages, an emergency with its incident, messages,
 * photo, policy, handover, slips. From each state that the file was ever in the gateway starts again, the people go on
 * where they were answered last, and in the end there is what there is without a kill: once, in an unbroken chain.
 *
 *   commit k ─▶ [the file as a kill between k and k + 1 leaves it] ─▶ start ─▶ the rest of the day ─▶ the same end
 *
 * A real kill of the process is test/e2e/ticket-crash.test.ts.
 */
import { expect, test, vi } from 'vitest';
import { createFakeClock, type FakeClock } from '../support/clock.ts';
import { until } from '../support/poll.ts';
import { START_MS } from '../support/random-tickets.ts';
import { temporaryDirectory } from '../support/temp.ts';
import { type KillableGateway, type Receiver, startKillable, startReceiver } from './gateway.ts';
import { type Field, toKillModel, toScript, USERS } from './script.ts';

/** Two hours on: the office is open, nothing is kept back until morning. */
const BEGIN_MS = START_MS + 2 * 3_600_000;
const SECOND_MS = 1_000;

/** What a kill behind a commit leaves. */
interface Moment {
  readonly directory: string;
  readonly wallMs: number;
  readonly plant: Field;
  /** Steps that have been answered. */
  readonly answered: number;
  /** Webhook deliveries until the next commit. Key: message. */
  received: ReadonlyMap<string, number>;
}

/**
 * What must not depend on a kill. Times, attempts and whether an answer was heard do; so do the notes that the proof of a repair
 * stood still while the gateway was off, and with them the versions of the ticket.
 */
const FACTS = {
  events: `select ticket, type, stage, actor from ticket_event
    where not (type = 'noted' and json_extract(detail, '$.proof') is not null) order by ticket, version, id`,
  alarms: `select alarm_key, type from alarm_event
    where type in ('raised', 'returned', 'acknowledged', 'ended') order by alarm_key, id`,
  tickets: `select id, json_extract(doc, '$.stage') as stage,
    json_array_length(doc, '$.attachments') as attachments, json_array_length(doc, '$.alarms') as alarms
    from ticket order by id`,
  messages: `select key, recipient, channel from message order by key`,
  incidents: `select number, version, json_extract(doc, '$.verdict') as verdict,
    json_array_length(doc, '$.reports') as reports from incident order by number`,
  policies: 'select version, state from policy_version order by version',
  handovers: `select json_extract(doc, '$.signedFromAtMs') is not null as one,
    json_extract(doc, '$.signedToAtMs') is not null as other from handover`,
  slips: `select number, json_extract(doc, '$.ticket') as ticket, json_extract(doc, '$.voided') as voided
    from slip order by number`,
  personal: 'select count(*) as n from personal where doc is not null',
  audit: 'select actor, action, count(*) as n from audit group by actor, action order by actor, action',
} as const;

type Facts = Readonly<Record<keyof typeof FACTS, readonly Record<string, unknown>[]>>;

function toFacts(gateway: KillableGateway): Facts {
  const facts = Object.fromEntries(
    Object.entries(FACTS).map(([name, sql]) => [name, gateway.rows(sql)]),
  ) as Facts;
  // Between number and recipient stands the version of the ticket.
  const messages = facts.messages.map((row) => ({ ...row, key: String(row['key']).replace(/\/\d+\//, '/') }));
  return { ...facts, messages: messages.toSorted((one, other) => one.key.localeCompare(other.key)) };
}

/** Sent as far as it can be sent now. */
function untilSent(gateway: KillableGateway): Promise<unknown> {
  const isIdle = (): boolean =>
    gateway.rows("select 1 from message where state = 'queued' and json_extract(doc, '$.attempts') = 0")
      .length === 0;
  return until(isIdle, { timeoutMs: 15_000, what: 'the outbox', intervalMs: 2 });
}

/** @param onAnswer after each step that is answered, or was there already */
async function work(
  gateway: KillableGateway,
  plant: Field,
  clock: FakeClock,
  onAnswer: (answered: number) => void,
): Promise<void> {
  for (const [at, { isDone, act }] of toScript(plant).entries()) {
    clock.advance(SECOND_MS);
    if (!(await isDone(gateway))) await act(gateway);
    onAnswer(at + 1);
    await untilSent(gateway);
  }
}

/** The whole day without a kill, and what every kill would leave. */
async function runDay(
  receiver: Receiver,
): Promise<{ readonly moments: readonly Moment[]; readonly facts: Facts }> {
  const directory = temporaryDirectory();
  const clock = createFakeClock({ wallMs: BEGIN_MS });
  const plant: Field = { pump: 0, panel: 0 };
  const moments: Moment[] = [];
  let answered = 0;
  let copy: (to: string) => void = () => undefined;
  await using gateway = await startKillable({
    directory,
    model: toKillModel(receiver.url),
    clock,
    onCommit() {
      const received = new Map(receiver.received);
      const last = moments.at(-1);
      if (last !== undefined) last.received = received;
      const to = temporaryDirectory();
      copy(to);
      moments.push({ directory: to, wallMs: clock.now().wallMs, plant: { ...plant }, answered, received });
    },
  });
  copy = (to) => gateway.copyTo(to);
  await gateway.store.commit({ writes: USERS });
  await gateway.pipeline.service.board.reload();
  gateway.feed(plant);
  await work(gateway, plant, clock, (steps) => (answered = steps));
  const last = moments.at(-1);
  if (last !== undefined) last.received = new Map(receiver.received);
  expect(gateway.verify()).toEqual([]);
  return { moments, facts: toFacts(gateway) };
}

test('the day ends the same, whichever commit the gateway was killed behind', async () => {
  // Time alone brings nothing here: what is not commanded does not happen.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  try {
    await using receiver = await startReceiver();
    const { moments, facts } = await runDay(receiver);
    const repeated = { messages: 0 };
    for (const [commit, moment] of moments.entries()) {
      // Before the first commit of the day there is nothing to be lost.
      if (moment.answered === 0 && commit < 2) continue;
      await goOn(moment, facts, `behind commit ${commit + 1} of ${moments.length}`, repeated);
    }
    expect(moments.length).toBeGreaterThan(40);
    // Some were sent and not yet recorded: their other side knows them by their id.
    expect(repeated.messages).toBeGreaterThan(0);
  } finally {
    vi.useRealTimers();
  }
}, 120_000);

async function goOn(
  { directory, wallMs, plant, answered, received }: Moment,
  facts: Facts,
  when: string,
  repeated: { messages: number },
): Promise<void> {
  await using receiver = await startReceiver();
  const clock = createFakeClock({ wallMs: wallMs + 10 * SECOND_MS });
  await using gateway = await startKillable({ directory, model: toKillModel(receiver.url), clock });
  gateway.feed(plant);
  const script = toScript(plant);
  for (const { name, isDone } of script.slice(0, answered))
    expect(await isDone(gateway), `${when}: ${name} was answered`).toBe(true);
  await work(gateway, plant, clock, () => undefined);
  const found = toFacts(gateway);
  for (const name of Object.keys(FACTS) as (keyof typeof FACTS)[])
    expect(found[name], `${name} ${when}`).toEqual(facts[name]);
  expect(gateway.verify(), when).toEqual([]);
  repeated.messages += checkDeliveries(gateway, received, receiver.received, when);
}

/** Each message went out, and again at most once: its delivery had not been recorded. */
function checkDeliveries(
  gateway: KillableGateway,
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
  when: string,
): number {
  let twice = 0;
  const sent = gateway.rows("select id, state from message where channel = 'webhook'");
  for (const { id, state } of sent) {
    const times = (before.get(String(id)) ?? 0) + (after.get(String(id)) ?? 0);
    if (state === 'dropped') continue;
    expect([1, 2], `${String(id)} ${when} is ${String(state)}`).toContain(times);
    if (times === 2) twice += 1;
  }
  return twice;
}
