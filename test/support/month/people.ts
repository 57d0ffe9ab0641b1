/**
 * People of a simulated site: whoever is on shift works the tickets of the roster's posts, early, late or never, takes the
 * wrong step now and then, reports matters by phone, looks after alarms and incidents.
 */
import type { AlarmEvent } from '../../../src/core/alarm.ts';
import type { RiserError } from '../../../src/core/errors.ts';
import type { LocationId, TicketId } from '../../../src/core/ids.ts';
import type { Incident } from '../../../src/core/incident.ts';
import { ROLE_NAMES } from '../../../src/core/roles.ts';
import { isTicketOpen, type Priority, TICKET_CLASS_NAMES, type Ticket } from '../../../src/core/ticket.ts';
import type { Command, CommandOutcome } from '../../../src/engine/commands.ts';
import type { Round } from '../../../src/engine/round.ts';
import type { IncidentChange } from '../../../src/incidents/changes.ts';
import type { DutyView } from '../../../src/people/duty.ts';
import { matches, toSettings } from '../../../src/tickets/match.ts';
import { allowedTransitions, naturalNext } from '../../../src/tickets/path.ts';
import type { TicketActor, Transition, TransitionType } from '../../../src/tickets/transitions.ts';
import type { Agenda } from './agenda.ts';
import type { SimulatedGateway } from './gateway.ts';
import type { Plant } from './plant.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Asia/Shanghai, all year. */
const ZONE_MS = 8 * HOUR_MS;
const ROOM = 'room' as LocationId;
const REPORT_EVERY_MS = 36 * MINUTE_MS;

/** Until whoever has to act does so, minutes: at best, and at worst. */
const PACE: Readonly<Record<Priority, readonly [number, number]>> = {
  emergency: [1, 9],
  urgent: [2, 40],
  normal: [5, 200],
};

type Answer = CommandOutcome | RiserError;

export interface PeopleOptions {
  readonly agenda: Agenda;
  readonly random: () => number;
  readonly nowMs: () => number;
  readonly wallMs: () => number;
  readonly duty: DutyView;
  readonly gateway: () => SimulatedGateway;
  readonly plant: Plant;
}

export class People {
  readonly #options: PeopleOptions;
  /** Tickets that somebody is going to act on. */
  readonly #planned = new Set<TicketId>();
  readonly #steps = new Map<string, number>();
  readonly #refusals = new Map<string, number>();
  #reports = 0;

  constructor(options: PeopleOptions) {
    this.#options = options;
    this.#planReport();
  }

  /** How often each step was taken, and each refusal given. */
  counts(): { readonly steps: ReadonlyMap<string, number>; readonly refusals: ReadonlyMap<string, number> } {
    return { steps: this.#steps, refusals: this.#refusals };
  }

  see({ ticketEvents, alarmEvents, incidentEvents }: Round): void {
    for (const { ticket } of ticketEvents) this.#plan(ticket);
    for (const event of alarmEvents) this.#lookAfter(event);
    for (const { type, incident } of incidentEvents) if (type === 'opened') this.#planIncident(incident);
  }

  #plan(ticket: Ticket): void {
    const { agenda, nowMs } = this.#options;
    const { id, stage } = ticket;
    if (this.#planned.has(id) || !(isTicketOpen(ticket) || stage === 'closed')) return;
    this.#planned.add(id);
    agenda.at(nowMs() + this.#toDelayMs(ticket), () => this.#act(id));
  }

  #toDelayMs(ticket: Ticket): number {
    const { random, gateway } = this.#options;
    if (ticket.stage === 'closed')
      return random() < 0.02 ? HOUR_MS : gateway().policy.reopenMs + random() * 2 * DAY_MS;
    // Forgotten, until somebody finds it the next day.
    if (random() < 0.01) return DAY_MS * (0.8 + random());
    const [least, most] = PACE[ticket.priority];
    const ms = (least + (most - least) * random() ** 2) * MINUTE_MS;
    return ticket.priority === 'normal' ? this.#toWorkingMs(ms) : ms;
  }

  /** What is not urgent waits for the day shift. */
  #toWorkingMs(ms: number): number {
    const atMs = this.#options.wallMs() + ms + ZONE_MS;
    const hour = (atMs % DAY_MS) / HOUR_MS;
    if (hour >= 8 && hour < 21) return ms;
    return ms + ((8 - hour + 24) % 24) * HOUR_MS + this.#options.random() * HOUR_MS;
  }

