/** One's own matter in plain words, for whoever reported it without an account: where it stands and what is promised next. Pure. */
import type { Text } from '../core/text.ts';
import type { Stage, Ticket } from '../core/ticket.ts';
import type { HistoryEntry } from '../store/store.ts';

const STAGE_WORDS: Readonly<Record<Stage, Text>> = {
  received: { zh: '已收到，前台将尽快与您联系核实', en: 'Received; the desk will call you back to confirm' },
  recorded: { zh: '已登记，正在安排人员', en: 'Registered; somebody is being assigned' },
  dispatched: { zh: '已派单，维修人员即将接单', en: 'Assigned; the technician will take it shortly' },
  taken: { zh: '维修人员已接单', en: 'A technician has taken it' },
  'on-site': { zh: '维修人员已到场', en: 'The technician is on site' },
  diagnosed: { zh: '已查明原因', en: 'The cause has been found' },
  planned: { zh: '已拟定处理方案', en: 'A plan has been made' },
  agreed: { zh: '方案已确认', en: 'The plan has been agreed' },
  handling: { zh: '正在处理', en: 'Work is under way' },
  waiting: {
    zh: '暂时等待（如配件、厂家），之后继续处理',
    en: 'Waiting, e.g. for a part; work goes on afterwards',
  },
  done: { zh: '已处理完毕，等待验收', en: 'Done; waiting to be checked' },
  rework: { zh: '正在重新处理', en: 'Being worked on again' },
  accepted: { zh: '已验收，前台将回访', en: 'Checked; the desk will call you' },
  visited: { zh: '已回访', en: 'You have been asked whether all is well' },
  closed: { zh: '已办结', en: 'Closed' },
  archived: { zh: '已办结', en: 'Closed' },
  cancelled: { zh: '已撤销', en: 'Cancelled' },
  merged: { zh: '已与同一事项合并处理', en: 'Handled together with the same matter' },
};

/** Steps that are told, in words that need no knowledge of the house. */
const STEP_WORDS: Readonly<Record<string, Text>> = {
  opened: { zh: '收到报修', en: 'Report received' },
  recorded: { zh: '登记', en: 'Registered' },
  dispatched: { zh: '派单', en: 'Assigned' },
  taken: { zh: '维修人员接单', en: 'Taken by a technician' },
  arrived: { zh: '到场', en: 'On site' },
  started: { zh: '开始处理', en: 'Work began' },
  'contact-confirmed': { zh: '联系方式已核实', en: 'Your contact was confirmed' },
  waited: { zh: '暂时等待', en: 'Waiting' },
  resumed: { zh: '继续处理', en: 'Work goes on' },
  done: { zh: '处理完毕', en: 'Done' },
  accepted: { zh: '验收', en: 'Checked' },
  reworked: { zh: '返工', en: 'To be done again' },
  visited: { zh: '回访', en: 'Return visit' },
  closed: { zh: '办结', en: 'Closed' },
  reopened: { zh: '重新处理', en: 'Opened again' },
  merged: { zh: '与同一事项合并处理', en: 'Put together with the same matter' },
  cancelled: { zh: '撤销', en: 'Cancelled' },
};

export interface PublicView {
  readonly number: string;
  readonly receivedAtMs: number;
  /** IANA zone of the site. */
  readonly timeZone: string;
  readonly place: Text;
  readonly content: Text;
  readonly stageText: Text;
  readonly isOver: boolean;
  /** Whether it is dealt with together with the same matter of somebody else: then where that one stands is told. */
  readonly isTogether: boolean;
  /** null = nobody asks for it. */
  readonly isContactConfirmed: boolean | null;
  /** The next time that was promised; null = none is. */
  readonly promised: { readonly atMs: number; readonly text: Text } | null;
  readonly steps: readonly { readonly atMs: number; readonly text: Text }[];
}

/** The ticket that a merged one is dealt with on, with its record. */
export interface Survivor {
  readonly ticket: Ticket;
  readonly history: readonly HistoryEntry[];
}

/**
 * @param timeZone of the site
 * @param survivor of a merged ticket: its stage, its times and its steps since the merge are told, nothing of who reported it
 */
export function toPublicView(
  ticket: Ticket,
  history: readonly HistoryEntry[],
  timeZone: string,
  nowMs: number,
  survivor: Survivor | null = null,
): PublicView {
  const { number, receivedAtMs, place, content } = ticket;
  const { stageText, isOver, promised } = toStanding(survivor?.ticket ?? ticket, nowMs);
  return {
    number,
    receivedAtMs,
    timeZone,
    place,
    content,
    stageText,
    isOver,
    isTogether: survivor !== null,
    isContactConfirmed: survivor === null ? ticket.contact.isConfirmed : null,
    promised,
    steps: [...toSteps(history), ...(survivor === null ? [] : toSteps(toSinceMerge(survivor, history)))],
  };
}

/** Where a matter stands and what is promised next; it names nobody. */
export function toStanding(
  ticket: Ticket,
  nowMs: number,
): Pick<PublicView, 'stageText' | 'isOver' | 'promised'> {
  const isOver = OVER.includes(ticket.stage);
  return {
    stageText: STAGE_WORDS[ticket.stage],
    isOver,
    promised: isOver ? null : toPromise(ticket, nowMs),
  };
}

function toSteps(history: readonly HistoryEntry[]): PublicView['steps'] {
  return history.flatMap(({ atMs, type }) => {
    const text = STEP_WORDS[type];
    return text === undefined ? [] : [{ atMs, text }];
  });
}

/** What has become of both; whether the other person was reached is his. */
function toSinceMerge({ history }: Survivor, own: readonly HistoryEntry[]): readonly HistoryEntry[] {
  const sinceMs = own.findLast(({ type }) => type === 'merged')?.atMs ?? 0;
  return history.filter(({ atMs, type }) => atMs >= sinceMs && type !== 'contact-confirmed');
}

const OVER: readonly Stage[] = ['closed', 'archived', 'cancelled', 'merged'];

/** What was agreed on comes first, then what was said, then what the house has set itself. */
function toPromise({ appointment, estimatedAtMs, clocks }: Ticket, nowMs: number): PublicView['promised'] {
  if (appointment !== null && appointment.toMs > nowMs)
    return { atMs: appointment.fromMs, text: { zh: '预约上门', en: 'Appointment' } };
  if (estimatedAtMs !== null && estimatedAtMs > nowMs)
    return { atMs: estimatedAtMs, text: { zh: '预计完成', en: 'Estimated completion' } };
  const dues = clocks
    .filter(({ stoppedAtMs, breachedAtMs }) => stoppedAtMs === null && breachedAtMs === null)
    .flatMap(({ dueAtMs }) => (dueAtMs === null || dueAtMs <= nowMs ? [] : [dueAtMs]));
  if (dues.length === 0) return null;
  return { atMs: Math.min(...dues), text: { zh: '下一步最迟', en: 'Next step at the latest' } };
}
