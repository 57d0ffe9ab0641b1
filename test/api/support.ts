/** A gateway of lists and Maps behind the API: enough to ask every route, without engine, store or field. */
import pino from 'pino';
import { ContactCodes } from '../../src/api/contact-codes.ts';
import type { Api } from '../../src/api/context.ts';
import type { ApiOptions } from '../../src/api/options.ts';
import { PublicReports } from '../../src/api/public-reports.ts';
import { createApi } from '../../src/api/server.ts';
import type { ApiServices, SimulatedFault } from '../../src/api/services.ts';

import type { AlarmControlEvent, AlarmEvent, StormEvent } from '../../src/core/alarm.ts';
import { RiserError } from '../../src/core/errors.ts';
import { createFeed, type Feed } from '../../src/core/feed.ts';

import type { LinkStatus } from '../../src/core/link.ts';
import { type ReadingBatch, ReadingBatchBuilder } from '../../src/core/reading.ts';
import { createTexts, type Texts } from '../../src/core/texts.ts';
import type { TicketEvent } from '../../src/core/ticket.ts';
import type { Command, CommandOutcome } from '../../src/engine/commands.ts';
import type { IncidentEvent } from '../../src/incidents/step.ts';
import type { InboxAnnouncement } from '../../src/notify/inbox.ts';
import type { Person } from '../../src/people/people.ts';
import { toPermissions } from '../../src/people/permissions.ts';
import { createLabels } from '../../src/slips/labels.ts';
import type {
  AuditRow,
  HistoryEntry,
  PolicyVersionRow,
  Role,
  RuleChangeRow,
  UserRow,
} from '../../src/store/store.ts';
import { createHistory } from '../../src/telemetry/history/history.ts';
import { createLatest } from '../../src/telemetry/latest.ts';
import { createPointQuality } from '../../src/telemetry/point-quality.ts';
import { createRecent } from '../../src/telemetry/recent.ts';
import { createLiveHistory } from '../support/live-history.ts';
import {
  ALARM_QUERIES,
  createFakeBacktests,
  createFakeExplain,
  createFakeFigures,
  createFakeRuleChanges,
  createFakeRuleTests,
} from './fake-alarms.ts';
import { createFakeBackups } from './fake-backups.ts';
import { createFakeCommissioning } from './fake-commissioning.ts';
import {
  createFakeAttachments,
  createFakeDrillRecords,
  createFakeDuty,
  createFakeHandovers,
  createFakePolicies,
  createFakeSlips,
  FEEDBACK,
  INCIDENT,
  SERVICE_QUERIES,
} from './fake-service.ts';
import { createFakeStorage } from './fake-storage.ts';
import { createFakeWriting } from './fake-writing.ts';
import { createModel, DEMO_ROLES, EXPLAINED, LINK, NOW_MS, OCCURRENCE, TICKET, text } from './fixtures.ts';

export { createModel, DEMO_ROLES, EXPLAINED, LINK, NOW_MS, OCCURRENCE, TICKET } from './fixtures.ts';

const HISTORY: readonly HistoryEntry[] = [
  { atMs: NOW_MS, type: 'raised', by: 'gateway', note: '', detail: { value: 0.15 } },
];
const AUDIT: readonly AuditRow[] = [
  { atMs: NOW_MS, actor: 'admin', action: 'login', object: 'admin', detail: {} },
];

/** What a test may look at and turn. */
export interface FakeGateway {
  readonly services: ApiServices & {
    readonly feeds: Record<'readings', Feed<ReadingBatch>>;
    readonly texts: Texts;
  };
  /** Commands that came in. */
  readonly submitted: Command[];
  /** What people.* was asked to do: function name and arguments. */
  readonly asked: (readonly unknown[])[];
  /** Tokens that are valid; the token of a demo role is `token-<role>`. Key: token. */
  readonly sessions: Map<string, Person>;
  /** Everybody is logged in again. */
  resetSessions(): void;
  readonly users: Map<string, UserRow>;
  /** What went into the log, as JSON lines. */
  readonly logged: string[];
  /** Replaces the answer of the engine. */
  answer: (command: Command) => Promise<CommandOutcome>;
  /** @param receivedMs default: now */
  publishReadings(
    rows: readonly (readonly [point: number, value: number, quality?: number])[],
    receivedMs?: number,
  ): void;
  publishAlarm(event: Partial<AlarmEvent>): void;
  publishTicket(event: Partial<TicketEvent>): void;
}

