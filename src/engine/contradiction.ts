/**
 * What a round was about that contradicts the store, for the log that is the last thing said before the process ends (README,
 * Decisions): which tickets, which alarms, what was being recorded, and what people do then. Pure.
 */
import type { WriteBatch } from '../store/store.ts';

/** Of each; a storm's round has thousands. */
const MAX_NAMED = 10;

export interface Contradiction {
  /** Numbers of tickets as people know them, or ids where only those are in the batch. */
  readonly tickets: readonly string[];
  /** Keys of alarms: `site/equipment/rule`. */
  readonly alarms: readonly string[];
  /** Kinds of the events that were to be recorded, e.g. `opened`, `dispatched`, `raised`. */
  readonly events: readonly string[];
  /** Tickets and alarms beyond those that are named. */
  readonly more: number;
}

export const CONTRADICTION_ADVICE =
  'a raise or a command contradicts what is stored; the gateway ends, nothing of this round was stored or told, and the start reads ' +
  'what is stored. If it ends again on the same ticket or alarm: stop the service, keep a copy of the data directory, run ' +
  '`node src/main.ts verify --data DIR`, and send its output with this line. Until then watch these alarms by other means; ' +
  '工单、告警与已存记录矛盾，网关退出并由守护进程重启；若反复退出，请停服务、备份数据目录并运行 verify';

export function toContradiction({ writes }: Pick<WriteBatch, 'writes'>): Contradiction {
  const tickets = new Set<string>();
  const alarms = new Set<string>();
  const events = new Set<string>();
  for (const write of writes) {
    switch (write.type) {
      case 'ticket':
        tickets.add(write.ticket.number);
        for (const { key } of write.ticket.alarms.slice(-MAX_NAMED)) alarms.add(key);
        break;
      case 'ticket-event':
        events.add(write.event.type);
        break;
      case 'ticket-alarm':
        tickets.add(write.ticket);
        alarms.add(write.key);
        break;
      case 'occurrence':
        alarms.add(write.occurrence.key);
        break;
      case 'alarm-event':
        events.add(write.event.type);
        break;
      case 'alarm-control':
        alarms.add(write.control.key);
        break;
      default:
        break;
    }
  }
  return {
    tickets: [...tickets].slice(0, MAX_NAMED),
    alarms: [...alarms].slice(0, MAX_NAMED),
    events: [...events].slice(0, MAX_NAMED),
    more: Math.max(0, tickets.size - MAX_NAMED) + Math.max(0, alarms.size - MAX_NAMED),
  };
}
