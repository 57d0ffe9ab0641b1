/** Reports: the alarm figures of whole local days, of the site, an equipment or a rule. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Static } from 'typebox';
import { RiserError } from '../../core/errors.ts';
import { type EquipmentId, toId } from '../../core/ids.ts';
import type { FigureScope, FiguresView } from '../../engine/alarm-view.ts';
import { AlarmReportQuery } from '../alarm-requests.ts';
import { ok } from '../answers.ts';
import type { Api, ApiContext } from '../context.ts';
import type { DeepReadonly } from '../deep-readonly.ts';
import { createLocalTime } from '../export/local-time.ts';
import { type AlarmFiguresView, AlarmReportSchema, type AlarmReportView } from '../figures-schema.ts';
import { NOUNS } from '../nouns.ts';
import { toEquipmentName } from '../rule-views.ts';
import type { ApiServices } from '../services.ts';
import { InputError } from '../validation.ts';

const DAY_MS = 86_400_000;
/** Days of a report that names no beginning: a week. */
const DEFAULT_DAYS = 7;
/** Longest report: a year and the month to compare it with, which is what is kept. */
const MAX_DAYS = 400;

type Query = Static<typeof AlarmReportQuery>;
type Item = AlarmReportView['items'][number];

export function reportRoutes(api: Api, { services }: ApiContext): void {
  api.get(
    '/reports/alarms',
    {
      config: { permission: 'site.read' },
      schema: {
        operationId: 'reportAlarms',
        summary:
          'How well the alarms serve the people: rates, floods, chattering, stale ones, top ten, blind time',
        description:
          'Whole local days of the site; the present one as far as it has come. `by=equipment` and `by=rule` answer the ten ' +
          'with the most alarms, or the `equipment` (and `rule`) that is named. Drills and what is out of service are in ' +
          'none of the numbers. `engine-busy` while the figures are made after a start.',
        tags: ['reports'],
        querystring: AlarmReportQuery,
        response: ok(AlarmReportSchema),
      },
    },
    async ({ query }) => {
      const days = toDays(query, services);
      const items: Item[] = [];
      for (const scope of await toScopes(query, days, services)) {
        items.push(await toItem(scope, days, services));
        await nextTurn();
      }
      return { from: days.fromDate, to: days.toDate, by: query.by, items };
    },
  );
}

interface Days {
  readonly fromDate: string;
  readonly toDate: string;
}

/** @throws InputError for what is no date, no range, or too long */
function toDays({ from, to }: Query, { model, clock }: ApiServices): Days {
  const today = createLocalTime(model.site.timeZone).toClock(clock.now().wallMs).slice(0, 10);
  const toDate = to ?? today;
  const toMs = toMidnight('query.to', toDate);
  const fromDate = from ?? new Date(toMs - (DEFAULT_DAYS - 1) * DAY_MS).toISOString().slice(0, 10);
  const fromMs = toMidnight('query.from', fromDate);
  if (fromMs > toMs) throw new InputError([{ path: 'query.from', expected: 'a date not after `to`' }]);
  if (toMs - fromMs >= MAX_DAYS * DAY_MS)
    throw new InputError([{ path: 'query.from', expected: `at most ${MAX_DAYS} days before \`to\`` }]);
  return { fromDate, toDate };
}

/** Of the date taken as one of UTC: for counting days only. */
function toMidnight(path: string, date: string): number {
  const ms = Date.parse(`${date}T00:00:00Z`);
  if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== date)
    throw new InputError([{ path, expected: 'a date that there is' }]);
  return ms;
}

/** @throws RiserError `not-found`; InputError */
async function toScopes(
  { by, equipment, rule }: Query,
  days: Days,
  services: ApiServices,
): Promise<readonly FigureScope[]> {
  if (by === 'site') {
    if (equipment !== undefined || rule !== undefined)
      throw new InputError([{ path: 'query.by', expected: 'equipment or rule, with what is named' }]);
    return [{}];
  }
  if (equipment !== undefined && (by === 'equipment' || rule !== undefined)) {
    requireKnown(services, equipment, rule);
    return [rule === undefined ? { equipment } : { equipment, rule }];
  }
  if (rule !== undefined) throw new InputError([{ path: 'query.equipment', expected: 'that of the rule' }]);
  const scope: FigureScope = equipment === undefined ? {} : { equipment };
  const { topTen } = await view(scope, days, services);
  return by === 'equipment'
    ? topTen.equipment.map(({ id }) => ({ equipment: id }))
    : topTen.alarms.map(({ id }) => toRuleScope(id));
}

