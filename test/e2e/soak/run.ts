/**
 * The soak itself, as a program of its own: `node --expose-gc run.ts SEED MINUTES [lie]`. The gateway's acquisition and Modbus driver
 * against the simulators' endpoints, on real sockets, in a time that passes with the event loop. Prints one line of JSON.
 */
import { setPriority } from 'node:os';
import { pino } from 'pino';
import { createAcquisition } from '../../../src/acquisition/acquisition.ts';
import { toColumns, toSamples } from '../../../src/acquisition/samples.ts';
import { createTexts } from '../../../src/core/texts.ts';
import type { PollDriver, SampleColumns } from '../../../src/drivers/driver.ts';
import { createModbusDriver } from '../../../src/drivers/modbus/driver.ts';
import { createRandom } from '../../support/seed.ts';
import { clashes, type Episode, nextEpisode, nextPauseMs } from './fault-plan.ts';
import { ENDPOINTS, type Running, startEndpoint, toModel } from './plant.ts';
import { Referee } from './referee.ts';
import { type Footprint, type SoakResult, toBoundsMs } from './result.ts';
import { installVirtualTime, type VirtualTime } from './virtual-time.ts';

/** Registers change twice a second, so that a value of the cycle before is told from one of this. */
const CHANGE_MS = 500;
const STEP_MS = 50;
/** Longer than any return. */
const MAX_QUIET_MS = 150_000;
/** What has come back must also stay. */
const SETTLE_MS = 10_000;
/** It waits for nobody and must not keep other tests waiting. */
const PRIORITY = 10;
/** Courses of faults on each endpoint. */
const COURSES = 2;
/** A link that gives its connection back has none at some moments; the most of a few cycles counts. */
const FOOTPRINT_MS = 5_000;

const [seed = 1, minutes = 10] = process.argv.slice(2, 4).map(Number);
/** Two values of one answer change places: to see that it would be noticed. */
const isLying = process.argv[4] === 'lie';
setPriority(PRIORITY);
const time = installVirtualTime();
const startedMs = process.hrtime.bigint();
const running = await Promise.all(ENDPOINTS.map(startEndpoint));
const model = toModel(running);
const referee = new Referee({ model, running, nowMs: () => time.nowMs(), boundMs: toBoundsMs });
const acquisition = createAcquisition({
  model,
  drivers: new Map([['modbus', watched(createModbusDriver(), referee)]]),
  clock: { now: () => ({ wallMs: Date.now(), monoMs: time.nowMs(), bootId: 'soak' }) },
  log: pino({ level: 'silent' }),
  random: createRandom(seed + 1),
  texts: createTexts(1),
  onBatch: (batch) => referee.judge(batch),
  onLinkStatus: () => {},
});
let isStriking = true;
/** Ends what strikes now. */
const ends = new Set<() => void>();
let episodes = 0;
/** Key: kind; value: requests and connections that it struck. */
const struck = new Map<string, number>();

acquisition.start();
for (const each of running) {
  setInterval(() => each.rig.advance(1_000), CHANGE_MS);
  for (let course = 0; course < COURSES; course++)
    strike(each, createRandom(seed + 100 * course + running.indexOf(each)));
}
setInterval(() => referee.look(), STEP_MS);
// Long enough for rings, caches and the compiler to have what they keep.
await time.pass((minutes * 60_000) / 5 + 1);
const before = await quiet();
isStriking = true;
await time.pass((minutes * 60_000 * 4) / 5 + 1);
const after = await quiet();
const badAtEnd = referee.bad();
const links = acquisition.links();
await acquisition.stop();
for (const { rig } of running) await rig.close();
const result: SoakResult = {
  seed,
  virtualMs: time.nowMs(),
  realMs: Number((process.hrtime.bigint() - startedMs) / 1_000_000n),
  episodes,
  struck: Object.fromEntries(struck),
  checked: referee.checked,
  crowded: referee.crowded,
  swept: referee.swept,
  violations: referee.violations,
  returns: referee.returns,
  badAtEnd,
  before,
  after,
  counters: Object.fromEntries(links.map(({ link, counters }) => [link, counters])),
};
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));

/** Faults by turns, each announced to the referee. */
function strike(where: Running, random: () => number): void {
  const { rig, endpoint } = where;
  setTimeout(() => {
    const episode = nextEpisode(endpoint, random);
    const isTaken = rig.faults().some((entry) => clashes(endpoint, entry, episode));
    if (!isStriking || isTaken) return strike(where, random);
    episodes++;
    referee.began(where, episode);
    rig.setFault(episode.unit, episode.fault);
    const end = (): void => {
      clearTimeout(timer);
      ends.delete(end);
      endOf(where, episode);
      strike(where, random);
    };
    const timer = setTimeout(end, episode.forMs);
    ends.add(end);
  }, nextPauseMs(random));
}

function endOf(where: Running, episode: Episode): void {
  const { rig } = where;
  const { unit, fault } = episode;
  const { kind } = fault;
  const entry = rig.faults().find((each) => each.unit === unit && each.fault.kind === kind);
  struck.set(kind, (struck.get(kind) ?? 0) + (entry?.hits ?? 0));
  rig.clearFaults(unit, kind);
  referee.ended(where, episode);
}

/** Ends what strikes and lets everything come back. @returns what is in use then */
async function quiet(): Promise<Footprint> {
  isStriking = false;
  for (const end of ends) end();
  // A lie does not pass by waiting.
  const untilMs = time.nowMs() + (isLying ? 0 : MAX_QUIET_MS);
  while (referee.bad().length > 0 && time.nowMs() < untilMs) await time.pass(1_000);
  await time.pass(SETTLE_MS);
  return footprint(time);
}

async function footprint(clock: VirtualTime): Promise<Footprint> {
  const seen: { sockets: number; timers: number }[] = [];
  for (let passed = 0; passed < FOOTPRINT_MS; passed += STEP_MS) {
    await clock.pass(STEP_MS);
    const sockets = process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP')).length;
    seen.push({ sockets, timers: clock.pending() });
  }
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return {
    sockets: Math.max(...seen.map(({ sockets }) => sockets)),
    timers: Math.max(...seen.map(({ timers }) => timers)),
    heapBytes: heapUsed + external,
  };
}

/** The driver as it is; the referee hears when each request goes out. */
function watched(driver: PollDriver, told: Referee): PollDriver {
  return {
    ...driver,
    open(link, onLost) {
      const connection = driver.open(link, onLost);
      return {
        connect: (signal) => connection.connect(signal),
        read(request, signal) {
          told.asked(request);
          const answer = connection.read(request, signal);
          return isLying ? answer.then(mixUp) : answer;
        },
        close: () => connection.close(),
        stats: () => connection.stats(),
      };
    },
  };
}

/** A copy in which the first two values stand in each other's place. */
function mixUp(samples: SampleColumns): SampleColumns {
  const [first, second, ...more] = toSamples(samples);
  if (!first || !second) return samples;
  return toColumns([{ ...first, value: second.value }, { ...second, value: first.value }, ...more]);
}
