/**
 * `bench`: measures the gateway against baselines on this machine. The benchmarks are a program of their own, in
 * bench/, because they use development packages; this file is their help text and their exit code.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { toProjectPath } from './paths.ts';

const HELP = `Usage: node src/main.ts bench [SUITE] [--quick] [--json] [--check]

Measures the gateway against baselines in the same run, on this machine: CPU, memory, loop delay, latency.
Every row says what, value, baseline, ratio, goal and whether the goal is met. Everything runs on 127.0.0.1, on free
ports, in a temporary directory. All suites take about fifty minutes. docs/benchmarks.md says what is measured and how.

  SUITE        pipeline: Modbus TCP register to rule to journal at 1,000, 10,000 and 50,000 points/s
               modbus: the wire against modbus-serial and libmodbus (C), pipelining, poll plan, 1,000 connections
               peers: 200 devices × 100 registers every 100 ms beside Node-RED, which it installs from npm once
               mqtt: messages through the own broker; opcua: one subscription
               influx: the writer to InfluxDB and VictoriaMetrics beside writePoints of the influx package
               storage: the journal beside one SQLite row a reading, and at 100,000 readings/s for 10 minutes
               tickets: lists, search and figures of 200,000 archived tickets beside reading every document
               headline: 100,000 points at 1 s through rules, journal and InfluxDB
               day: 24 h × 2,000 readings/s with outages and kills, in half an hour; only when it is named
               Default: all but day
  --quick      one short repetition of each: for a first look, not for a comparison
  --json       machine, rows and every repetition as JSON
  --check      exit 1 where a goal is missed
  --profile    where the gateway's main thread spends its time, in place of the baselines
  --scale N    that share of the load, 0 to 1 (default 1)

Results are worth something on an otherwise idle machine only.
`;

export async function bench(args: readonly string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(HELP);
    return 0;
  }
  const program = toProjectPath('bench/main.ts');
  if (!existsSync(program)) {
    process.stderr.write('bench runs from a checkout of the project: the folder bench/ is not here\n');
    return 1;
  }
  const child = spawn(process.execPath, [program, ...args], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}
