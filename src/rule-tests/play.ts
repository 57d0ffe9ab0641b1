/**
 * Plays one case: feeds every point at its own interval, sweeps when something is due, does what happens, and compares what
 * was expected with what came. Pure: the same case gives the same result. What each word of a case means: signal.ts.
 */
import type { RuleDef, SiteModel } from '../config/model.ts';
import { type AlarmEvent, type IsaState, toIsaState } from '../core/alarm.ts';
import { defined } from '../core/assert.ts';
import type { AlarmKey } from '../core/ids.ts';
import { LIMITS } from '../core/limits.ts';
import { DERIVED_RULE_TYPES } from '../profiles/schema.ts';
import type { CaseEvent, CaseResult, Expectation, Failure, Happening, RuleCase } from './case.ts';
import { toCommand } from './command.ts';
import { compare, type Found, toFoundText } from './compare.ts';
import { TestGateway } from './gateway.ts';
import { type Feed, toReading } from './signal.ts';
import { toRuleName } from './site.ts';
import { toSignalText, toTimeText } from './words.ts';

/** The gateway starts so long before the case: past the grace in which rules about silence hold still. */
const LEAD_MS = LIMITS.bootGraceMs + 5_000;
/** While something is open, time is looked at this often, or in a case at a slow pace six times between two readings. */
const OPEN_SWEEP_MS = 1_000;
const SLOW_SWEEPS = 6;

export function playCase(
  model: SiteModel,
  normal: ReadonlyMap<number, number>,
  ruleCase: RuleCase,
): CaseResult {
  return new Player(model, normal, ruleCase).play();
}

/** Points that are read together. */
interface Cadence {
  readonly everyMs: number;
  readonly feeds: readonly Feed[];
  nextMs: number;
}

class Player {
  readonly #case: RuleCase;
  readonly #rule: RuleDef;
  /** Key: alarm key. */
  readonly #rules: ReadonlyMap<AlarmKey, RuleDef>;
  readonly #gateway: TestGateway;
  readonly #cadences: readonly Cadence[];
  /** Delays are saved by sweeps; a case with a restart must find them saved as they would be. */
  readonly #isDense: boolean;
  readonly #failures: Failure[] = [];
  readonly #timeline: { readonly atMs: number; readonly text: string }[] = [];
  readonly #others = new Set<string>();
  #sweptMs = -LEAD_MS;
  /** Of the rule, since the last expectation. */
  #messages: AlarmEvent[] = [];

  constructor(model: SiteModel, normal: ReadonlyMap<number, number>, ruleCase: RuleCase) {
    this.#case = ruleCase;
    this.#rule = defined(model.rules[ruleCase.index], `rule ${ruleCase.rule}`);
    this.#rules = new Map(model.rules.map((rule) => [rule.key, rule]));
    this.#gateway = new TestGateway(model, -LEAD_MS);
    this.#cadences = toCadences(model, normal, ruleCase);
    this.#isDense = ruleCase.events.some(({ happening }) => happening.type === 'restart');
    for (const [point, steps] of ruleCase.points) {
      const name = model.points[point]?.name ?? '';
      for (const { atMs, signal } of steps) this.#say(atMs, `${name} = ${toSignalText(signal)}`);
    }
  }

