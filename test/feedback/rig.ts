/**
 * Feedback under a shipped policy, through the real decision loop and its messages on a fake clock. Times are local,
 * `09-23 16:30` of 2026 (Asia/Shanghai, UTC+8). Due times in tests are worked out by hand.
 */
import type { Policy } from '../../src/config/policy.ts';
import { defined } from '../../src/core/assert.ts';
import { RiserError } from '../../src/core/errors.ts';
import type { Feedback, FeedbackEvent } from '../../src/core/feedback.ts';
import type { FeedbackId } from '../../src/core/ids.ts';
import type { CommandOutcome } from '../../src/engine/commands.ts';
import type { FeedbackChange, NewFeedback } from '../../src/feedback/changes.ts';
import { type ChannelRule, createToMessages } from '../../src/notify/to-messages.ts';
import type { PersonalFields } from '../../src/store/store.ts';
import type { TicketActor } from '../../src/tickets/transitions.ts';
import { createDuty } from '../notify/fixtures.ts';
import { createTestLoop, type TestLoop } from '../support/loop.ts';
import { createTestModel } from '../support/model.ts';
import { toLocal, toMs } from '../tickets/story-rig.ts';

export { toLocal, toMs };

const STAFF = {
  desk: ['desk-li'],
  duty: ['duty-he'],
  engineer: ['wang'],
  supervisor: ['boss-wu'],
  manager: ['manager-sun'],
};
export type Person = 'desk-li' | 'duty-he' | 'wang' | 'boss-wu' | 'manager-sun';
const INBOX: ChannelRule = { id: 'inbox', kinds: null, roles: null, reachesContacts: false };
const MANAGERS: readonly Person[] = ['desk-li', 'boss-wu', 'manager-sun'];

export const ENTRY: NewFeedback = {
  source: 'letter',
  channel: 'paper',
  subject: 'cleaning',
  content: '3 号楼大堂地面湿滑，保洁未放警示牌',
  place: '3 号楼大堂',
  handler: null,
  tickets: [],
  receivedAtMs: null,
};
export const HANDLE = {
  type: 'handle',
  arranged: '保洁领班当日补放警示牌，改为闭店后拖地',
  arrangedBy: '保洁领班',
  occurredAtMs: null,
} as const satisfies FeedbackChange;
export const TELL = {
  type: 'tell',
  result: '已书面答复业主',
  how: 'letter',
  isSatisfied: true,
  occurredAtMs: null,
} as const satisfies FeedbackChange;
export const ANALYSE = {
  type: 'analyse',
  cause: '作业时段与人流高峰重叠',
  measure: '调整作业时段',
  opinion: '已整改，纳入月度检查',
  occurredAtMs: null,
} as const satisfies FeedbackChange;

function toActor(username: Person): TicketActor {
  const roles = Object.entries(STAFF).flatMap(([role, people]) => (people.includes(username) ? [role] : []));
  return { username, roles, groups: [] };
}

export interface FeedbackRig {
  readonly loop: TestLoop;
  /** Lets time pass: a sweep every hour, and one at that time. */
  to(local: string): void;
  /** Down from now until then; what was stored is there again, and is swept. */
  restartAt(local: string): void;
  open(given?: Partial<NewFeedback>, by?: Person, personal?: PersonalFields | null): Feedback;
  act(change: FeedbackChange, by?: Person, personal?: PersonalFields | null): CommandOutcome;
  /** Code of the refusal. @throws Error when nothing is refused */
  refusal(work: () => unknown): string;
  /** The last entry, as it was stored last. */
  feedback(): Feedback;
  events(): readonly Pick<FeedbackEvent, 'type' | 'by' | 'detail'>[];
  /** Since the last call: `clock-breached boss-wu`. */
  told(): readonly string[];
  /** `handling: warn 09-24 11:42, due 09-24 16:30` with `warned`, `stopped`, `breached by`. */
  clocks(): readonly string[];
}

export function createFeedbackRig(policy: Policy, local: string): FeedbackRig {
  const duty = createDuty(STAFF);
  const toMessages = createToMessages({ duty: () => duty, channels: [INBOX], timeZone: 'Asia/Shanghai' });
  const loop = createTestLoop(createTestModel({ policy }), undefined, { toMessages });
  loop.clock.set({ wallMs: toMs(local) });
  loop.round();
  let last: FeedbackId | null = null;
  let toldCount = 0;
  const feedback = (): Feedback => {
    const rows = loop.writes.flatMap((write) =>
      write.type === 'feedback' && write.feedback.id === last ? [write.feedback] : [],
    );
    return defined(rows.at(-1), 'an entry that was stored');
  };
  return {
    loop,
    feedback,
    to(local) {
      const untilMs = toMs(local);
      for (;;) {
        const leftMs = untilMs - loop.clock.now().wallMs;
        if (leftMs <= 0) return;
        loop.clock.advance(Math.min(leftMs, 3_600_000));
        loop.round();
      }
    },
    restartAt(local) {
      loop.restart(toMs(local) - loop.clock.now().wallMs);
      // The first round after a start is a sweep.
      loop.round();
    },
    open(given = {}, by = 'desk-li', personal = null) {
      const entry = { ...ENTRY, ...given };
      const { feedback: opened } = loop.command({
        type: 'open-feedback',
        entry,
        personal,
        actor: toActor(by),
      });
      last = defined(opened, 'the entry').id;
      return feedback();
    },
    act(change, by = 'desk-li', personal = null) {
      const { id, version } = feedback();
      const canManage = MANAGERS.includes(by);
      const actor = toActor(by);
      return loop.command({ type: 'feedback', feedback: id, version, change, actor, canManage, personal });
    },
    refusal(work) {
      try {
        work();
      } catch (error) {
        if (error instanceof RiserError) return error.code;
        throw error;
      }
      throw new Error('nothing was refused');
    },
    events: () =>
      loop.writes.flatMap((write) =>
        write.type === 'feedback-event' && write.event.feedback === last ? [write.event] : [],
      ),
    told() {
      const fresh = loop.messages.slice(toldCount);
      toldCount = loop.messages.length;
      return fresh.map(({ kind, recipient }) => `${kind} ${recipient}`);
    },
    clocks: () =>
      feedback().clocks.map((clock) => {
        const { id, warnAtMs, dueAtMs, warnedAtMs, stoppedAtMs, breachedAtMs, responsible } = clock;
        return [
          `${id}: warn ${toLocal(warnAtMs)}, due ${toLocal(dueAtMs)}`,
          ...(warnedAtMs === null ? [] : [`warned ${toLocal(warnedAtMs)}`]),
          ...(stoppedAtMs === null ? [] : [`stopped ${toLocal(stoppedAtMs)}`]),
          ...(breachedAtMs === null ? [] : [`breached by ${responsible}`]),
        ].join(', ');
      }),
  };
}
