/** Facts about the machine and the moment, without which figures mean nothing. */
import { cpus, loadavg, totalmem } from 'node:os';

export interface Machine {
  readonly date: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly node: string;
  readonly platform: string;
  /** One-minute load before the run: what others do on the machine. */
  readonly loadBefore: number;
}

export function readMachine(): Machine {
  const all = cpus();
  return {
    date: new Date().toISOString(),
    cpu: all[0]?.model ?? 'unknown',
    cores: all.length,
    memoryBytes: totalmem(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    loadBefore: loadavg()[0] ?? Number.NaN,
  };
}

/** Time of all cores since the machine started, ms. */
export interface CoreTimes {
  readonly busyMs: number;
  readonly totalMs: number;
}

export function readCoreTimes(): CoreTimes {
  let [busyMs, totalMs] = [0, 0];
  for (const { times } of cpus()) {
    const sum = times.user + times.nice + times.sys + times.irq + times.idle;
    totalMs += sum;
    busyMs += sum - times.idle;
  }
  return { busyMs, totalMs };
}
