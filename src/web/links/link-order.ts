/** The list of links as staff read it: what needs attention first, then in the order of the configuration. Pure. */
import type { LinkStatus } from '../api/types.ts';
import type { LinkQuality } from '../quality/quality-queries.ts';
import { toBusyTone, toReachedTone } from './figures.ts';

export interface LinkRow {
  readonly link: LinkStatus;
  /** null = not known yet. */
  readonly quality: LinkQuality | null;
  readonly trouble: Trouble | null;
}

/** Worst first. `data`: the link does its work, but some of its points have no value; for a zone that is not programmed that is
 * no trouble. */
const TROUBLES = ['offline', 'degraded', 'connecting', 'overloaded', 'data'] as const;
export type Trouble = (typeof TROUBLES)[number];

/** Bad in any way; framing tells which. Names of counters. */
const BAD_FRAMES = ['bad_frames', 'crc_errors', 'wrong_unit', 'wrong_function', 'bad_payloads'] as const;

export function toLinkRows(
  links: readonly LinkStatus[],
  qualities: readonly LinkQuality[],
  search = '',
): readonly LinkRow[] {
  const byLink = new Map(qualities.map((quality) => [quality.link, quality]));
  const wanted = search.trim().toLowerCase();
  return links
    .filter(({ link, name, protocol, way }) =>
      [link, name.zh, name.en, protocol, ...(way?.ends ?? []), way?.registration ?? '']
        .join(' ')
        .toLowerCase()
        .includes(wanted),
    )
    .map((link) => {
      const quality = byLink.get(link.link) ?? null;
      return { link, quality, trouble: toTrouble(link, quality) };
    })
    .sort((a, b) => toRank(a) - toRank(b));
}

/** What asks for attention; null = nothing. A stopped link serves nobody, which is how it was configured. */
export function toTrouble(link: LinkStatus, quality: LinkQuality | null): Trouble | null {
  const { state, load } = link;
  if (state === 'offline' || state === 'degraded' || state === 'connecting') return state;
  if (state === 'stopped') return null;
  if (load !== null && [toBusyTone(load.busyRatio), toReachedTone(load.reachedRatio)].includes('bad'))
    return 'overloaded';
  return quality !== null && quality.bad + quality.neverGood > 0 ? 'data' : null;
}

/** Frames thrown away as not what they should be; null where the protocol counts none. */
export function countBadFrames({ counters }: Pick<LinkStatus, 'counters'>): number | null {
  const counts = BAD_FRAMES.flatMap((name) => counters[name] ?? []);
  return counts.length === 0 ? null : counts.reduce((sum, count) => sum + count, 0);
}

function toRank({ link, trouble }: LinkRow): number {
  if (trouble !== null) return TROUBLES.indexOf(trouble);
  return link.state === 'stopped' ? TROUBLES.length + 1 : TROUBLES.length;
}
