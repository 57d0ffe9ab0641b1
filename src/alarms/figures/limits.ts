/** What the alarm figures count by: definitions of ISA-18.2 and alarms.md E, and the bounds of what is kept. Units in names. */
import type { Severity } from '../../core/severity.ts';

/** Definitions (alarms.md B1, E); part of the figure's meaning, so no setting. */
export const FIGURE_RULES = {
  /** Length of the intervals that annunciations are counted in, and of the sliding window. */
  intervalMs: 600_000,
  /** A flood begins with more than this many annunciations in 10 minutes … */
  floodEnter: 10,
  /** … and ends with fewer than this. */
  floodLeave: 5,
  /** Annunciated and cleared faster than this … */
  fleetingMs: 10_000,
  /** … and not annunciated again within this = fleeting. */
  fleetingQuietMs: 60_000,
  /** Three annunciations within this = chattering by the simple rule. */
  burstMs: 60_000,
  /** Standing for longer than this = stale. */
  staleMs: 86_400_000,
  /** Chattering index from which an alarm chatters: 3 a minute (Kondaveeti et al.). */
  chatteringIndex: 0.05,
} as const;

/** Shares of annunciated alarms that are aimed at (alarms.md B1); life safety is the optional highest, below 1 %. */
export const PRIORITY_TARGETS: Readonly<Record<Severity, number>> = {
  'life-safety': 0.01,
  high: 0.05,
  medium: 0.15,
  low: 0.8,
};

export const FIGURE_LIMITS = {
  /** Local days with events that are kept: a year and a month to compare it with. */
  days: 400,
  /** Alarms of one day that are counted one by one; what further ones do counts for the site only. */
  alarmsPerDay: 20_000,
  /** Alarms times days; beyond it the oldest day goes: about 100 MB. */
  cells: 300_000,
  /** Blind times of rules and equipment on all days (blind-time.ts): three days on which all of 100,000 rules were blind; 20 MB. */
  blindEntries: 300_000,
  /** Days that one transaction saves: some 2 MB where every alarm of a large site came on each of them. */
  daysPerSaving: 20,
  /** Entries of one list of a view; the number of all is beside it. */
  listed: 100,
} as const;

/** Version of what is saved; another one is made again from the alarm history. */
export const FIGURES_VERSION = 1;
