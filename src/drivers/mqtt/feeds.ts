/**
 * What the points of a link want of its topics: which filters to subscribe to, and for each topic who is interested.
 * Names are resolved once; wildcards are matched once per topic and remembered, as far as there is room.
 */
import type { Equipment, PointDef } from '../../config/model.ts';
import { MqttEquipment } from './equipment.ts';
import { toMqttAddress, toMqttDevice } from './schema.ts';
import { FilterTree, fillTopic, hasWildcard } from './topics.ts';
import { type PointPlan, toPointPlan } from './value.ts';

/** What one equipment reads from the topics of one filter. */
export interface Feed {
  readonly equipment: MqttEquipment;
  readonly plans: readonly PointPlan[];
  /** Whether messages of the topic say that the equipment is there. */
  readonly isAvailability: boolean;
}

/** What is known of one topic for one feed. */
export interface Reader {
  readonly feed: Feed;
  /** Source time of the last message that was applied, UTC ms; -Infinity before. */
  lastMs: number;
  /** When that was, monotonic ms. */
  appliedMonoMs: number;
}

export interface Topic {
  readonly name: string;
  readonly readers: readonly Reader[];
}

/** Topics that are remembered beside those of the profiles: matched by a wildcard. */
const MAX_MATCHED = 2_000;
/** Topics that are known to concern nobody; however many there are, they do not push out the others. */
const MAX_STRANGE = 2_000;

export class Feeds {
  /** Every filter once, those of availability first, so that it is known before the retained state comes. */
  readonly filters: readonly string[];
  readonly equipment: readonly MqttEquipment[];
  /** Key: topic. */
  readonly #exact = new Map<string, Topic>();
  readonly #wildcards = new FilterTree<readonly Feed[]>();
  /** Key: topic, matched by a wildcard. The one that has been asked for longest ago first. */
  readonly #matched = new Map<string, Topic>();
  /** Topics that nobody reads. Oldest first. */
  readonly #strange = new Set<string>();
  #forgotten = 0;

  constructor(points: readonly PointDef[], equipmentOf: (point: PointDef) => Equipment) {
    const collected = collect(points, equipmentOf);
    this.equipment = collected.equipment;
    const byFilter = [...collected.feeds].toSorted(([, a], [, b]) => toRank(a) - toRank(b));
    this.filters = byFilter.map(([filter]) => filter);
    for (const [filter, feeds] of byFilter) if (hasWildcard(filter)) this.#wildcards.add(filter, feeds);
    for (const [name, feeds] of byFilter) {
      if (!hasWildcard(name)) this.#exact.set(name, toTopic(name, [...feeds, ...this.#matching(name)]));
    }
  }

  /** Topics that were forgotten to make room; their last source time went with them. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** null when nobody reads it. */
  find(name: string): Topic | null {
    const exact = this.#exact.get(name);
    if (exact) return exact;
    const matched = this.#matched.get(name);
    if (matched) {
      this.#keep(matched);
      return matched;
    }
    if (this.#strange.has(name)) return null;
    const feeds = this.#matching(name);
    if (feeds.length > 0) return this.#keep(toTopic(name, feeds));
    if (this.#strange.size >= MAX_STRANGE) deleteFirst(this.#strange);
    this.#strange.add(name);
    return null;
  }

  #matching(name: string): readonly Feed[] {
    return this.#wildcards.find(name).flat();
  }

  /** Puts it last among those that are remembered. */
  #keep(topic: Topic): Topic {
    if (!this.#matched.delete(topic.name) && this.#matched.size >= MAX_MATCHED) {
      deleteFirst(this.#matched);
      this.#forgotten++;
    }
    this.#matched.set(topic.name, topic);
    return topic;
  }
}

function deleteFirst(names: Map<string, unknown> | Set<string>): void {
  const [oldest] = names.keys();
  if (oldest !== undefined) names.delete(oldest);
}

function toTopic(name: string, feeds: readonly Feed[]): Topic {
  const readers = feeds.map((feed) => ({
    feed,
    lastMs: Number.NEGATIVE_INFINITY,
    appliedMonoMs: Number.NEGATIVE_INFINITY,
  }));
  return { name, readers };
}

function toRank(feeds: readonly Feed[]): number {
  return feeds.some(({ isAvailability }) => isAvailability) ? 0 : 1;
}

interface Collected {
  readonly equipment: readonly MqttEquipment[];
  /** Key: filter. */
  readonly feeds: ReadonlyMap<string, readonly Feed[]>;
}

/** Parts are read with the equipment that they are parts of: it is one device on the wire. */
function collect(points: readonly PointDef[], equipmentOf: (point: PointDef) => Equipment): Collected {
  const byDevice = Map.groupBy(points, (point) => {
    const { id, parent } = equipmentOf(point);
    return parent ?? id;
  });
  const equipment: MqttEquipment[] = [];
  const feeds = new Map<string, Feed[]>();
  for (const [id, own] of byDevice) {
    const [first] = own as [PointDef];
    const device = new MqttEquipment(id, toMqttDevice(equipmentOf(first).device), own);
    equipment.push(device);
    for (const [filter, feed] of toFeeds(device, own)) {
      const known = feeds.get(filter);
      if (known) known.push(feed);
      else feeds.set(filter, [feed]);
    }
  }
  return { equipment, feeds };
}

/** Key: filter. */
function toFeeds(equipment: MqttEquipment, points: readonly PointDef[]): ReadonlyMap<string, Feed> {
  const { availability } = equipment.device;
  const byFilter = Map.groupBy(points, (point) =>
    fillTopic(toMqttAddress(point.address).topic, equipment.device.topic),
  );
  const status = availability && fillTopic(availability.topic, equipment.device.topic);
  const filters = new Set([...(status === undefined ? [] : [status]), ...byFilter.keys()]);
  return new Map(
    [...filters].map((filter) => {
      const plans = (byFilter.get(filter) ?? []).map(toPointPlan);
      return [filter, { equipment, plans, isAvailability: filter === status }];
    }),
  );
}
