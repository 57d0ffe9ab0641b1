/**
 * Which nodes are watched on one subscription, and which are missing: creates their items in pieces that the server
 * takes, one piece after the other, and tries again later what was refused. One unknown node costs its own points
 * only (telegraf issue 19186). What a value is worth is decode.ts's business.
 */
import { GOOD, QUALITIES } from '../../core/quality.ts';
import type { PointSample } from '../driver.ts';
import { type DecodedNode, decodeNode } from './decode.ts';
import { type Session, type Wait, within } from './library.ts';
import { type NodePoint, resolveNode, type WatchedNode } from './nodes.ts';
import type { ItemRequest, ItemResult, Subscription } from './subscription.ts';

export interface WatchedItem {
  readonly handle: number;
  readonly node: WatchedNode;
  /** The server's id of the item; null while there is none. */
  serverId: number | null;
  /** Why its points have no values: status or reason; null = watched. */
  problem: string | null;
  /** How often the server looks at the node, as it has revised it, ms. */
  samplingMs: number;
  /** It looks so seldom that its reports are not used. */
  isTooSlow: boolean;
  /** How often the server has reported something of the node. */
  reports: number;
  /** What its last report says of each of its points. */
  last: readonly DecodedNode[];
}

export function createItems(nodes: readonly WatchedNode[], firstHandle: number): readonly WatchedItem[] {
  return nodes.map((node, at) => ({
    handle: firstHandle + at,
    node,
    serverId: null,
    problem: null,
    samplingMs: node.samplingMs,
    isTooSlow: false,
    reports: 0,
    last: [],
  }));
}

/** What the server sent for the node, for each of its points. @param nowMs our clock, UTC */
export function decodeItem({ node }: WatchedItem, data: unknown, nowMs: number): readonly DecodedNode[] {
  return node.points.map(({ format }) => decodeNode(format, data, nowMs));
}

export function toSamples({ node }: WatchedItem, decoded: readonly DecodedNode[]): readonly PointSample[] {
  return decoded.map((value, at) => ({ point: (node.points[at] as NodePoint).index, ...value }));
}

/** Whether the same is said of all points. What is thought of its time depends on when one looks, and counts not. */
export function saysSame(one: readonly DecodedNode[], other: readonly DecodedNode[]): boolean {
  return one.every(({ value, quality }, at) => {
    const against = other[at];
    return (
      against !== undefined &&
      Object.is(value, against.value) &&
      withoutTime(quality) === withoutTime(against.quality)
    );
  });
}

function withoutTime(quality: number): number {
  return quality === QUALITIES['source-time'].code ? GOOD : quality;
}

/** Items or nodes of one request; servers with a smaller limit say so. */
const MAX_PER_CALL = 1_000;
/** A node that a server looks at less often, and less often than it was asked to, is of no use for alarms. */
const MAX_SAMPLING_MS = 60_000;
/** A server need not ask its devices again for a value that is no older. */
const MAX_AGE_MS = 10_000;
/** Names in the reason of a degraded link. */
const NAMED = 3;
/** Server_NamespaceArray; ServerCapabilities_OperationLimits_MaxMonitoredItemsPerCall (OPC 10000-6, table A.1). */
const NAMESPACE_ARRAY = 'ns=0;i=2255';
const ITEMS_PER_CALL = 'ns=0;i=11714';
/** ServerCapabilities_OperationLimits_MaxNodesPerRead. */
const NODES_PER_READ = 'ns=0;i=11705';

/** What must be known of a server before nodes are named to it. */
export interface ServerFacts {
  readonly namespaces: readonly (string | null)[];
  readonly itemsPerCall: number;
  readonly nodesPerRead: number;
}

/** @throws DeviceError `connect-failed`, `connect-timeout`, `stopped`. */
export async function readFacts(session: Session, wait: Wait): Promise<ServerFacts> {
  const nodes = [{ nodeId: NAMESPACE_ARRAY }, { nodeId: ITEMS_PER_CALL }, { nodeId: NODES_PER_READ }];
  const [namespaces, itemsPerCall, nodesPerRead] = await within(() => session.read(nodes), wait);
  return {
    namespaces: toNames(namespaces?.value?.value),
    itemsPerCall: toLimit(itemsPerCall?.value?.value),
    nodesPerRead: toLimit(nodesPerRead?.value?.value),
  };
}

