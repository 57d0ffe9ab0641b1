/** Rows of the histories and a link's state, for tests of what is written to the sink. */
import type { AlarmKey, LinkId, OccurrenceId, TicketId } from '../../src/core/ids.ts';
import { toId } from '../../src/core/ids.ts';
import type { LinkStatus } from '../../src/core/link.ts';
import type { AlarmLogRow, TicketLogRow } from '../../src/store/store.ts';
import { toLinkTags } from '../../src/telemetry/events/lines.ts';

export const EVENT_MS = 1_700_000_000_000;

export const ALARM_ROW: AlarmLogRow = {
  id: 1,
  hash: 'a1',
  occurrence: 'occurrence-1' as OccurrenceId,
  key: 'tower/pump-1/tripped' as AlarmKey,
  type: 'raised',
  atMs: EVENT_MS,
  by: 'gateway',
  note: '',
  detail: { severity: 'high', level: null, value: 1, quality: 0, count: 1, endReason: null },
};

export const TICKET_ROW: TicketLogRow = {
  id: 1,
  hash: 't1',
  ticket: 'ticket-1' as TicketId,
  number: 'GC20231114-0001',
  site: 'tower',
  equipment: 'pump-1',
  class: 'engineering',
  version: 1,
  type: 'opened',
  stage: 'recorded',
  atMs: EVENT_MS,
  by: 'gateway',
  detail: {},
};

export const LINK_STATUS: LinkStatus = {
  link: toId<LinkId>('bus'),
  state: 'online',
  sinceMs: EVENT_MS,
  reason: null,
  counters: {
    requests: 100,
    replies: 98,
    timeouts: 1,
    exceptions: 1,
    reconnects: 0,
    readings: 500,
    stale_readings: 2,
    bytes_in: 9,
  },
  load: { busyRatio: 0.25, latencyP50Ms: 12, latencyP99Ms: 40, reachedRatio: 1 },
};

export const LINK_TAGS = toLinkTags('tower', { id: toId<LinkId>('bus'), protocol: 'modbus' });
