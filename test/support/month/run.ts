/**
 * A month (or less) of one site, from event to event: true time goes on, the plant and its people act, the gateway looks at
 * what is due; meanwhile its policy is changed, its clock is set, commits fail, and it is killed and started again.
 */
import { toSiteDate } from '../../../src/tickets/number.ts';
import { createFakeClock } from '../clock.ts';
import { defaultPolicy, hospitalPolicy, START_MS } from '../random-tickets.ts';
import { createRandom } from '../seed.ts';
import { createStoreState } from '../store-state.ts';
import { createAgenda } from './agenda.ts';
import { Checks } from './checks.ts';
import { SimulatedGateway, toKeptMs, type Values } from './gateway.ts';
import { People } from './people.ts';
import { Plant } from './plant.ts';
import { Post, toWaiting } from './post.ts';
import { createStaff, toMonthModel, ZONE } from './site.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
/** Time alone is looked at so often; right after something happened more often. */
const LOOK_MS = 4 * MINUTE_MS;
const LOOKS_AFTER_MS = [6 * SECOND_MS, 65 * SECOND_MS] as const;
/** Those of one moment are one. */
const LOOK_GRID_MS = 3 * SECOND_MS;
/** Mean time between what befalls the gateway. */
const RESTART_EVERY_MS = 25 * HOUR_MS;
const CLOCK_STEP_EVERY_MS = 30 * HOUR_MS;
const FAILING_EVERY_MS = 15 * HOUR_MS;

export interface MonthResult {
  readonly checks: Checks;
  readonly plant: Plant;
  readonly people: People;
  readonly gateway: SimulatedGateway;
  readonly restarts: number;
  readonly clockSteps: number;
  readonly failures: number;
}

/** @param days simulated; the policy changes in the middle */
export function runMonth(days: number, seed: number): MonthResult {
  const random = createRandom(seed);
  const agenda = createAgenda();
  const clock = createFakeClock({ wallMs: START_MS });
  const store = createStoreState();
  const duty = createStaff(toDate(toSiteDate(START_MS, ZONE)));
  const model = toMonthModel(defaultPolicy);
  const counts = { restarts: 0, clockSteps: 0, failures: 0 };
  let nowMs = 0;
  let gateway: SimulatedGateway | null = null;
  const world = { agenda, random, nowMs: () => nowMs, wallMs: () => clock.now().wallMs };
  const own = (): SimulatedGateway => gateway as SimulatedGateway;
  const pass = (ms: number): void => {
    if (ms <= 0) return;
    clock.advance(ms);
    nowMs += ms;
  };
  const looks = new Set<number>();
  const planLook = (atMs: number): void => {
    if (looks.has(atMs)) return;
    looks.add(atMs);
    agenda.at(atMs, () => {
      looks.delete(atMs);
      own().look();
    });
  };
  const feed = (values: Values): void => {
    own().feed(values);
    for (const afterMs of LOOKS_AFTER_MS)
      planLook(Math.ceil((nowMs + afterMs) / LOOK_GRID_MS) * LOOK_GRID_MS);
  };
  const checks = new Checks({ ...world, gateway: own }, model.rules);
  const parts: { people: People | null; post: Post | null } = { people: null, post: null };
  gateway = new SimulatedGateway({
    model,
    store,
    clock,
    duty,
    onRound(round) {
      checks.see(round);
      parts.people?.see(round);
      parts.post?.see(round);
    },
  });
  const plant = new Plant({ ...world, feed });
  const people = new People({ ...world, duty, gateway: own, plant });
  const post = new Post({ ...world, gateway: own });
  Object.assign(parts, { people, post });
  const every = (meanMs: number, act: () => void): void => {
    agenda.at(nowMs + (0.5 + random()) * meanMs, () => {
      act();
      every(meanMs, act);
    });
  };
  every(RESTART_EVERY_MS, () => {
    counts.restarts += 1;
    const downMs = Math.round(random() * (random() < 0.2 ? 4 * HOUR_MS : MINUTE_MS));
    own().restart(downMs);
    nowMs += downMs;
    post.restart(toWaiting(store.messages()));
  });
  every(CLOCK_STEP_EVERY_MS, () => {
    counts.clockSteps += 1;
    checks.noteClockStep();
    clock.stepWall(Math.round((random() - 0.5) * 4 * HOUR_MS));
    own().look();
  });
  let isFailing = false;
  every(FAILING_EVERY_MS, () => {
    counts.failures += 1;
    own().failCommits(true);
    isFailing = true;
    agenda.at(nowMs + (5 + random() * 10) * MINUTE_MS, () => {
      own().failCommits(false);
      isFailing = false;
      own().look();
    });
  });
  const endMs = days * DAY_MS;
  agenda.at(endMs / 2, () => own().usePolicy(hospitalPolicy));
  let lookAtMs = LOOK_MS;
  let hour = 0;
  while (world.nowMs() < endMs) {
    const ruleAtMs = nowMs + own().ruleDueInMs();
    pass(Math.min(agenda.nextMs(), lookAtMs, ruleAtMs, (hour + 1) * HOUR_MS) - nowMs);
    agenda.run(nowMs);
    if (nowMs >= Math.min(lookAtMs, ruleAtMs)) {
      own().look();
      lookAtMs = nowMs + LOOK_MS;
    }
    if (nowMs < (hour + 1) * HOUR_MS) continue;
    hour = Math.floor(nowMs / HOUR_MS);
    // A step of the clock is on no ticket before it can be committed.
    if (!isFailing) checks.look();
  }
  own().failCommits(false);
  own().look();
  checks.conclude();
  const queued = new Set(
    [...store.messages()].filter(({ state }) => state === 'queued').map(({ key }) => key),
  );
  checks.checkMemory(Math.max(toKeptMs(defaultPolicy), toKeptMs(hospitalPolicy)), (key) => queued.has(key));
  return { checks, plant, people, gateway: own(), ...counts };
}

/** For the log of the run: what it has reached, and what it has cost. */
export function printMonth(result: MonthResult, cpuS: number): void {
  const { checks, gateway, plant, people, ...befallen } = result;
  const { tally, tickets, occurrences } = checks;
  console.log(
    `${tickets} tickets, ${occurrences} occurrences, ${tally.messages} messages, ` +
      `${gateway.rounds} rounds, ${gateway.commits} commits in ${cpuS.toFixed(1)} s CPU`,
    { ...tally, ...befallen, ...plant.counts(), reasons: checks.reasons(), ...people.counts() },
  );
}

/** @param compact `20260929` */
function toDate(compact: string): string {
  return `${compact.slice(0, 4)}-${compact.slice(4, 6)}-${compact.slice(6)}`;
}