  #act(id: TicketId): void {
    this.#planned.delete(id);
    const ticket = this.#options.gateway().ticket(id);
    if (ticket === null) return;
    const policy = this.#options.gateway().policy;
    const answer = this.#step(ticket);
    const next = this.#options.gateway().ticket(id) ?? ticket;
    const isRefused = answer instanceof Error;
    // What the policy of the ticket refuses is put right by the next look at it.
    if (isTicketOpen(next) || (next.stage === 'closed' && (!isRefused || policy !== null))) this.#plan(next);
  }

  #step(ticket: Ticket): Answer {
    const { random } = this.#options;
    const chance = random();
    const actor = this.#toActor(ticket);
    if (ticket.stage === 'waiting') return this.#take(ticket, actor, { type: 'resume' });
    if (isTicketOpen(ticket) && chance < 0.16) {
      const aside = this.#stepAside(ticket, actor, chance / 0.16);
      if (aside !== null) return aside;
    }
    if (ticket.stage === 'closed' && chance < 0.03)
      return this.#take(ticket, actor, { type: 'reopen', reason: '业主反映未修好' });
    return this.#stepOn(ticket, actor);
  }

  /** The natural next step, or the short form that begins with it. */
  #stepOn(ticket: Ticket, actor: TicketActor): Answer {
    const { gateway, random } = this.#options;
    const policy = gateway().policyOf(ticket);
    const sheet = this.#toSheet(ticket);
    if (sheet !== null) return this.#take(ticket, actor, sheet);
    const next = naturalNext(ticket, policy);
    if (next === null) return this.#take(ticket, actor, { type: 'note', note: '在看' });
    const form = policy.forms.find(
      ({ match, transitions }) => transitions[0] === next && matches(match, toSettings(ticket)),
    );
    const types: readonly TransitionType[] = form !== undefined && random() < 0.6 ? form.transitions : [next];
    if (types.includes('done') && random() < 0.85) this.#repair(ticket);
    // Found not to be mended: mended now, and half of the time sent back.
    const isStanding = ticket.alarms.some(({ isActive }) => isActive);
    if (types.includes('accept') && isStanding) {
      if (random() < 0.5) this.#repair(ticket);
      else return this.#take(ticket, actor, { type: 'reject', reason: '故障未消除' });
    }
    const transitions = types.map((type) => this.#toTransition(type, ticket, actor));
    const isLate = random() < 0.03 && types.length === 1;
    return this.#submit({
      type: 'ticket-transition',
      ticket: ticket.id,
      version: random() < 0.02 ? Math.max(1, ticket.version - 1) : ticket.version,
      transitions: transitions as [Transition, ...Transition[]],
      form: types.length > 1 ? (form?.id ?? null) : null,
      // Whoever has done the work does not accept it.
      actor: types.includes('accept') ? { ...actor, username: `${actor.username}-source` } : actor,
      occurredAtMs: isLate ? this.#toLateMs(ticket) : null,
      personal: null,
    });
  }

  #toLateMs({ stageSinceMs }: Ticket): number {
    const { wallMs, random } = this.#options;
    return Math.min(wallMs(), stageSinceMs + Math.floor(random() * Math.max(0, wallMs() - stageSinceMs)));
  }

  #stepAside(ticket: Ticket, actor: TicketActor, chance: number): Answer | null {
    const { random, gateway } = this.#options;
    const allowed = allowedTransitions(ticket, gateway().policyOf(ticket));
    const kinds: readonly Transition['type'][] = [
      'wait',
      'cancel',
      'merge',
      'transfer',
      'reclassify',
      'urge',
      'escalate',
      'answer',
      'estimate',
      'reject',
      'set-difficult',
      'note',
      'close',
      'correct',
    ];
    const type = kinds[Math.floor(chance * (kinds.length + 1))];
    if (type === undefined) return this.#split(ticket, actor);
    // A wrong step now and then: refused.
    if (!allowed.includes(type) && random() < 0.9) return null;
    if (type === 'merge') return this.#merge(ticket, actor);
    return this.#take(ticket, actor, this.#toTransition(type, ticket, actor));
  }

  #merge(ticket: Ticket, actor: TicketActor): Answer | null {
    const { decisions } = this.#options.gateway();
    const others = decisions.tickets().filter((it) => isTicketOpen(it) && it.id !== ticket.id);
    const other = others[Math.floor(this.#options.random() * others.length)];
    if (other === undefined) return null;
    return this.#take(ticket, actor, { type: 'merge', into: other.id, note: '同一件事' });
  }

  #split(ticket: Ticket, actor: TicketActor): Answer | null {
    const last = ticket.alarms.at(-1);
    if (ticket.alarms.length < 2 || last === undefined) return null;
    const { id, version } = ticket;
    const occurrences = [last.occurrence];
    const more = { content: '另一处故障', occurrences, reason: '两件事' };
    return this.#submit({ type: 'split-ticket', ticket: id, version, actor, ...more });
  }

  /** What an emergency asks for besides: the fire confirmed, people out of the lift. */
  #toSheet(ticket: Ticket): Transition | null {
    const { random } = this.#options;
    const { entrapment, incident, fire, stage } = ticket;
    const steps = entrapment?.steps ?? {};
    if (entrapment !== null && stage === 'handling' && steps.released === undefined)
      return { type: 'entrapment', people: 2, floor: '7F', step: 'released', who: '维保' };
    const isFire = incident !== null && entrapment === null && ticket.class === 'fire';
    if (!isFire || fire !== null || ticket.stage === 'closed' || random() < 0.3) return null;
    const verdict = random() < 0.7 ? 'false-alarm' : random() < 0.5 ? 'test' : 'real';
    return { type: 'confirm-fire', verdict, how: 'on-site', cause: '灰尘' };
  }

  #repair(ticket: Ticket): void {
    const equipment = new Set(ticket.alarms.map(({ key }) => key.split('/')[1] ?? ''));
    for (const one of equipment) this.#options.plant.repair(one);
  }

  #take(ticket: Ticket, actor: TicketActor, transition: Transition): Answer {
    return this.#submit({
      type: 'ticket-transition',
      ticket: ticket.id,
      version: ticket.version,
      transitions: [transition],
      form: null,
      actor,
      occurredAtMs: null,
      personal: null,
    });
  }

  #submit(command: Command): Answer {
    const [answer] = this.#options.gateway().round([command]);
    if (answer === undefined) throw new Error('a command without an answer');
    if (answer instanceof Error) count(this.#refusals, answer.code);
    else if (command.type !== 'ticket-transition') count(this.#steps, command.type);
    else for (const { type } of command.transitions) count(this.#steps, type);
    return answer;
  }

  /** Whoever is on shift of those it is assigned to; may do everything, as the table of actors is tested elsewhere. */
  #toActor({ takenBy, assignee }: Ticket): TicketActor {
    const { duty, wallMs } = this.#options;
    const name = takenBy ?? assignee ?? 'desk';
    const [username = name] = duty.recipientsOf(name, wallMs());
    return { username, roles: ROLE_NAMES, groups: ['engineering', 'desk'] };
  }

  #toTransition(type: TransitionType, ticket: Ticket, actor: TicketActor): Transition {
    const { random, wallMs } = this.#options;
    const isGood = random() >= 0.04;
    const fields = {
      assignee: random() < 0.9 ? (ticket.assignee ?? 'engineer') : 'liu-qiang',
      readBack: '已复述',
      diagnosis: '密封件磨损',
      plan: '更换密封件',
      workInstruction: 'WI-07',
      agreedBy: '业主',
      workingTime: '两小时',
      impact: '停水',
      protection: '铺膜',
      cooperation: '留人',
      feesYuan: 0,
      result: '已更换',
      handler: actor.username,
      testResult: '0.45 MPa',
      amountYuan: 0,
      opinion: '合格',
      manualReading: '现场表计正常',
      how: type === 'visit' || type === 'cancel' ? 'phone' : 'by-hand',
      agreedWith: 'source',
      agreedAtMs: wallMs(),
      isRepaired: isGood,
      isSatisfied: isGood,
      isChargeAgreed: true,
      note: '说明',
      reason: type === 'wait' ? 'part' : type === 'cancel' ? toCancelReason(ticket) : '原因',
      approver: 'manager',
      ...(type === 'wait' && { estimatedAtMs: wallMs() + 24 * HOUR_MS }),
      atMs: wallMs() + HOUR_MS,
      field: 'result',
      value: `更正 ${Math.floor(random() * 1e9)}`,
      ...(type === 'reclassify' && { priority: random() < 0.5 ? 'urgent' : 'emergency' }),
    };
    return { type, ...fields } as unknown as Transition;
  }

  #planReport(): void {
    const { agenda, nowMs, random } = this.#options;
    const gapMs = -Math.log(1 - random()) * REPORT_EVERY_MS;
    agenda.at(nowMs() + gapMs, () => {
      this.#report();
      // Somebody rings twice about the same.
      if (random() < 0.1) this.#report();
      this.#planReport();
    });
  }

  #report(): void {
    const { random, wallMs, duty } = this.#options;
    const classes = TICKET_CLASS_NAMES;
    if (random() < 0.9) this.#reports += 1;
    const [username = 'desk'] = duty.recipientsOf('desk', wallMs());
    const at = this.#reports;
    this.#submit({
      type: 'open-ticket',
      actor: { username, roles: ROLE_NAMES, groups: [] },
      personal: { name: `业主 ${at}`, method: `${at}`, salt: '00', digest: `${at}`.padStart(64, '0') },
      ticket: {
        source: 'owner-call',
        channel: 'phone',
        class: classes[Math.floor(random() * classes.length)] ?? 'help',
        priority: null,
        impact: { urgency: 1, complexity: 1, scope: 1 },
        attendance: null,
        flow: null,
        content: `第 ${at} 件事`,
        faultKind: null,
        equipment: null,
        location: ROOM,
        place: `${at % 700} 室`,
        contactName: `业主 ${at}`,
        contactMethod: `${13_000_000_000 + at}`,
        appointment: null,
        slip: null,
        receivedAtMs: null,
      },
    });
  }

  #lookAfter({ type, occurrence }: AlarmEvent): void {
    if (type !== 'raised') return;
    const { agenda, nowMs, random } = this.#options;
    const { id: occurrenceId, key, severity, equipment, isDrill } = occurrence;
    const by = 'desk';
    const later = (ms: number, act: () => void): void => agenda.at(nowMs() + ms, act);
    const chance = random();
    if (chance < 0.15)
      later(5 * MINUTE_MS, () =>
        this.#submit({ type: 'acknowledge-alarm', occurrence: occurrenceId, by, note: '' }),
      );
    else if (chance < 0.18 && severity !== 'life-safety')
      later(10 * MINUTE_MS, () => {
        const untilMs = this.#options.wallMs() + HOUR_MS;
        this.#submit({ type: 'shelve-alarm', key, by, reason: '清洗', untilMs, isOneShot: random() < 0.5 });
      });
    else if (chance < 0.19 && severity !== 'life-safety')
      later(10 * MINUTE_MS, () => {
        const untilMs = this.#options.wallMs() + 3 * HOUR_MS;
        const permit = { permit: 'GZP-7', approver: 'manager', reason: '大修' };
        this.#submit({ type: 'take-out-of-service', key, by, ...permit, untilMs });
      });
    else if (chance < 0.2 && !isDrill)
      later(HOUR_MS, () => {
        const untilMs = this.#options.wallMs() + HOUR_MS;
        this.#submit({ type: 'drill', equipment, by, reason: '演练', untilMs });
      });
    later(6 * HOUR_MS, () => {
      const open = this.#options
        .gateway()
        .decisions.alarms()
        .find((it) => it.id === occurrenceId);
      if (open?.isLatched === true)
        this.#submit({ type: 'reset-alarm', occurrence: occurrenceId, by, note: '' });
    });
  }

  /** What is said of an incident in its hours; sometimes the report is late, sometimes it never comes. */
  #planIncident({ id, nature }: Incident): void {
    const { agenda, nowMs, random } = this.#options;
    const isSlow = random() < 0.2;
    const isReal = random() < 0.4;
    const change = (ms: number, toChange: (wallMs: number) => IncidentChange): void =>
      agenda.at(nowMs() + ms, () => {
        const incident = this.#options.gateway().incident(id);
        if (incident === null) return;
        const { version } = incident;
        this.#submit({
          type: 'incident',
          incident: id,
          version,
          change: toChange(this.#options.wallMs()),
          by: 'manager',
        });
      });
    const verdict = isReal ? 'confirmed' : 'false-alarm';
    change(30 * MINUTE_MS, () => ({ type: 'confirm', verdict, note: '核实', how: 'on-site' }));
    const report = (kind: 'first' | 'final'): IncidentChange => ({
      type: 'report',
      report: { kind, ...REPORT, nature },
    });
    const send = (kind: 'first' | 'final', atMs: number): IncidentChange => {
      const way = { to: '业委会', how: '邮件', evidence: '回执' };
      return { type: 'report-sent', kind, atMs, ...way };
    };
    const firstMs = isSlow ? 3 * HOUR_MS : HOUR_MS;
    change(firstMs, () => report('first'));
    change(firstMs + 5 * MINUTE_MS, (wallMs) => send('first', wallMs));
    change(6 * HOUR_MS, () => ({ type: 'end', note: '结束' }));
    change(7 * HOUR_MS, () => report('final'));
    change(7 * HOUR_MS + MINUTE_MS, (wallMs) => send('final', wallMs));
  }
}

const REPORT = {
  type: '设施故障',
  time: '上午',
  place: '机房',
  scope: '一层',
  casualties: '无',
  propertyLoss: '无',
  cause: { people: '无', equipment: '老化', management: '无', environment: '无' },
  process: '经过',
  prevention: '措施',
} as const;

function toCancelReason({ source, priority }: Ticket): string {
  return source === 'equipment-alarm' || priority === 'emergency' ? 'false-alarm' : 'withdrawn';
}

function count(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}
