/**
 * Joins commissioning with the running gateway: opened before the engine, which asks it what is mute; its notes begin when
 * the engine runs. The supervisor is told by the engine's outbox, as everybody is.
 */
import type { Logger } from 'pino';
import type { Commissioning } from './commissioning/commissioning.ts';
import { openCommissioning } from './commissioning/open.ts';
import { type CommissioningNotice, CommissioningWatch } from './commissioning/watch.ts';
import type { SiteModel } from './config/model.ts';
import { toFullName } from './config/names.ts';
import type { Clock } from './core/clock.ts';
import type { EquipmentId } from './core/ids.ts';
import type { Text } from './core/text.ts';
import type { Texts } from './core/texts.ts';
import type { CommandPort } from './engine/commands.ts';
import type { Feeds } from './feeds.ts';
import type { Telling } from './notify/telling.ts';
import { ASK } from './notify/wording.ts';
import type { Store } from './store/store.ts';
import type { LatestView } from './telemetry/latest.ts';

export interface CommissioningPartsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly latest: LatestView;
  readonly texts: Pick<Texts, 'toText'>;
  readonly feeds: Pick<Feeds, 'alarms' | 'tickets'>;
  /** With the rules that are in force. */
  readonly model: () => SiteModel;
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
  const { store, clock, log, latest, texts, feeds, model } = options;
  const toText = (number: number): string | undefined => texts.toText(number);
  const commissioning = await openCommissioning({ store, clock, latest, toText, model });
  let watch: CommissioningWatch | null = null;
  return {
    commissioning,
    async start(engine) {
      const tell = (notice: CommissioningNotice) =>
        engine.submit({ type: 'tell', telling: toTelling(notice, model()) });
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

/** Names that a message holds; the others are counted. */
const MAX_NAMES = 5;
const DAY_MS = 24 * 3_600_000;

/** To the supervisor, or whoever stands in: nothing is told to nobody (to-messages.ts). */
export function toTelling(notice: CommissioningNotice, model: SiteModel): Telling {
  const { what, equipment, atMs } = notice;
  const [first] = equipment;
  const isSafety = what === 'life-safety';
  return {
    kind: 'information',
    priority: isSafety ? 'urgent' : 'normal',
    to: [{ anyOf: ['supervisor'], ask: isSafety ? ASK.watch : ASK.prove }],
    fact: isSafety ? toSafetyFact(notice) : toOverdueFact(notice),
    about: {
      ticket: null,
      incident: null,
      occurrence: null,
      location: (first && model.equipment.get(first)?.location) ?? null,
      isDrill: false,
      number: first ?? model.site.id,
      where: toNames(equipment, model),
      what: isSafety
        ? { zh: '调试中，生命安全告警不派单', en: 'in commissioning, life-safety alarms open no ticket' }
        : { zh: '调试超期未验收', en: 'commissioning overdue' },
    },
    part: `commissioning-${what}`,
    // Seconds: told again it is another message, told twice by a kill in between too.
    version: Math.floor(atMs / 1_000),
    by: '',
    hours: null,
  };
}

function toNames(ids: readonly EquipmentId[], model: SiteModel): Text {
  const names = ids
    .slice(0, MAX_NAMES)
    .map((id) => (model.equipment.has(id) ? toFullName(model, id) : { zh: id, en: id }));
  const more = ids.length - names.length;
  const [zh, en] = [names.map((name) => name.zh).join('、'), names.map((name) => name.en).join('; ')];
  return more === 0 ? { zh, en } : { zh: `${zh}等 ${ids.length} 台`, en: `${en} and ${more} more` };
}

function toSafetyFact({ silent }: CommissioningNotice): Text {
  return {
    zh: `验收签字前，其中 ${silent} 条生命安全告警只列出，不派单、不通知人员`,
    en: `Until their points are signed, ${silent} life-safety alarms are listed only and ring nobody`,
  };
}

function toOverdueFact({ sinceMs, atMs }: CommissioningNotice): Text {
  const days = Math.max(1, Math.floor((atMs - sinceMs) / DAY_MS));
  return {
    zh: `已调试 ${days} 天，超过计划期限，未验收点位的告警仍不派单`,
    en: `In commissioning for ${days} days, beyond its planned end; unproven points still open no ticket`,
  };
}
