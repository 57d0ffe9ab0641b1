/**
 * Looks for items that a server has silently stopped to watch: their values would stay good for ever. The nodes are
 * read in turn, a few at a time, and what is read is compared with what was reported last. Pure: reading, and what
 * becomes of an item that is found, is connection.ts's business.
 *
 *   as reported, or reported since ──▶ in order
 *   differs ──▶ suspect ──still differs, nothing reported for the time that a report may take──▶ silent
 */
import type { WatchedItem } from './watching.ts';

/** Nodes of one look: with one look a minute a site of 500 nodes is seen each minute, one of 10,000 in 20 minutes. */
const MAX_NODES_PER_LOOK = 500;
/** A change may just have missed one sampling and one publishing. */
const CYCLES_TO_REPORT = 2;

interface Look {
  readonly item: WatchedItem;
  /** Reports of the item until then. */
  readonly reports: number;
}

interface Suspect {
  readonly reports: number;
  readonly sinceMs: number;
}

export class Audit {
  readonly #items: readonly WatchedItem[];
  #next = 0;
  #looks: readonly Look[] = [];
  readonly #suspects = new Map<WatchedItem, Suspect>();

  constructor(items: readonly WatchedItem[]) {
    this.#items = items;
  }

  /** Items to read now: the suspects, and the next in turn. Only what is watched and has reported something. */
  begin(): readonly WatchedItem[] {
    const due = new Set(this.#suspects.keys());
    for (let left = this.#items.length; left > 0 && due.size < MAX_NODES_PER_LOOK; left--) {
      due.add(this.#items[this.#next] as WatchedItem);
      this.#next = (this.#next + 1) % this.#items.length;
    }
    this.#looks = [...due]
      .filter(({ serverId, problem, reports }) => serverId !== null && problem === null && reports > 0)
      .map((item) => ({ item, reports: item.reports }));
    return this.#looks.map(({ item }) => item);
  }

  /**
   * @param isSame of each item of `begin` whether the answer is what was reported last
   * @param publishingMs time between two reports, ms
   * @returns those that are silent
   */
  judge(isSame: readonly boolean[], publishingMs: number, monoMs: number): readonly WatchedItem[] {
    const differing = this.#looks.filter((look, at) => isSame[at] === false && isUnreported(look));
    const before = new Map(this.#suspects);
    this.#suspects.clear();
    const silent: WatchedItem[] = [];
    for (const { item, reports } of differing) {
      const known = before.get(item);
      const suspect = known?.reports === reports ? known : { reports, sinceMs: monoMs };
      const waitMs = CYCLES_TO_REPORT * (item.samplingMs + publishingMs);
      if (monoMs - suspect.sinceMs >= waitMs && suspect === known) silent.push(item);
      else this.#suspects.set(item, suspect);
    }
    return silent;
  }
}

/** What was reported while the answer was on its way is newer than it, or not; the next look will tell. */
function isUnreported({ item, reports }: Look): boolean {
  return item.reports === reports && item.problem === null;
}