/** What stands on the nodes now; where a node gives no answer, undefined. @throws DeviceError as `readFacts`. */
export async function readItems(
  session: Session,
  items: readonly WatchedItem[],
  facts: ServerFacts,
  wait: Wait,
): Promise<readonly unknown[]> {
  const nodes = items.map(({ node }) => resolveNode(node, facts.namespaces));
  const values: unknown[] = [];
  for (let at = 0; at < nodes.length; at += facts.nodesPerRead) {
    const piece = nodes.slice(at, at + facts.nodesPerRead);
    const asked = piece.flatMap((node) => ('nodeId' in node ? [{ nodeId: node.nodeId }] : []));
    // oxlint-disable-next-line no-await-in-loop -- one request at a time: it is not urgent
    const answers = await within(() => session.read(asked, MAX_AGE_MS), wait);
    let place = 0;
    values.push(...piece.map((node) => ('nodeId' in node ? answers[place++] : undefined)));
  }
  return values;
}

/** Creates the items of nodes that are not watched. @throws DeviceError when the server does not answer. */
export async function watch(
  subscription: Subscription,
  items: readonly WatchedItem[],
  facts: ServerFacts,
  wait: Wait,
): Promise<void> {
  const requests = items.flatMap((item) => toRequest(item, facts));
  for (let at = 0; at < requests.length; at += facts.itemsPerCall) {
    const piece = requests.slice(at, at + facts.itemsPerCall);
    // oxlint-disable-next-line no-await-in-loop -- items created side by side were seen to get lost (node-opcua issue 1334)
    const results = await subscription.add(
      piece.map(({ request }) => request),
      wait,
    );
    piece.forEach((asked, place) => settle(asked, results[place]));
  }
}

/** `2 nodes cannot be watched: s=lift-1.Load (BadNodeIdUnknown), …`; null when all are watched. */
export function toDegraded(items: Iterable<WatchedItem>): string | null {
  const missing = [...items].filter(({ problem }) => problem !== null);
  if (missing.length === 0) return null;
  const named = missing.slice(0, NAMED).map(({ node, problem }) => `${node.text} (${problem})`);
  const rest = missing.length > NAMED ? ` and ${missing.length - NAMED} more` : '';
  const count = missing.length === 1 ? '1 node' : `${missing.length} nodes`;
  return `${count} cannot be watched: ${named.join(', ')}${rest}`;
}

interface Asked {
  readonly item: WatchedItem;
  readonly request: ItemRequest;
  /** Reports of the item until then. */
  readonly reports: number;
}

function toRequest(item: WatchedItem, { namespaces }: ServerFacts): Asked[] {
  const resolved = resolveNode(item.node, namespaces);
  if ('problem' in resolved) {
    item.problem = resolved.problem;
    return [];
  }
  const { handle, node, reports } = item;
  return [{ item, reports, request: { handle, nodeId: resolved.nodeId, samplingMs: node.samplingMs } }];
}

function settle({ item, reports }: Asked, result: ItemResult | undefined): void {
  item.serverId = null;
  if (result?.isMade !== true) {
    item.problem = result?.status ?? 'no answer';
    return;
  }
  item.serverId = result.serverId;
  item.samplingMs = Math.max(item.node.samplingMs, result.samplingMs);
  item.isTooSlow = item.samplingMs > Math.max(MAX_SAMPLING_MS, item.node.samplingMs);
  if (item.isTooSlow) item.problem = `looked at only every ${item.samplingMs} ms`;
  // A first report that was quicker than this answer has said already whether the node is there.
  else if (item.reports === reports) item.problem = null;
}

function toNames(value: unknown): readonly (string | null)[] {
  return Array.isArray(value) ? value.map((name: unknown) => (typeof name === 'string' ? name : null)) : [];
}

function toLimit(value: unknown): number {
  const isLimit = typeof value === 'number' && Number.isInteger(value) && value > 0;
  return isLimit ? Math.min(value, MAX_PER_CALL) : MAX_PER_CALL;
}