function requireKnown(
  { model, ruleChanges }: ApiServices,
  equipment: string,
  rule: string | undefined,
): void {
  if (!model.equipment.has(toId(equipment))) throw new RiserError('not-found', { what: NOUNS.equipment });
  if (rule !== undefined && ruleChanges.rule(toId(equipment), toId(rule)) === null)
    throw new RiserError('not-found', { what: NOUNS.rule });
}

/** @param key `site/equipment/rule` */
function toRuleScope(key: string): FigureScope {
  const [, equipment = '', rule = ''] = key.split('/');
  return { equipment, rule };
}

async function toItem(scope: FigureScope, days: Days, services: ApiServices): Promise<Item> {
  const { equipment = null, rule = null } = scope;
  const figures = toFiguresView(await view(scope, days, services), services);
  const equipmentName = equipment === null ? null : toEquipmentName(services.model, toId(equipment));
  return { equipment, rule, text: toText(scope, services), equipmentName, figures };
}

function toText({ equipment, rule }: FigureScope, services: ApiServices): Item['text'] {
  const { model } = services;
  if (equipment === undefined) return model.site.name;
  const text = rule === undefined ? null : toRuleText({ equipment, rule }, services);
  return text ?? toEquipmentName(model, toId<EquipmentId>(equipment));
}

/** null = the site does not have the rule any more. */
function toRuleText(
  { equipment, rule }: Required<FigureScope>,
  { ruleChanges }: ApiServices,
): Item['text'] | null {
  return ruleChanges.rule(toId(equipment), toId(rule))?.rule.text ?? null;
}

async function view(scope: FigureScope, days: Days, services: ApiServices): Promise<FiguresView> {
  return services.alarmFigures.view({ ...days, scope, rules: countRules(scope, services) });
}

function countRules({ equipment, rule }: FigureScope, { ruleChanges }: ApiServices): number {
  let count = 0;
  for (const { rule: one, isEnabled } of ruleChanges.rules()) {
    const isIn = equipment === undefined || one.equipment === equipment;
    if (isEnabled && isIn && (rule === undefined || one.id === rule)) count++;
  }
  return count;
}

/** As they are, with names beside the keys. */
function toFiguresView(figures: FiguresView, services: ApiServices): AlarmFiguresView {
  const { chattering, standing, topTen } = figures;
  const ofAlarm = <T extends Keyed>(one: T): T & Named => ({ ...one, ...toNamed(one.id, services) });
  const made: DeepReadonly<AlarmFiguresView> = {
    ...figures,
    chattering: { ...chattering, worst: chattering.worst.map(ofAlarm) },
    standing: { ...standing, oldest: standing.oldest.map(ofAlarm) },
    topTen: {
      share: topTen.share,
      alarms: topTen.alarms.map(ofAlarm),
      equipment: topTen.equipment.map((one) => ({
        ...one,
        equipment: one.id,
        equipmentName: toEquipmentName(services.model, toId(one.id)),
        rule: null,
        text: null,
      })),
    },
  };
  return made as AlarmFiguresView;
}

interface Keyed {
  readonly id: string;
}
type Named = Pick<
  AlarmFiguresView['topTen']['alarms'][number],
  'equipment' | 'equipmentName' | 'rule' | 'text'
>;

/** @param key `site/equipment/rule` */
function toNamed(key: string, services: ApiServices): Named {
  const { equipment = '', rule = '' } = toRuleScope(key);
  const equipmentName = toEquipmentName(services.model, toId(equipment));
  return { equipment, equipmentName, rule, text: toRuleText({ equipment, rule }, services) };
}
