/**
 * What equipment depends on. The register says upstream of what an equipment is (mains → board → pump, tank → pump,
 * fire panel → what its linkage switches off, link → device); the engine uses it to explain alarms by their cause.
 */
import type { Text } from './text.ts';

export const UPSTREAMS = {
  power: { zh: '上级供电', en: 'power supply' },
  water: { zh: '上级供水', en: 'water supply' },
  linkage: { zh: '消防联动', en: 'fire linkage' },
  /** The loader's own: what all devices of one link are reached by. */
  link: { zh: '通信链路', en: 'communication link' },
} as const satisfies Record<string, Text>;

export type Upstream = keyof typeof UPSTREAMS;
export const UPSTREAM_NAMES = Object.keys(UPSTREAMS) as readonly Upstream[];
