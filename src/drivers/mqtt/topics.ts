/** Topic filters of MQTT 3.1.1 (§4.7): which topics they match, and which filter holds no more than another. Pure. */

/** Whether the filter has a level that stands for any. */
export function hasWildcard(filter: string): boolean {
  return filter.includes('+') || filter.includes('#');
}

/** A filter taken apart once, to be asked often. */
export class TopicFilter {
  readonly text: string;
  readonly #levels: readonly string[];

  /** @param text a filter as MQTT allows it; the caller has checked it */
  constructor(text: string) {
    this.text = text;
    this.#levels = text.split('/');
  }

  /**
   * Whether every topic of the other filter is one of this filter too; a topic is a filter of one topic. A wildcard
   * in the first level does not stand for topics of the broker's own (`$SYS/…`).
   */
  covers(other: string): boolean {
    const levels = other.split('/');
    if (levels[0]?.startsWith('$') && this.#levels[0] !== levels[0]) return false;
    for (const [at, level] of this.#levels.entries()) {
      // `a/#` stands for `a` too.
      if (level === '#') return true;
      const asked = levels[at];
      if (asked === undefined || asked === '#') return false;
      if (level !== '+' && level !== asked) return false;
    }
    return levels.length === this.#levels.length;
  }
}

/**
 * Filters by their levels, to find those that match a topic without asking each of them: a building has thousands.
 *
 *   a/+/state, a/#   ⇒   a ─┬─ + ── state
 *                           └─ #
 */
export class FilterTree<T> {
  readonly #root: Branch<T> = { below: new Map(), held: [] };

  add(filter: string, item: T): void {
    let branch = this.#root;
    for (const level of filter.split('/')) {
      const next = branch.below.get(level) ?? { below: new Map(), held: [] };
      branch.below.set(level, next);
      branch = next;
    }
    branch.held.push(item);
  }

  /** What stands under the filters that match; as `TopicFilter.covers` of a topic. */
  find(topic: string): readonly T[] {
    const [first, ...rest] = topic.split('/') as [string, ...string[]];
    if (!first.startsWith('$')) return collect(this.#root, [first, ...rest], 0);
    const own = this.#root.below.get(first);
    return own === undefined ? [] : collect(own, rest, 0);
  }
}

interface Branch<T> {
  /** Key: level of a filter. */
  readonly below: Map<string, Branch<T>>;
  readonly held: T[];
}

/** A topic has {@link MAX_TOPIC_BYTES} at most where it comes from our broker, and a filter no more levels than configured. */
function collect<T>({ below, held }: Branch<T>, levels: readonly string[], at: number): readonly T[] {
  const rest = below.get('#')?.held ?? [];
  const level = levels[at];
  if (level === undefined) return [...held, ...rest];
  const found = ['+', level].flatMap((key) => {
    const branch = below.get(key);
    return branch === undefined ? [] : collect(branch, levels, at + 1);
  });
  return [...rest, ...found];
}

/** Why a topic that somebody publishes to is unusable; null = it is in order (MQTT 3.1.1 §1.5.3, §3.3.2.1, §4.7.3). */
export function toTopicProblem(topic: string): string | null {
  if (topic === '') return 'it is empty';
  if (Buffer.byteLength(topic) > MAX_TOPIC_BYTES) return `it is longer than ${MAX_TOPIC_BYTES} bytes`;
  if (hasWildcard(topic)) return 'it has a wildcard';
  if (topic.includes('\0')) return 'it has a null character';
  // What the parser puts in place of bytes that are not UTF-8.
  if (topic.includes('\uFFFD')) return 'it is not UTF-8';
  if (topic.startsWith('$')) return "it is the broker's own";
  return null;
}

/** MQTT allows 65,535; a building's topics have some dozens, and every one is kept with its retained message. */
export const MAX_TOPIC_BYTES = 1_024;

/** `{topic}/state` below the base topic of a device. */
export function fillTopic(template: string, base: string): string {
  return template.replaceAll('{topic}', () => base);
}
