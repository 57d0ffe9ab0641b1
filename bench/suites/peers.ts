/**
 * The same job as another program: 200 devices of 100 registers, read every 100 ms, with thresholds. The whole gateway
 * as `run` starts it (profiles, rules, alarms, journal, API), beside Node-RED with contrib-modbus and function nodes.
 * Requests are counted by the field, CPU and memory by the system: the same for both.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Child, startChild } from '../children.ts';
import { FIELD_CORE, pin } from '../cores.ts';
import { toGateway, writePeerSite } from '../peers/gateway.ts';
import { type FlowOptions, installNodeRed, toNodeRed } from '../peers/node-red.ts';
import { measureProgram, type PeerFigures, type Program } from '../peers/program.ts';
import { type Goal, type Row, toRow } from '../rows.ts';
import type { OwnScene, RunOptions, Suite } from '../suite.ts';

const DEVICES = 200;
const REGISTERS = 100;
const POLL_MS = 100;
/** One point in ten has rules; the loader adds those for bad data and silence. In Node-RED the same values are compared. */
const RULED_EVERY = 10;
/** No value of the field comes near it. */
const LIMIT = 950;
/** Node-RED's HTTP port, which nobody asks. */
const ANY_PORT = 0;
/** Rest after a program has ended, so that its sockets are gone. */
const REST_MS = 1_000;

/** Goals of performance.md, section 2. */
const REACHED: Goal = { of: 'value', min: 0.99, max: 1.05 };
const LESS_CPU: Goal = { of: 'ratio', max: 0.6 };
const LESS_MEMORY: Goal = { of: 'ratio', max: 0.5 };
const SOONER: Goal = { of: 'ratio', max: 0.5 };

export const peers: Suite = {
  summary: 'the same job as Node-RED: 200 devices × 100 registers every 100 ms, with rules',
  timing: {
    full: { warmUpMs: 15_000, windowMs: 60_000, alarmsMs: 0, repetitions: 3 },
    quick: { warmUpMs: 10_000, windowMs: 15_000, alarmsMs: 0, repetitions: 1 },
  },
  scenes: (scale) => [toPeerScene(Math.max(1, Math.round(DEVICES * scale)), true)],
};

/** @param withPeer false = the gateway alone, nothing is installed */
export function toPeerScene(devices: number, withPeer: boolean): OwnScene {
  const name = `${devices} devices × ${REGISTERS} registers every ${POLL_MS} ms`;
  return {
    name,
    async measure(directory, options) {
      const field = await startChild('modbus-field', { devices, registers: REGISTERS, alarms: 0 });
      try {
        pin(field.pid, FIELD_CORE);
        const { ports } = field.facts as { readonly ports: readonly number[] };
        const flow = { ports, registers: REGISTERS, pollMs: POLL_MS, ruledEvery: RULED_EVERY, limit: LIMIT };
        const measured = await measurePeers(name, field, { directory, flow, withPeer }, options);
        return toPeerRows(name, devices, measured);
      } finally {
        await field.stop();
      }
    },
  };
}

export interface MeasuredPeers {
  readonly ours: readonly PeerFigures[];
  readonly theirs: readonly PeerFigures[];
  /** Why there is nothing of theirs. */
  readonly missing: string | undefined;
}

interface PeerJob {
  readonly directory: string;
  readonly flow: FlowOptions;
  readonly withPeer: boolean;
}

async function measurePeers(
  scene: string,
  field: Child,
  { directory, flow, withPeer }: PeerJob,
  { timing, onProgress }: RunOptions,
): Promise<MeasuredPeers> {
  const siteFile = writePeerSite(directory, flow);
  const installed = withPeer ? await installNodeRed(onProgress) : { missing: 'not asked for' };
  const peer = 'directory' in installed ? toNodeRed(directory, installed.directory, flow, ANY_PORT) : null;
  const figures = { ours: [] as PeerFigures[], theirs: [] as PeerFigures[] };
  const run = async (program: Program, to: PeerFigures[], times: typeof timing): Promise<void> => {
    onProgress(`${scene}: ${program.name}`);
    to.push(await measureProgram(program, field, times));
    await sleep(REST_MS);
  };
  // A start for the cache of compiled modules, which is there from the second start on.
  await run(toGateway(directory, siteFile, 'data-first'), [], { ...timing, warmUpMs: 0, windowMs: 1_000 });
  for (let repetition = 0; repetition < timing.repetitions; repetition++) {
    const turns = [
      () => run(toGateway(directory, siteFile, `data-${repetition}`), figures.ours, timing),
      ...(peer === null ? [] : [() => run(peer, figures.theirs, timing)]),
    ];
    for (const turn of repetition % 2 === 0 ? turns : turns.toReversed()) await turn();
  }
  return { ...figures, missing: 'missing' in installed ? installed.missing : undefined };
}

export function toPeerRows(
  scene: string,
  devices: number,
  { ours, theirs, missing }: MeasuredPeers,
): readonly Row[] {
  const wantedPerS = (devices * 1e3) / POLL_MS;
  const row = (what: string, unit: string, pick: (figures: PeerFigures) => number, goal?: Goal): Row =>
    toRow({
      suite: 'peers',
      scene,
      what,
      unit,
      values: ours.map(pick),
      baselines: theirs.map(pick),
      ...(goal && { goal }),
      ...(goal?.of === 'ratio' && { missing }),
    });
  return [
    row('reached', '', ({ requestsPerS }) => requestsPerS / wantedPerS, REACHED),
    row('CPU', 'cores', ({ cores }) => cores, LESS_CPU),
    row('CPU a request', 'µs', ({ cores, requestsPerS }) => (cores * 1e6) / requestsPerS),
    row('RSS', 'MB', ({ rssMb }) => rssMb, LESS_MEMORY),
    row('RSS max', 'MB', ({ rssMaxMb }) => rssMaxMb),
    row('RSS without files', 'MB', ({ anonymousMb }) => anonymousMb),
    row('first poll after', 'ms', ({ firstPollMs }) => firstPollMs, SOONER),
  ];
}
