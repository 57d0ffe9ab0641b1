/**
 * What a process costs between two moments: CPU of all its threads, memory, event-loop delay; on request a CPU
 * profile of the main thread. Every subject is measured by this same code.
 */
import { Session } from 'node:inspector/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { type SelfTime, toSelfTimes } from './self-times.ts';

/** Interval of the timer whose lateness is measured; what exceeds it is delay. */
const DELAY_RESOLUTION_MS = 10;
/** How often memory is looked at for its maximum. */
const MEMORY_MS = 500;
/** Between two samples of the profile, µs. */
const PROFILE_US = 500;

export interface Usage {
  readonly wallMs: number;
  /** User and system time of all threads. */
  readonly cpuMs: number;
  /** Of the main thread alone. */
  readonly mainThreadCpuMs: number;
  readonly rssEndBytes: number;
  /** Highest seen in the window. */
  readonly rssMaxBytes: number;
  readonly heapUsedBytes: number;
  readonly loopDelayMs: { readonly p50: number; readonly p99: number; readonly max: number };
  /** Largest first; empty unless a profile was asked for. */
  readonly profile: readonly SelfTime[];
}

export interface Meter {
  begin(): Promise<void>;
  end(): Promise<Usage>;
}

/** @param isProfiled the profile itself costs CPU: figures of such a window are not for comparison */
export function createMeter(isProfiled = false): Meter {
  const delay = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS });
  let profiler: Session | null = null;
  let timer: NodeJS.Timeout | undefined;
  let rssMaxBytes = 0;
  let start = { wallMs: 0, cpu: process.cpuUsage(), thread: process.threadCpuUsage() };
  const look = (): void => {
    rssMaxBytes = Math.max(rssMaxBytes, process.memoryUsage.rss());
  };
  return {
    async begin() {
      profiler = isProfiled ? await startProfiler() : null;
      timer = setInterval(look, MEMORY_MS);
      rssMaxBytes = 0;
      delay.enable();
      delay.reset();
      start = { wallMs: performance.now(), cpu: process.cpuUsage(), thread: process.threadCpuUsage() };
    },
    async end() {
      const wallMs = performance.now() - start.wallMs;
      const cpu = process.cpuUsage(start.cpu);
      const thread = process.threadCpuUsage(start.thread);
      delay.disable();
      clearInterval(timer);
      look();
      const { rss, heapUsed } = process.memoryUsage();
      const stopped = await profiler?.post('Profiler.stop');
      profiler?.disconnect();
      return {
        wallMs,
        cpuMs: (cpu.user + cpu.system) / 1e3,
        mainThreadCpuMs: (thread.user + thread.system) / 1e3,
        rssEndBytes: rss,
        rssMaxBytes,
        heapUsedBytes: heapUsed,
        loopDelayMs: toDelays(delay),
        profile: stopped === undefined ? [] : toSelfTimes(stopped.profile),
      };
    },
  };
}

async function startProfiler(): Promise<Session> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: PROFILE_US });
  await session.post('Profiler.start');
  return session;
}

function toDelays(delay: ReturnType<typeof monitorEventLoopDelay>): Usage['loopDelayMs'] {
  const toMs = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - DELAY_RESOLUTION_MS);
  return { p50: toMs(delay.percentile(50)), p99: toMs(delay.percentile(99)), max: toMs(delay.max) };
}
