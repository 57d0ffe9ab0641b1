/**
 * Plans every Modbus link of a site as acquisition will, without connecting, and says what to change where the link cannot
 * carry it. How that is printed is doctor-plan-text.ts.
 */
import type { Equipment, LinkDef, PointDef, SiteModel } from '../config/model.ts';
import { defined } from '../core/assert.ts';
import type { RequestBlock } from '../core/link.ts';
import { type PlanLoad, TIGHT_LOAD_RATIO, toPlanLoad } from '../core/plan-load.ts';
import type { PollRequest } from '../drivers/driver.ts';
import { planRequests } from '../drivers/modbus/plan.ts';
import { framingOf, type ModbusLink, modbusSchema, toModbusLink } from '../drivers/modbus/schema.ts';

export const PLANNED_PROTOCOL = 'modbus';

/** Rates that devices offer, slowest first. */
const BAUD_RATES = [1_200, 2_400, 4_800, 9_600, 19_200, 38_400, 57_600, 115_200];

export interface LinkPlan {
  readonly link: string;
  readonly transport: string;
  readonly framing: string;
  /** `tcp 192.0.2.10:502`; that of a backup behind it. */
  readonly endpoints: readonly string[];
  /** `9600 baud 8E1`; null where frames do not travel on a bus. */
  readonly line: string | null;
  readonly load: PlanLoad;
  readonly requests: readonly RequestPlan[];
  /** What to change, in plain English; empty when the link fits. */
  readonly advice: readonly string[];
}

export interface RequestPlan {
  readonly label: string;
  readonly device: string;
  readonly pollMs: number;
  /** Point ids. */
  readonly points: readonly string[];
  readonly block: RequestBlock | null;
  readonly costMs: number;
}

interface Planned {
  readonly request: PollRequest;
  readonly pollMs: number;
}

export function examinePlans(model: SiteModel, links: readonly LinkDef[]): readonly LinkPlan[] {
  const byLink = Map.groupBy(model.points, ({ link }) => link);
  return links.map((link) => examine(model, link, byLink.get(link.id) ?? []));
}

function examine(model: SiteModel, link: LinkDef, points: readonly PointDef[]): LinkPlan {
  const equipmentOf = (point: PointDef) =>
    defined(model.equipment.get(point.equipment), `equipment of ${point.id}`);
  const planned = planGroups(link, points, equipmentOf);
  const load = toLoad(planned);
  const options = toModbusLink(link.options);
  return {
    link: link.id,
    transport: options.transport,
    framing: framingOf(options),
    endpoints: modbusSchema.toEndpoints?.(link.options) ?? [],
    line: toLine(options),
    load,
    requests: planned.map(({ request, pollMs }) => ({
      label: request.label,
      device: request.device,
      pollMs,
      points: request.points.map((index) => defined(model.points[index], 'a point of a request').id),
      block: request.block,
      costMs: request.costMs,
    })),
    advice: load.verdict === 'fits' ? [] : advise(link, options, load, points, equipmentOf),
  };
}

/** Each poll group by itself, as acquisition plans; shortest interval first. */
function planGroups(
  link: LinkDef,
  points: readonly PointDef[],
  equipmentOf: (point: PointDef) => Equipment,
): readonly Planned[] {
  return [...Map.groupBy(points, ({ pollMs }) => pollMs)]
    .toSorted(([a], [b]) => a - b)
    .flatMap(([pollMs, group]) =>
      planRequests(link, group, equipmentOf).map((request) => ({ request, pollMs })),
    );
}

function toLoad(planned: readonly Planned[]): PlanLoad {
  return toPlanLoad(planned.map(({ request, pollMs }) => ({ ...request, pollMs })));
}

function toLine(options: ModbusLink): string | null {
  if (framingOf(options) === 'mbap') return null;
  const { baudRate = 9_600, dataBits = 8, parity = 'even', stopBits = 1 } = options;
  return `${baudRate} baud ${dataBits}${parity.charAt(0).toUpperCase()}${stopBits}`;
}

function advise(
  link: LinkDef,
  options: ModbusLink,
  load: PlanLoad,
  points: readonly PointDef[],
  equipmentOf: (point: PointDef) => Equipment,
): readonly string[] {
  const times = load.loadRatio / TIGHT_LOAD_RATIO;
  const [heaviest] = load.groups.toSorted((a, b) => b.loadRatio - a.loadRatio);
  const advice = [advisePoll(defined(heaviest, 'a poll group'), load)];
  const baudRate = findBaudRate(link, options, points, equipmentOf);
  if (baudRate !== null) advice.push(`set the bus to ${baudRate} baud, if all of its devices can`);
  const buses = Math.ceil(times);
  if (buses <= load.devices) advice.push(`share its ${load.devices} units among ${buses} links`);
  return advice;
}

/** The interval at which the heaviest group lets the others fit; all of them where that is not enough. */
function advisePoll({ pollMs, loadRatio }: PlanLoad['groups'][number], load: PlanLoad): string {
  const others = load.loadRatio - loadRatio;
  const room = TIGHT_LOAD_RATIO - others;
  const busyMs = loadRatio * pollMs;
  if (room > 0 && busyMs / room <= 10 * pollMs) {
    return `poll every ${roundUp(busyMs / room)} ms what is polled every ${pollMs} ms`;
  }
  const times = Math.ceil((10 * load.loadRatio) / TIGHT_LOAD_RATIO) / 10;
  return `poll everything ${times} times slower`;
}

/** Up to two digits that people would write: 1,234 → 1,300. */
function roundUp(ms: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(ms)) - 1);
  return Math.ceil(ms / unit) * unit;
}

/** The slowest rate at which the link fits; null = none, or it is no bus. */
function findBaudRate(
  link: LinkDef,
  options: ModbusLink,
  points: readonly PointDef[],
  equipmentOf: (point: PointDef) => Equipment,
): number | null {
  const { baudRate: now = 9_600 } = options;
  if (framingOf(options) === 'mbap') return null;
  const fits = (baudRate: number) => {
    const faster = { ...link, options: { ...link.options, baudRate } };
    return toLoad(planGroups(faster, points, equipmentOf)).verdict === 'fits';
  };
  return BAUD_RATES.find((baudRate) => baudRate > now && fits(baudRate)) ?? null;
}
