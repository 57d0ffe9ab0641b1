/**
 * Time of this process that passes with the event loop: one millisecond in each turn, however long the turn takes. So an
 * hour of faults on real sockets lasts a minute, and a busy machine makes it slower but changes nothing of its course.
 * Replaces the timers and clocks of the process; what the runtime itself does (sockets) keeps its own time, of which
 * a turn on the loopback takes less than it can tell.
 */

export interface VirtualTime {
  /** Since the start, whole ms. */
  nowMs(): number;
  /** Timers that are armed. */
  pending(): number;
  /** Lets so much time pass. */
  pass(ms: number): Promise<void>;
}

/** 2026-01-01 UTC: what the wall clock says at the start. */
const START_WALL_MS = 1_767_225_600_000;

interface Armed {
  dueMs: number;
  readonly everyMs: number | null;
  readonly act: () => void;
}

/** Once in a process, before anything has armed a timer. */
export function installVirtualTime(): VirtualTime {
  let nowMs = 0;
  /** Key: when they are due. */
  const due = new Map<number, Set<VirtualTimer>>();
  let pending = 0;
  const arm = (timer: VirtualTimer): void => {
    const { dueMs } = timer.armed;
    const slot = due.get(dueMs) ?? new Set();
    due.set(dueMs, slot.add(timer));
    pending++;
  };
  const disarm = (timer: unknown): void => {
    if (timer instanceof VirtualTimer && due.get(timer.armed.dueMs)?.delete(timer) === true) pending--;
  };
  const create = (act: () => void, ms: number, isRepeated: boolean): VirtualTimer => {
    const waitMs = Math.max(1, Math.trunc(Number.isNaN(ms) ? 1 : ms));
    const timer = new VirtualTimer({ act, dueMs: nowMs + waitMs, everyMs: isRepeated ? waitMs : null });
    arm(timer);
    return timer;
  };
  const turn = (): void => {
    nowMs++;
    const slot = due.get(nowMs);
    if (slot === undefined) return;
    due.delete(nowMs);
    for (const timer of slot) {
      // What an earlier one has cleared meanwhile is no longer in the slot.
      slot.delete(timer);
      pending--;
      if (timer.armed.everyMs !== null) {
        timer.armed.dueMs = nowMs + timer.armed.everyMs;
        arm(timer);
      }
      timer.armed.act();
    }
  };
  replace(create, disarm, () => nowMs);
  return {
    nowMs: () => nowMs,
    pending: () => pending,
    pass: (ms) =>
      new Promise((resolve) => {
        const untilMs = nowMs + ms;
        const next = (): void => {
          turn();
          if (nowMs >= untilMs) resolve();
          else setImmediate(next);
        };
        setImmediate(next);
      }),
  };
}

/** What the runtime's own timers offer to code that holds one. */
class VirtualTimer {
  readonly armed: Armed;

  constructor(armed: Armed) {
    this.armed = armed;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return true;
  }
}

type Act = (...args: readonly unknown[]) => void;

function replace(
  create: (act: () => void, ms: number, isRepeated: boolean) => VirtualTimer,
  disarm: (timer: unknown) => void,
  nowMs: () => number,
): void {
  const functions = {
    setTimeout: (act: Act, ms = 1, ...args: readonly unknown[]) => create(() => act(...args), ms, false),
    setInterval: (act: Act, ms = 1, ...args: readonly unknown[]) => create(() => act(...args), ms, true),
    clearTimeout: disarm,
    clearInterval: disarm,
  };
  Object.assign(globalThis, functions);
  Object.defineProperty(performance, 'now', { value: nowMs });
  Date.now = () => START_WALL_MS + nowMs();
}