  play(): CaseResult {
    const { events, expect, also, rule, name } = this.#case;
    const stops = [
      ...events.map((event) => ({ atMs: event.atMs, act: () => this.#happen(event) })),
      ...expect.map((expectation) => ({ atMs: expectation.atMs, act: () => this.#verify(expectation) })),
    ].sort((a, b) => a.atMs - b.atMs);
    for (const { atMs, act } of stops) {
      this.#passTo(atMs);
      act();
    }
    const others = [...this.#others].sort();
    if (others.join() !== also.toSorted().join())
      this.#failures.push({ atMs: null, expected: toAlsoText(also), found: toAlsoText(others) });
    const lines = this.#timeline.toSorted((a, b) => a.atMs - b.atMs);
    const timeline = lines.map(({ atMs, text }) => `${toTimeText(atMs)}  ${text}`);
    return { rule, name, failures: this.#failures, timeline, others };
  }

  #passTo(atMs: number): void {
    for (;;) {
      const sampleMs = Math.min(...this.#cadences.map(({ nextMs }) => nextMs));
      const sweepMs = this.#sweepMs();
      const nextMs = Math.min(sampleMs, sweepMs);
      if (nextMs > atMs) break;
      this.#gateway.advanceTo(nextMs);
      if (sampleMs === nextMs) this.#sample(nextMs);
      if (sweepMs === nextMs) {
        this.#sweptMs = nextMs;
        this.#gateway.sweep();
      }
      this.#note();
    }
    // After a restart the gateway may be further than the stop.
    if (atMs > this.#gateway.atMs) this.#gateway.advanceTo(atMs);
  }

  /** When time brings something next, on the grid of the sweeps. Rules are swept exactly when they are due, like live. */
  #sweepMs(): number {
    const openMs = Math.max(OPEN_SWEEP_MS, (this.#case.everyMs ?? 0) / SLOW_SWEEPS);
    const { isQuiet, rulesDueMs } = this.#gateway;
    const dueMs = isQuiet && !this.#isDense ? rulesDueMs : Math.min(rulesDueMs, this.#sweptMs + openMs);
    const onGridMs = Math.ceil(dueMs / LIMITS.sweepMs) * LIMITS.sweepMs;
    return Math.max(onGridMs, this.#sweptMs + LIMITS.sweepMs);
  }

  #sample(atMs: number): void {
    const readings = this.#cadences.flatMap((cadence) => {
      if (cadence.nextMs > atMs) return [];
      cadence.nextMs = (Math.floor(atMs / cadence.everyMs) + 1) * cadence.everyMs;
      return cadence.feeds.flatMap((feed) => toReading(feed, atMs) ?? []);
    });
    if (readings.length > 0) this.#gateway.feed(readings);
  }

  #happen({ atMs, happening, refused }: CaseEvent): void {
    this.#say(atMs, `! ${happening.type}`);
    if (this.#isDown(atMs)) return;
    const refusal = this.#do(happening);
    this.#note();
    if (refusal === refused) return;
    const toText = (code: string | null): string => (code === null ? 'done' : `refused ${code}`);
    this.#failures.push({ atMs, expected: `${happening.type} ${toText(refused)}`, found: toText(refusal) });
  }

  #do(happening: Happening): string | null {
    if (happening.type === 'clock') this.#gateway.stepWall(happening.byMs);
    else if (happening.type === 'restart') this.#restart(happening.downMs);
    else {
      const command = toCommand(happening, this.#rule, this.#gateway);
      return command === null ? 'nothing-open' : this.#gateway.command(command);
    }
    return null;
  }

  #restart(downMs: number): void {
    this.#gateway.restart(downMs);
    const { atMs } = this.#gateway;
    this.#sweptMs = atMs;
    // What comes while it is down is lost; then everything is read anew.
    for (const cadence of this.#cadences) cadence.nextMs = atMs;
  }

  #note(): void {
    for (const event of this.#gateway.takeEvents()) {
      const rule = defined(this.#rules.get(event.occurrence.key), 'rule of an alarm');
      const name = toRuleName(rule);
      const level = event.occurrence.level === null ? '' : ` ${event.occurrence.level}`;
      this.#say(this.#gateway.atMs, `${name} ${event.type}${level}`);
      if (rule.key === this.#rule.key) this.#messages.push(event);
      else if (!DERIVED_RULE_TYPES.includes(rule.type)) this.#others.add(name);
    }
  }

  #verify({ atMs, expected }: Expectation): void {
    const messages = this.#messages.map(({ type }) => type);
    this.#messages = [];
    if (this.#isDown(atMs)) return;
    const found = this.#find(messages);
    const failure = compare(expected, found);
    if (failure === null) return;
    this.#say(atMs, `? ${failure}, found ${toFoundText(found, expected)}`);
    this.#failures.push({ atMs, expected: failure, found: toFoundText(found, expected) });
  }

  /** A restart has taken longer than until then: a mistake of the case. */
  #isDown(atMs: number): boolean {
    const isDown = atMs < this.#gateway.atMs;
    if (isDown)
      this.#failures.push({ atMs, expected: 'a time at which the gateway runs', found: 'a restart' });
    return isDown;
  }

  #find(messages: Found['messages']): Found {
    const { key } = this.#rule;
    const occurrence = this.#gateway.occurrence(key);
    const state = occurrence === null ? this.#toClosedState(key) : toIsaState(occurrence);
    return { occurrence, state, ticket: this.#gateway.ticket(key), messages };
  }

  /** Of an alarm without an open occurrence. */
  #toClosedState(key: AlarmKey): IsaState {
    const control = this.#gateway.control(key);
    if (control === null) return 'A';
    return control.outOfService === null ? 'E' : 'G';
  }

  #say(atMs: number, text: string): void {
    this.#timeline.push({ atMs, text });
  }
}

function toCadences(
  model: SiteModel,
  normal: ReadonlyMap<number, number>,
  { points, everyMs }: RuleCase,
): readonly Cadence[] {
  const feeds = model.points.flatMap((point): Feed[] => {
    const value = normal.get(point.index);
    return value === undefined ? [] : [{ point, normal: value, steps: points.get(point.index) ?? [] }];
  });
  const grouped = Map.groupBy(feeds, ({ point }) => everyMs ?? point.pollMs);
  return [...grouped].map(([every, ofCadence]) => ({ everyMs: every, feeds: ofCadence, nextMs: -LEAD_MS }));
}

function toAlsoText(names: readonly string[]): string {
  return names.length === 0 ? 'no other alarm' : `other alarms: ${names.join(', ')}`;
}
