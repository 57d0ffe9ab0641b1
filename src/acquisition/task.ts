/**
 * Requests of one link and the devices that answer them, as the schedule keeps them: data, how they are made from a
 * plan, and the grid on which each has its turns. Who is asked next is decided in schedule.ts. All times are monotonic ms.
 */
import { assert, defined } from '../core/assert.ts';
import type { PollRequest } from '../drivers/driver.ts';

export interface PlannedRequest {
  readonly request: PollRequest;
  readonly pollMs: number;
}

/** One request and its turn. Turns are changed by PollSchedule only. */
export interface Task extends PlannedRequest {
  readonly device: Device;
  /** Instants of the poll grid are `gridMs + n × pollMs`. */
  readonly gridMs: number;
  /** Its place in the plan: decides between requests that are due together. */
  readonly order: number;
  dueMs: number;
  /** Place in the heap of live requests, -1 = not in it. */
  place: number;
  /** While it waits alone: from when on it may be asked in a gap, beside `dueMs`. */
  freeMs: number;
  /** Due at once, beside the grid: after connecting or when its device came back. */
  isOutOfTurn: boolean;
  /** Time-outs in a row of this request; of those that cost nobody anything only a first one. */
  failures: number;
  /** How often it was asked again at once since it was due. */
  retried: number;
  isUnderWay: boolean;
  /** It went out because it cost nobody anything. */
  isFree: boolean;
  /** The device refuses it as it stands. */
  isRefused: boolean;
  /** When it was asked last. */
  sentMs: number;
  /** How long after its time it usually goes out where no probe takes a place from it; null = not known yet. */
  usualLateMs: number | null;
  /** Others have taken its place; what still comes of it changes no turn. */
  isRetired: boolean;
  /** What is shown of its last answer. */
  readonly shown: Shown;
}

export interface Shown {
  /** Request to answer; null = none yet. */
  latencyMs: number | null;
  /** UTC ms; null = none yet. */
  answeredMs: number | null;
  /** Exception of the last answer; null = it was accepted. */
  exceptionCode: number | null;
}

export interface Device {
  readonly name: string;
  /** Shortest interval first. */
  readonly tasks: Task[];
  state: 'untried' | 'alive' | 'silent';
  answeredMs: number;
  /** Time-outs in a row of the device; of those that cost nobody anything only a first one. */
  failures: number;
  /** When the last of them was counted. */
  failedMs: number;
  /** End of the interval after which a probe may cost the others something. */
  probeMs: number;
  /** From when on it is asked where that costs nobody anything. */
  freeMs: number;
  /** Index of the task that is the next probe. */
  probeTask: number;
  /** From when on the next one of its tasks may take its turn as probe, and how often that has been since it fell silent. */
  turnMs: number;
  turns: number;
  /** Its points have been told that it is silent. */
  isTold: boolean;
  /** It has answered on this connection. */
  isHeard: boolean;
  /** Connections in a row that ended over a question to it, without an answer of it between them. */
  losses: number;
  /** Since when it refuses one request or another; null = none. */
  refusedSinceMs: number | null;
  /** From when on one of them may be asked in a gap. */
  refusedFreeMs: number;
  /** The one that is; null = none. */
  refused: Task | null;
}

/**
 * Devices with their tasks. The devices of all links begin evenly spread over the interval, requests of one device
 * together: they are one picture of it, and a connection that is given back between the rounds stays free for longer.
 * @param phase place of the link among all links, 0 ≤ phase < 1
 */
export function createDevices(
  requests: readonly PlannedRequest[],
  startMs: number,
  phase: number,
): readonly Device[] {
  const groups = [...Map.groupBy(requests, ({ request }) => request.device)];
  let order = 0;
  return groups.map(([name, planned], at) => {
    const device = createDevice(name, startMs);
    for (const { request, pollMs } of planned.toSorted((a, b) => a.pollMs - b.pollMs)) {
      const gridMs = startMs + ((at + phase) / groups.length) * pollMs;
      device.tasks.push(createTask({ request, pollMs }, device, { gridMs, order: order++, dueMs: startMs }));
    }
    return device;
  });
}

export function createTask(
  { request, pollMs }: PlannedRequest,
  device: Device,
  turn: Pick<Task, 'gridMs' | 'order' | 'dueMs'>,
): Task {
  return {
    request,
    pollMs,
    device,
    ...turn,
    place: -1,
    freeMs: turn.dueMs,
    isOutOfTurn: true,
    failures: 0,
    retried: 0,
    isUnderWay: false,
    isFree: false,
    isRefused: false,
    sentMs: Number.NEGATIVE_INFINITY,
    usualLateMs: null,
    isRetired: false,
    shown: { latencyMs: null, answeredMs: null, exceptionCode: null },
  };
}

/** Puts others in the place of some tasks of one device; which of them is the next probe may change. */
export function replaceTasks(device: Device, old: ReadonlySet<Task>, by: readonly Task[]): void {
  const kept = device.tasks.filter((task) => !old.has(task));
  assert(kept.length + old.size === device.tasks.length, 'what is replaced belongs to the device');
  device.tasks.splice(0, device.tasks.length, ...kept, ...by);
  device.tasks.sort((a, b) => a.pollMs - b.pollMs);
  device.probeTask %= device.tasks.length;
}

/** The task of the shortest interval. */
export function fastest(device: Device): Task {
  return defined(device.tasks[0], 'first task of a device');
}

/** Who says whether the wire is whole: a request of the device that answered last, of those that are not silent; null = none. */
export function findWitness(devices: readonly Device[]): Task | null {
  let last: Device | null = null;
  for (const device of devices) {
    if (device.state !== 'silent' && (!last || device.answeredMs > last.answeredMs)) last = device;
  }
  return last && (last.tasks.find(({ failures }) => failures === 0) ?? fastest(last));
}

export function setDueNow(task: Task, nowMs: number): void {
  task.dueMs = nowMs;
  task.freeMs = nowMs;
  task.isOutOfTurn = true;
}

/** The next instant of its grid. */
export function toNextInstant({ gridMs, pollMs }: Task, afterMs: number): number {
  return gridMs + (Math.floor((afterMs - gridMs) / pollMs) + 1) * pollMs;
}

/**
 * The next instant of the grid. After a poll out of turn one that would follow at once is left out.
 * @returns cycles that have passed unserved
 */
export function setNextTurn(task: Task, nowMs: number): number {
  const { pollMs } = task;
  const skipped = Math.max(0, Math.floor((nowMs - task.dueMs) / pollMs));
  const fromMs = task.isOutOfTurn ? nowMs + pollMs / 2 : nowMs;
  task.dueMs = toNextInstant(task, fromMs);
  task.isOutOfTurn = false;
  return skipped;
}

function createDevice(name: string, startMs: number): Device {
  return {
    name,
    tasks: [],
    state: 'untried',
    answeredMs: Number.NEGATIVE_INFINITY,
    failures: 0,
    failedMs: Number.NEGATIVE_INFINITY,
    probeMs: startMs,
    freeMs: startMs,
    probeTask: 0,
    turnMs: startMs,
    turns: 0,
    isTold: false,
    isHeard: false,
    losses: 0,
    refusedSinceMs: null,
    refusedFreeMs: startMs,
    refused: null,
  };
}
