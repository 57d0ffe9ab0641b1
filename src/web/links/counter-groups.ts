/** A link's counters in groups that a technician looks for. Pure; words are in locales/zh-links.ts. */

export type CounterGroup = 'exchange' | 'discarded' | 'connection' | 'schedule' | 'data' | 'other';

export interface GroupedCounter {
  readonly name: string;
  readonly count: number;
}

/** In the order of the page. */
const GROUPS: readonly (readonly [CounterGroup, readonly string[]])[] = [
  ['exchange', ['requests', 'replies', 'timeouts', 'exceptions', 'retries', 'splits', 'writes']],
  [
    'discarded',
    [
      'late_replies',
      'wrong_unit',
      'wrong_function',
      'unsolicited',
      'crc_errors',
      'bad_frames',
      'discarded_bytes',
      'bad_payloads',
      'late_messages',
      'redelivered',
      'stale_retained',
      'unknown_topics',
      'forgotten_topics',
      'dropped',
      'late_calls',
    ],
  ],
  [
    'connection',
    [
      'reconnects',
      'failovers',
      'releases',
      'overdue',
      'heartbeats',
      'duplicate_dial_ins',
      'clients',
      'refused_clients',
      'refused_publishes',
      'refused_subscriptions',
      'oversized_packets',
      'client_errors',
      'keep_alives',
      'bytes_in',
      'bytes_out',
    ],
  ],
  ['schedule', ['skipped_cycles', 'stale_readings']],
  [
    'data',
    ['readings', 'messages', 'notifications', 'values', 'bad_values', 'missing_nodes', 'silent_items'],
  ],
];

/** What nobody wants to see above zero. */
const FAULTS: ReadonlySet<string> = new Set([
  'timeouts',
  'exceptions',
  'wrong_unit',
  'wrong_function',
  'crc_errors',
  'bad_frames',
  'overdue',
  'skipped_cycles',
  'stale_readings',
  'bad_payloads',
  'missing_nodes',
  'silent_items',
  'dropped',
]);
/** Shown by code in a list of their own. */
const BY_CODE = /^exceptions_/;

/** Only what the link counts; a name that the page does not know is kept under `other`. Empty groups are left out. */
export function toCounterGroups(
  counters: Readonly<Record<string, number>>,
): readonly { readonly group: CounterGroup; readonly counters: readonly GroupedCounter[] }[] {
  const known = new Set(GROUPS.flatMap(([, names]) => names));
  const others = Object.keys(counters).filter((name) => !known.has(name) && !BY_CODE.test(name));
  return [...GROUPS, ['other', others] as const]
    .map(([group, names]) => ({
      group,
      counters: names.flatMap((name) => {
        const count = counters[name];
        return count === undefined ? [] : [{ name, count }];
      }),
    }))
    .filter((entry) => entry.counters.length > 0);
}

export function isFault({ name, count }: GroupedCounter): boolean {
  return count > 0 && FAULTS.has(name);
}
