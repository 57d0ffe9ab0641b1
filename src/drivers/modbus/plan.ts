/**
 * The poll plan: which requests read which points in the least reckoned time. Neighbours and small gaps go into one
 * request as long as reading the gap along is cheaper than asking twice, within the limits of the model; a value of several
 * registers is never torn; excluded areas are never touched, declared blocks only ever read whole. What a device then
 * refuses is cut smaller by plan/split.ts and put together again by plan/merge.ts. Answers are read elsewhere.
 */
import type { Equipment, LinkDef, PointDef } from '../../config/model.ts';
import type { PollRequest } from '../driver.ts';
import { type LineCost, toCostMs, toLineCost } from './plan/cost.ts';
import { type Frame, makeRequest, scalesFirst } from './plan/make-request.ts';
import { partition } from './plan/partition.ts';
import { collectUnits, type Range, type Span, type TableMap, type UnitMap } from './plan/spans.ts';
import { isBitTable, toModbusLink } from './schema.ts';

export { mergeRequests } from './plan/merge.ts';
export { splitRequest } from './plan/split.ts';

/**
 * Requests in order of unit, table and address, but for those that bring a scale for another one of their unit: they go
 * first. A scale register that no limit lets stand beside its points has a request without points.
 * @param points of one link and one poll interval
 */
export function planRequests(
  link: LinkDef,
  points: readonly PointDef[],
  equipmentOf: (point: PointDef) => Equipment,
): readonly PollRequest[] {
  const cost = toLineCost(toModbusLink(link.options));
  return collectUnits(link, points, equipmentOf).flatMap((unit) =>
    scalesFirst(unit.tables.flatMap((table) => planTable(unit, table, cost))),
  );
}

function planTable(unit: UnitMap, map: TableMap, cost: LineCost): readonly PollRequest[] {
  const { habits } = unit;
  const isBits = isBitTable(map.table);
  const max = isBits ? habits.maxBits : habits.maxRegisters;
  const inBlocks = Map.groupBy(map.spans, (span) => map.blocks.find((block) => holds(block, span)) ?? null);
  const free = partition(inBlocks.get(null) ?? [], {
    max,
    maxGap: isBits ? habits.maxGapBits : habits.maxGapRegisters,
    forbidden: [...map.excluded, ...map.blocks],
    costOf: (count) => toCostMs(cost, isBits, count),
  });
  const toRequest = (range: Range, spans: readonly Span[], isBlock: boolean) =>
    makeRequest(
      toFrame(unit, map, { maxCount: max, isBlock, refused: [], cost }),
      range,
      spans.flatMap(({ items }) => items),
      spans.flatMap(({ scales }) => scales),
    );
  const requests = [
    ...[...inBlocks].flatMap(([block, spans]) => (block === null ? [] : [toRequest(block, spans, true)])),
    ...free.map((spans) => toRequest(toExtent(spans), spans, false)),
  ];
  return requests.toSorted((a, b) => (a.block?.first ?? 0) - (b.block?.first ?? 0));
}

function toFrame({ unit, habits }: UnitMap, { table }: TableMap, planned: Frame['planned']): Frame {
  const { timeoutMs, retries, maxInFlight } = habits;
  return { unit, table, timeoutMs, retries, maxInFlight, planned };
}

function holds(block: Range, span: Range): boolean {
  return block.start <= span.start && span.end <= block.end;
}

function toExtent(spans: readonly Range[]): Range {
  return {
    start: Math.min(...spans.map(({ start }) => start)),
    end: Math.max(...spans.map(({ end }) => end)),
  };
}
