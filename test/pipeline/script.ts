/**
 * A working day as its people's clients see it: each step is asked for until it has been answered, and is not asked for again
 * when it is found to be there. Every kind of commit of the service is among them.
 */
import { defined } from '../../src/core/assert.ts';
import { type AttachmentId, toId } from '../../src/core/ids.ts';
import { ROLE_NAMES } from '../../src/core/roles.ts';
import type { Ticket } from '../../src/core/ticket.ts';
import type { IncidentChange } from '../../src/incidents/changes.ts';
import { toPersonalFields } from '../../src/store/personal.ts';
import type { Write } from '../../src/store/store.ts';
import type { Transition } from '../../src/tickets/transitions.ts';
import { makePhoto, toSource } from '../attachments/support/files.ts';
import { withLimit } from '../policies/rig.ts';
import { createTestModel, type TestEquipment } from '../support/model.ts';
import { until } from '../support/poll.ts';
import { defaultPolicy, START_MS } from '../support/random-tickets.ts';
import type { KillableGateway } from './gateway.ts';

export interface Step {
  readonly name: string;
  readonly isDone: (gateway: KillableGateway) => Promise<boolean>;
  readonly act: (gateway: KillableGateway) => Promise<unknown>;
}

const PEOPLE = ['desk', 'engineer', 'supervisor', 'leader', 'security', 'manager'] as const;
const SECRET = 'a secret of the tests, long enough';

/** @param url of the webhook */
export function toKillModel(url: string) {
  const unit = (
    id: string,
    severity: 'high' | 'life-safety',
    given: Pick<TestEquipment, 'responsible'>,
  ): TestEquipment => ({
    ...given,
    id,
    points: [{ name: id, staleMs: null }],
    rules: [
      {
        id,
        type: 'state',
        points: [id],
        params: { mask: 1 },
        severity,
        class: severity === 'high' ? 'engineering' : 'fire',
      },
    ],
  });
  const webhook = {
    url,
    secret: SECRET,
    ca: null,
    kinds: null,
    roles: null,
    contacts: false,
    perMinute: 6_000,
    timeoutMs: 5_000,
  };
  const model = createTestModel({
    equipment: [unit('pump', 'high', { responsible: 'engineer' }), unit('panel', 'life-safety', {})],
  });
  return { ...model, policy: defaultPolicy, calendars: defaultPolicy.calendars, notify: { webhook } };
}

/** Accounts that messages go to; nobody logs in with them. */
export const USERS: readonly Write[] = PEOPLE.map((username) => ({
  type: 'user',
  user: {
    username,
    displayName: { zh: username, en: username },
    roles: [username],
    passwordHash: '',
    isDisabled: false,
    isDemo: false,
    createdAtMs: 0,
    changedAtMs: 0,
  },
}));

/** What the plant says, also after a start. */
export type Field = Record<string, number>;

const actor = (username: string) => ({ username, roles: ROLE_NAMES, groups: [] });

async function ticketOf(gateway: KillableGateway, equipment: string | null): Promise<Ticket | null> {
  const { items } = await gateway.store.queries.tickets({ state: 'all', limit: 20, offset: 0 });
  return items.find((ticket) => ticket.equipment === equipment) ?? null;
}

async function has(gateway: KillableGateway, equipment: string | null, type: string): Promise<boolean> {
  const ticket = await ticketOf(gateway, equipment);
  const rows = gateway.rows(`select 1 from ticket_event where ticket = '${ticket?.id}' and type = '${type}'`);
  return rows.length > 0;
}

/** @param event that the transition leaves on the record */
function step(equipment: string | null, event: string, transition: Transition, by = 'engineer'): Step {
  return {
    name: `${equipment}: ${transition.type}`,
    isDone: (gateway) => has(gateway, equipment, event),
    async act(gateway) {
      const { id, version } = defined((await ticketOf(gateway, equipment)) ?? undefined, 'the ticket');
      await gateway.pipeline.engine.submit({
        type: 'ticket-transition',
        ticket: id,
        version,
        transitions: [transition],
        form: null,
        actor: actor(by),
        occurredAtMs: null,
        personal: null,
      });
    },
  };
}

