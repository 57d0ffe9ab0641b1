/**
 * Joins commissioning with the running gateway: opened before the engine, which asks it what is mute; its notes begin when
 * the engine runs. The supervisor is told by the engine's outbox, as everybody is.
 */
import type { Logger } from 'pino';
import type { Commissioning } from './commissioning/commissioning.ts';
import { openCommissioning } from './commissioning/open.ts';
import { type CommissioningNotice, CommissioningWatch } from './commissioning/watch.ts';
import { toRoute } from './config/alarm-start.ts';
import { isPartOf } from './config/dependence.ts';
import type { SiteModel } from './config/model.ts';
import { toFullName } from './config/names.ts';
import type { Policy } from './config/policy.ts';
import type { Occurrence } from './core/alarm.ts';
import type { Clock } from './core/clock.ts';
import type { EquipmentId } from './core/ids.ts';
import type { Text } from './core/text.ts';
import type { Texts } from './core/texts.ts';
import type { CommandPort } from './engine/commands.ts';
import type { Feeds } from './feeds.ts';
import type { Telling } from './notify/telling.ts';
import { ASK, createLocalTime } from './notify/wording.ts';
import type { Store } from './store/store.ts';
import type { LatestView } from './telemetry/latest.ts';
import { isInDanger } from './tickets/danger.ts';

export interface CommissioningPartsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly latest: LatestView;
  readonly texts: Pick<Texts, 'toText'>;
  readonly feeds: Pick<Feeds, 'alarms' | 'tickets'>;
  /** With the rules that are in force. */
  readonly model: () => SiteModel;
  /** In force: who is on fire duty. */
  readonly policy: () => Policy;
}

export interface CommissioningParts {
  readonly commissioning: Commissioning;
  /** The engine runs. */
  start(engine: CommandPort): Promise<void>;
  stop(): Promise<void>;
}

/** @throws RiserError `store-failed` */
export async function openCommissioningParts(
  options: CommissioningPartsOptions,
): Promise<CommissioningParts> {
  const { store, clock, log, latest, texts, feeds, model, policy } = options;
  const toText = (number: number): string | undefined => texts.toText(number);
  const findDanger = (ids: readonly EquipmentId[]) => findInDanger(store.queries, model(), ids);
  const commissioning = await openCommissioning({ store, clock, latest, toText, model, findDanger });
  let watch: CommissioningWatch | null = null;
  return {
    commissioning,
    async start(engine) {
      const tell = (notice: CommissioningNotice) =>
        engine.submit({ type: 'tell', telling: toTelling(notice, model(), policy()) });
      watch = new CommissioningWatch({
        commissioning,
        queries: store.queries,
        latest,
        toText,
        clock,
        feeds,
        tell,
        log,
      });
      await watch.start();
    },
    stop: async () => watch?.stop(),
  };
}

/** More open emergencies than a building has at once. */
const MAX_EMERGENCIES = 1_000;

/** Nobody silences the lift that people are in, nor the zone of a fire. @returns number of the ticket that says so */
export async function findInDanger(
  queries: Pick<Store['queries'], 'tickets'>,
  model: SiteModel,
  silent: readonly EquipmentId[],
): Promise<string | null> {
  const { items } = await queries.tickets({
    state: 'open',
    priority: 'emergency',
    limit: MAX_EMERGENCIES,
    offset: 0,
  });
  const isSilent = (id: EquipmentId): boolean =>
    silent.some((one) => isPartOf(model, id, one) || isPartOf(model, one, id));
  const found = items.find(
    (ticket) =>
      !ticket.isDrill && ticket.equipment !== null && isSilent(ticket.equipment) && isInDanger(ticket, null),
  );
  return found?.number ?? null;
}

/** Names that a message holds; the others are counted. */
const MAX_NAMES = 5;
const DAY_MS = 24 * 3_600_000;