export function createGateway(overrides: Partial<ApiServices> = {}, points = 0): FakeGateway {
  const model = overrides.model ?? createModel(points);
  const latest = createLatest(model);
  const logged: string[] = [];
  const submitted: Command[] = [];
  const asked: (readonly unknown[])[] = [];
  const people = new Map(DEMO_ROLES.map((role) => [role, toPerson(role)] as const));
  const sessions = new Map<string, Person>();
  const resetSessions = () => {
    for (const [role, person] of people) sessions.set(`token-${role}`, person);
  };
  resetSessions();
  const users = new Map<string, UserRow>(
    [...people.values()].map((person) => [person.username, toUserRow(person)] as const),
  );
  const feeds = {
    readings: createFeed<ReadingBatch>(),
    links: createFeed<LinkStatus>(),
    alarms: createFeed<AlarmEvent>(),
    controls: createFeed<AlarmControlEvent>(),
    storms: createFeed<StormEvent>(),
    ruleChanges: createFeed<RuleChangeRow>(),
    tickets: createFeed<TicketEvent>(),
    inbox: createFeed<InboxAnnouncement>(),
    pages: createFeed<string>(),
    incidents: createFeed<IncidentEvent>(),
    policies: createFeed<PolicyVersionRow>(),
  };
  const clock = overrides.clock ?? { now: () => ({ wallMs: NOW_MS, monoMs: 0, bootId: 'boot' }) };
  const pointQuality = createPointQuality(model, clock);
  const texts = createTexts(10);
  const recent = createRecent(model, 300);
  const past = createLiveHistory();
  feeds.readings.subscribe((batch) => {
    latest.apply(batch);
    pointQuality.apply(batch);
    recent.apply(batch);
    past.apply(batch);
  });
  const faults: SimulatedFault[] = [
    { equipment: 'booster', fault: 'dry-run', text: text('Dry run'), isActive: false },
  ];
  const requireFault = (equipment: string, fault: string) => {
    if (faults.every((one) => one.fault !== fault))
      throw new RiserError('unknown-fault', { equipment, fault });
  };
  const record = (...call: readonly unknown[]) => void asked.push(call);
  const requireUser = (username: string) => {
    if (!users.has(username)) throw new RiserError('user-unknown', { username });
  };
  const duty = createFakeDuty(users, record);
  const services: FakeGateway['services'] = {
    model,
    version: '1.2.3',
    clock,
    log: pino({ level: 'info' }, { write: (line: string) => void logged.push(line) }),
    latest,
    pointQuality,
    history: createHistory({ sources: [past.source], clock }),
    queries: {
      ...ALARM_QUERIES,
      ...SERVICE_QUERIES,
      alarms: async ({ state }) => ({
        items: state === 'open' ? [OCCURRENCE] : [OCCURRENCE, OCCURRENCE],
        total: state === 'open' ? 1 : 2,
      }),
      alarm: async (id) => [OCCURRENCE, ...EXPLAINED].find((row) => row.id === id) ?? null,
      alarmHistory: async () => HISTORY,
      explained: async () => EXPLAINED,
      tickets: async () => ({ items: [TICKET], total: 1 }),
      ticket: async (id) => (id === TICKET.id ? TICKET : null),
      ticketHistory: async () => HISTORY,
      users: async () => [...users.values()],
      user: async (username) => users.get(username) ?? null,
      session: async () => null,
      configHash: async () => null,
      pointWrites: async () => [],
      alarmLog: async () => [],
      ticketLog: async () => [],
      lockOuts: async () => new Map(),
      audit: async () => ({ items: AUDIT, total: 1 }),
    },
    explain: createFakeExplain(),
    alarmFigures: createFakeFigures(record),
    ruleChanges: createFakeRuleChanges(() => model, record),
    ruleTests: createFakeRuleTests(record),
    backtests: createFakeBacktests(record),
    writing: createFakeWriting(record),
    backups: createFakeBackups(record),
    storage: createFakeStorage(record),
    policies: createFakePolicies(record),
    roster: duty,
    openLoad: () => new Map([['engineer', 2]]),
    staff: duty,
    handovers: createFakeHandovers(record),
    attachments: createFakeAttachments(record),
    commissioning: createFakeCommissioning(() => services),
    drillRecords: createFakeDrillRecords(record),
    slips: createFakeSlips(record),
    labels: createLabels('of the test'),
    publicReports: new PublicReports(),
    contactCodes: new ContactCodes(),
    commands: {
      submit: async (command) => {
        submitted.push(command);
        return gateway.answer(command);
      },
    },
    people: {
      login: async (username, password, address) => {
        record('login', username, address);
        const person = people.get(username as Role);
        if (person === undefined || password !== 'correct') throw new RiserError('wrong-credentials');
        return { token: `token-${username}`, expiresAtMs: NOW_MS + 3_600_000, person };
      },
      authenticate: async (token) => sessions.get(token) ?? null,
      logout: async (token) => void sessions.delete(token),
      createUser: async (input, actor) => {
        record('createUser', input, actor);
        if (users.has(input.username)) throw new RiserError('user-exists', { username: input.username });
        users.set(input.username, toUserRow({ ...toPerson('desk'), ...input }));
      },
      setUser: async (username, input, actor) => {
        requireUser(username);
        record('setUser', username, input, actor);
        users.set(username, { ...(users.get(username) as UserRow), ...input });
      },
      setPassword: async (username, password, actor) => {
        requireUser(username);
        record('setPassword', username, password, actor);
      },
      setDisabled: async (username, isDisabled, actor) => {
        requireUser(username);
        record('setDisabled', username, isDisabled, actor);
        if (isDisabled)
          for (const [token, person] of sessions) if (person.username === username) sessions.delete(token);
      },
    },
    links: () => [LINK],
    requests: () => [],
    listeners: () => [],
    clocks: () => [],
    health: () => ({ isAlive: true, status: 'ok', parts: [{ name: 'store', isHealthy: true, detail: '' }] }),
    isReady: () => true,
    feeds,
    simulation: {
      faults: async () => faults,
      inject: async (equipment, fault) => requireFault(equipment, fault),
      clear: async (equipment, fault) => requireFault(equipment, fault),
    },
    audit: async (entry) => record('audit', entry),
    figures: () => [
      {
        name: 'riser_link_requests_total',
        help: 'Requests',
        type: 'counter',
        value: 5,
        labels: { link: 'plant' },
      },
      {
        name: 'riser_link_requests_total',
        help: 'Requests',
        type: 'counter',
        value: 7,
        labels: { link: 'lift' },
      },
      { name: 'riser_queue_inputs', help: 'Waiting', type: 'gauge', value: 2 },
    ],
    ...overrides,
    texts,
  };
  const gateway: FakeGateway = {
    services,
    submitted,
    asked,
    sessions,
    resetSessions,
    users,
    logged,
    answer: async (command) => ({
      occurrence: command.type.endsWith('-alarm') ? OCCURRENCE : null,
      ticket:
        command.type.includes('ticket') || ['confirm-contact', 'redact-words'].includes(command.type)
          ? TICKET
          : null,
      ...(command.type === 'split-ticket' && { opened: TICKET }),
      ...(command.type === 'incident' && { incident: INCIDENT }),
      ...(/feedback/.test(command.type) && { feedback: FEEDBACK }),
      ...(command.type === 'acknowledge-alarms' && { acknowledged: command.occurrences }),
    }),
    publishReadings(rows, receivedMs = NOW_MS) {
      const builder = new ReadingBatchBuilder(model.epoch, rows.length);
      for (const [index, value, quality = 0] of rows) builder.add(index, value, quality, receivedMs);
      feeds.readings.publish(builder.finish(clock.now().monoMs));
    },
    publishAlarm: (event) =>
      feeds.alarms.publish({ type: 'raised', atMs: NOW_MS, occurrence: OCCURRENCE, ...event }),
    publishTicket: (event) =>
      feeds.tickets.publish({
        type: 'opened',
        atMs: NOW_MS,
        by: 'gateway',
        ticket: TICKET,
        detail: {},
        ...event,
      }),
  };
  return gateway;
}

export function toPerson(role: Role): Person {
  return { username: role, displayName: text(role), roles: [role], permissions: toPermissions([role]) };
}

function toUserRow(person: Person): UserRow {
  const { username, displayName, roles } = person;
  return {
    username,
    displayName,
    roles,
    passwordHash: '$argon2id$secret-digest',
    isDisabled: false,
    isDemo: true,
    createdAtMs: NOW_MS,
    changedAtMs: NOW_MS,
  };
}

export interface Started extends FakeGateway {
  readonly api: Api;
  [Symbol.asyncDispose](): Promise<void>;
}

/** To be held with `await using`: the API is closed at the end of the test. */
export async function startApi(
  options: Partial<ApiOptions> = {},
  gateway: FakeGateway = createGateway(),
): Promise<Started> {
  const api = await createApi(gateway.services, { webDirectory: null, ...options });
  return Object.assign(gateway, { api, [Symbol.asyncDispose]: async () => api.close() });
}

export const bearer = (role: Role) => ({ authorization: `Bearer token-${role}` });
