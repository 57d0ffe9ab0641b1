/**
 * Which nodes a link watches, and for which points: points on one node share it. Names are resolved to the server's
 * namespace indexes anew at every connect, because they may move when a server restarts. Pure.
 */
import type { Equipment, PointDef } from '../../config/model.ts';
import type { NodeFormat } from './decode.ts';
import { type OpcuaAddress, parseNodeId, toOpcuaAddress, toOpcuaDevice } from './schema.ts';

/** A node as the configuration names it. */
export interface WatchedNode {
  /** `s=lift-1.CarPosition`, as written, `{object}` filled in. */
  readonly text: string;
  /** URI for a text that names no namespace; null = namespace 0. */
  readonly namespace: string | null;
  /** Shortest poll interval of its points. */
  readonly samplingMs: number;
  readonly points: readonly NodePoint[];
}

export interface NodePoint {
  readonly index: number;
  readonly format: NodeFormat;
}

/** A node id for the wire, or why there is none. */
export type Resolved = { readonly nodeId: string } | { readonly problem: string };

/** @param namespace of the link */
export function toNodes(
  points: readonly PointDef[],
  equipmentOf: (point: PointDef) => Equipment,
  namespace: string | null,
): readonly WatchedNode[] {
  /** Key: namespace and text. */
  const nodes = new Map<string, WatchedNode>();
  for (const point of points) {
    const device = toOpcuaDevice(equipmentOf(point).device);
    const address = toOpcuaAddress(point.address);
    const text =
      device.object === undefined ? address.node : address.node.replaceAll('{object}', device.object);
    const own = device.namespace ?? namespace;
    const key = `${own ?? ''} ${text}`;
    const known = nodes.get(key);
    const entry = { index: point.index, format: toFormat(point, address) };
    const samplingMs = Math.min(known?.samplingMs ?? Number.POSITIVE_INFINITY, point.pollMs);
    nodes.set(key, { text, namespace: own, samplingMs, points: [...(known?.points ?? []), entry] });
  }
  return [...nodes.values()];
}

/** @param namespaces the server's, by index */
export function resolveNode(
  { text, namespace }: WatchedNode,
  namespaces: readonly (string | null)[],
): Resolved {
  if (text.includes('{object}')) return { problem: 'the equipment names no object' };
  const parsed = parseNodeId(text);
  if (parsed === null) return { problem: 'no node id' };
  const named = parsed.namespace ?? (namespace === null ? { index: 0 } : { uri: namespace });
  if ('index' in named) return { nodeId: `ns=${named.index};${parsed.identifier}` };
  const index = namespaces.indexOf(named.uri);
  return index < 0
    ? { problem: `no namespace ${named.uri}` }
    : { nodeId: `ns=${index};${parsed.identifier}` };
}

function toFormat(point: PointDef, address: OpcuaAddress): NodeFormat {
  const { scale, offset, sentinels, values, index = null, bit = null } = address;
  return {
    index,
    bit,
    values: values === undefined ? null : new Map(Object.entries(values)),
    sentinels,
    isBoolean: point.type === 'boolean',
    scale,
    offset,
    range: point.range,
    states: point.states.size === 0 ? null : new Set(point.states.keys()),
  };
}