function change(name: string, sql: string, given: (atMs: number) => IncidentChange): Step {
  return {
    name: `incident: ${name}`,
    isDone: async (gateway) => gateway.rows(`select 1 from incident where ${sql}`).length > 0,
    async act(gateway) {
      const { items } = await gateway.store.queries.incidents({ state: 'all', limit: 1, offset: 0 });
      const { id, version, beganAtMs } = defined(items[0], 'the incident');
      const command = {
        type: 'incident',
        incident: id,
        version,
        change: given(beganAtMs),
        by: 'manager',
      } as const;
      await gateway.pipeline.engine.submit(command);
    },
  };
}

function field(plant: Field, name: string, value: number, isDone: Step['isDone']): Step {
  return {
    name: `${name} = ${value}`,
    isDone,
    async act(gateway) {
      plant[name] = value;
      gateway.feed({ [name]: value });
      await until(() => isDone(gateway), { timeoutMs: 15_000, what: `${name} = ${value}` });
    },
  };
}

const report = {
  kind: 'first',
  type: '设施故障',
  time: '上午',
  place: '机房',
  nature: 'facility-failure',
  scope: '一层',
  casualties: '无',
  propertyLoss: '无',
  cause: { people: '', equipment: '', management: '', environment: '' },
  process: '',
  prevention: '',
} as const;

const attach: Step = {
  name: 'pump: attach',
  isDone: (gateway) => has(gateway, 'pump', 'attached'),
  async act(gateway) {
    const id = toId<AttachmentId>(`photo-${gateway.commits()}`);
    const { attachments } = gateway.pipeline.service;
    const attachment = await attachments.receive(toSource(makePhoto(9_000)), {
      id,
      name: 'p.jpg',
      by: 'engineer',
    });
    await step('pump', 'attached', { type: 'attach', attachment }).act(gateway);
  },
};

const handover: readonly Step[] = [
  {
    name: 'handover: begin',
    isDone: async (gateway) => gateway.rows('select 1 from handover').length > 0,
    act: ({ pipeline }) =>
      pipeline.service.handovers.begin({ from: 'desk', to: 'engineer', post: 'desk', note: '', by: 'desk' }),
  },
  ...(['desk', 'engineer'] as const).map(
    (by): Step => ({
      name: `handover: ${by} signs`,
      async isDone(gateway) {
        const { items } = await gateway.pipeline.service.handovers.list({ limit: 1, offset: 0 });
        return (by === 'desk' ? items[0]?.signedFromAtMs : items[0]?.signedToAtMs) !== null;
      },
      async act({ pipeline }) {
        const { items } = await pipeline.service.handovers.list({ limit: 1, offset: 0 });
        await pipeline.service.handovers.sign(defined(items[0], 'the handover').id, by);
      },
    }),
  ),
];

const proposed = "select version from policy_version where json_extract(doc, '$.origin') = 'api'";
const policy: readonly Step[] = [
  {
    name: 'policy: propose',
    isDone: async (gateway) => gateway.rows(proposed).length > 0,
    act: ({ pipeline }) =>
      pipeline.service.policies.propose({ text: withLimit('80s'), reason: 'the desk is far', by: 'desk' }),
  },
  {
    name: 'policy: approve',
    isDone: async (gateway) => gateway.rows(`${proposed} and state = 'in-force'`).length > 0,
    async act(gateway) {
      const { policies } = gateway.pipeline.service;
      const version = String(gateway.rows(proposed)[0]?.['version']);
      await policies.approve(version, { by: 'manager', note: '', comparedWith: policies.inForce().version });
    },
  },
];