/** Of a silent alarm whoever is on fire duty; of the rest the supervisor, or whoever stands in (to-messages.ts). */
export function toTelling(notice: CommissioningNotice, model: SiteModel, policy: Policy): Telling {
  if (notice.what === 'alarm') return toAlarmTelling(notice.occurrence, model, policy);
  const { what, equipment, atMs, approvers } = notice;
  const [first] = equipment;
  const isSafety = what === 'life-safety';
  const supervisor = { anyOf: ['supervisor'], ask: isSafety ? ASK.watch : ASK.prove };
  const others = [
    ...toFireDuty(policy).map((name) => ({ anyOf: [name], ask: ASK.know })),
    { anyOf: ['desk'], ask: ASK.know },
    ...approvers.map((name) => ({ anyOf: [name], ask: ASK.object })),
  ];
  return {
    ...COMMON,
    priority: isSafety ? 'urgent' : 'normal',
    to: isSafety ? [supervisor, ...others] : [supervisor],
    fact: isSafety ? toSafetyFact(notice, model) : toOverdueFact(notice),
    about: {
      ...ABOUT,
      location: (first && model.equipment.get(first)?.location) ?? null,
      number: first ?? model.site.id,
      where: toNames(equipment, model),
      what: isSafety
        ? { zh: '调试中，生命安全告警不派单', en: 'in commissioning, life-safety alarms open no ticket' }
        : { zh: '调试超期未验收', en: 'commissioning overdue' },
    },
    part: `commissioning-${what}`,
    // Seconds: told again it is another message, told twice by a kill in between too.
    version: Math.floor(atMs / 1_000),
  };
}

const COMMON = { kind: 'information', by: '', hours: null } as const;
const ABOUT = { ticket: null, incident: null, occurrence: null, isDrill: false } as const;

/** Nobody is dispatched: it is said what was raised, and that it may be real. */
function toAlarmTelling(occurrence: Occurrence, model: SiteModel, policy: Policy): Telling {
  const { id, equipment, text, raisedAtMs } = occurrence;
  const definition = model.equipment.get(equipment);
  return {
    ...COMMON,
    priority: 'urgent',
    to: toFireDuty(policy).map((name) => ({ anyOf: [name, 'desk'], ask: LOOK })),
    fact: {
      zh: '该设备正在调试，此生命安全告警不派单、不上报',
      en: 'The equipment is in commissioning: this life-safety alarm opens no ticket and is reported to nobody',
    },
    about: {
      ...ABOUT,
      occurrence: id,
      location: definition?.location ?? null,
      number: equipment,
      where: toNames([equipment], model),
      what: { zh: `【调试】${text.zh}`, en: `[Commissioning] ${text.en}` },
    },
    part: `commissioning-alarm-${id}`,
    version: Math.floor(raisedAtMs / 1_000),
  };
}

const LOOK: Text = {
  zh: '请核实是否为调试所致；如属实，请立即按火警、险情处置并报前台',
  en: 'Make sure that it comes from the test; if it is real, act on it at once and tell the desk',
};

/** Whom alarms of fire go to by the policy's table; the desk where it names nobody. */
function toFireDuty(policy: Policy): readonly string[] {
  const none = { kind: null, responsible: null, locations: [] };
  return [toRoute({ class: 'fire', ...none }, policy) ?? 'desk'];
}

function toNames(ids: readonly EquipmentId[], model: SiteModel): Text {
  const names = ids
    .slice(0, MAX_NAMES)
    .map((id) => (model.equipment.has(id) ? toFullName(model, id) : { zh: id, en: id }));
  const more = ids.length - names.length;
  const [zh, en] = [names.map((name) => name.zh).join('、'), names.map((name) => name.en).join('; ')];
  return more === 0 ? { zh, en } : { zh: `${zh}等 ${ids.length} 台`, en: `${en} and ${more} more` };
}

type OfCommissioning = Exclude<CommissioningNotice, { what: 'alarm' }>;

function toSafetyFact(notice: OfCommissioning, { site }: SiteModel): Text {
  const { silent, by, approvers, untilMs, atMs } = notice;
  const until = createLocalTime(site.timeZone)(untilMs, atMs);
  const [who, agreed] = [by.join('、'), approvers.join('、')];
  return {
    zh: `验收签字前，其中 ${silent} 条生命安全告警只列出，不派单，仅提示值班人员，至 ${until}。发起 ${who}${agreed && `，批准 ${agreed}`}`,
    en: `Until their points are signed, at most until ${until}, ${silent} life-safety alarms open no ticket and are only said to who is on duty. Begun by ${who}${agreed && `, approved by ${agreed}`}`,
  };
}

function toOverdueFact({ sinceMs, atMs }: OfCommissioning): Text {
  const days = Math.max(1, Math.floor((atMs - sinceMs) / DAY_MS));
  return {
    zh: `已调试 ${days} 天，超过计划期限，未验收点位的告警仍不派单`,
    en: `In commissioning for ${days} days, beyond its planned end; unproven points still open no ticket`,
  };
}