const slips: readonly Step[] = [
  {
    name: 'slips: print',
    isDone: async (gateway) => gateway.rows('select 1 from slip').length > 0,
    act: (gateway) => gateway.slips.print(2, 'desk'),
  },
  {
    name: 'slips: enter',
    isDone: async (gateway) => (await ticketOf(gateway, null)) !== null,
    async act({ slips, pipeline }) {
      const slip = await slips.requireUnused('ZD-000001');
      await pipeline.engine.submit({
        type: 'open-ticket',
        actor: actor('desk'),
        personal: toPersonalFields('张三', '13900000000', '00'.repeat(16)),
        slip,
        ticket: {
          source: 'owner-call',
          channel: 'phone',
          class: 'engineering',
          priority: 'normal',
          impact: null,
          attendance: null,
          flow: null,
          content: '水龙头漏水',
          faultKind: null,
          equipment: null,
          location: toId('room'),
          place: '',
          contactName: '张三',
          contactMethod: '13900000000',
          appointment: null,
          slip: slip.number,
          receivedAtMs: null,
        },
      });
    },
  },
  {
    name: 'slips: void',
    isDone: async (gateway) => {
      const { items } = await gateway.slips.list({ state: 'all', limit: 9, offset: 0 });
      return items.some(({ voided }) => voided !== null);
    },
    act: (gateway) => gateway.slips.void('ZD-000002', '污损', 'desk'),
  },
];

const read: Step = {
  name: 'inbox: read',
  isDone: async (gateway) => gateway.rows("select 1 from message where state = 'read'").length > 0,
  async act({ store, pipeline }) {
    const { items } = await store.queries.messages({ channel: 'inbox', limit: 200, offset: 0 });
    const { id } = defined(items.at(-1), 'a message');
    await pipeline.engine.submit({
      type: 'delivery',
      message: id,
      outcome: { type: 'read', by: 'x', atMs: 1 },
    });
  },
};

export function toScript(plant: Field): readonly Step[] {
  return [
    field(plant, 'pump', 1, async (gateway) => (await ticketOf(gateway, 'pump')) !== null),
    step('pump', 'taken', { type: 'take', readBack: '已复述' }),
    step('pump', 'arrived', { type: 'arrive', how: 'by-hand' }),
    ...policy,
    step('pump', 'diagnosed', { type: 'diagnose', diagnosis: '密封件磨损' }),
    step('pump', 'planned', { type: 'plan', plan: '更换', workInstruction: 'WI-07' }),
    step('pump', 'started', { type: 'start' }),
    step('pump', 'waited', {
      type: 'wait',
      reason: 'part',
      note: '等备件',
      approver: 'manager',
      estimatedAtMs: START_MS + 7 * 86_400_000,
    }),
    step('pump', 'resumed', { type: 'resume' }),
    field(plant, 'panel', 1, async (gateway) => (await ticketOf(gateway, 'panel')) !== null),
    step('panel', 'sheet-filled', { type: 'confirm-fire', verdict: 'real', how: 'on-site' }, 'security'),
    change('grade', "json_extract(doc, '$.commander') is not null", () => ({
      type: 'grade',
      grade: 'major',
      nature: 'facility-failure',
      commander: 'manager',
      reason: '影响大',
    })),
    change('report', "json_array_length(doc, '$.reports') > 0", () => ({ type: 'report', report })),
    change('report-sent', "json_extract(doc, '$.reports[0].sent') is not null", (atMs) => ({
      type: 'report-sent',
      kind: 'first',
      atMs,
      to: '业委会',
      how: '邮件',
      evidence: '回执',
    })),
    ...handover,
    attach,
    step('pump', 'done', { type: 'done', result: '已更换', handler: 'engineer' }),
    field(plant, 'pump', 0, (gateway) => has(gateway, 'pump', 'alarm-returned')),
    step('pump', 'accepted', { type: 'accept', opinion: '合格' }, 'supervisor'),
    step('pump', 'visited', { type: 'visit', how: 'phone', isRepaired: true, isSatisfied: true }),
    step('pump', 'closed', { type: 'close' }, 'desk'),
    ...slips,
    step(
      null,
      'cancelled',
      { type: 'cancel', reason: 'false-alarm', note: '现场无异常', approver: 'manager' },
      'desk',
    ),
    read,
  ];
}
