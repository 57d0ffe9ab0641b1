/**
 * Plays reference scripts against the engine's own rounds (Decisions) on a fake clock, over a store that is a variable, and
 * says what it saw in the words of script.ts. After each input time is looked at until nothing is due, so that a script
 * whose waits are cut (model.ts, cutWaits) meets every moment. A restart saves the running delays first; where it is a kill,
 * only what rounds have committed is there afterwards. What the site looks like is engine-site.ts, whose words are which
 * engine-words.ts.
 */
import pino from 'pino';
import type { SiteModel } from '../../../src/config/model.ts';
import type { AlarmEvent, IsaState, Occurrence } from '../../../src/core/alarm.ts';
import { assert, defined } from '../../../src/core/assert.ts';
import type { Calendar } from '../../../src/core/calendar.ts';
import { RiserError } from '../../../src/core/errors.ts';
import { toId } from '../../../src/core/ids.ts';
import { QUALITIES, type QualityReason } from '../../../src/core/quality.ts';
import { ReadingBatchBuilder } from '../../../src/core/reading.ts';
import type { Ticket } from '../../../src/core/ticket.ts';
import type { Command } from '../../../src/engine/commands.ts';
import { Decisions, type Round } from '../../../src/engine/decisions.ts';
import { toDelayRows } from '../../../src/engine/round.ts';
import { createLatest, type Latest } from '../../../src/telemetry/latest.ts';
import { createFakeClock } from '../clock.ts';
import { createStoreState } from '../store-state.ts';
import { FIRST_VARIANT, toSite, VALUES, type Variant } from './engine-site.ts';
import { Names, toAlarm, toControlSeen, toKey, toSeen } from './engine-words.ts';
import type { AlarmSubject, Observed, Script, ScriptInput } from './script.ts';

/** More sweeps at one moment than anything can need. */
const MAX_SWEEPS = 10;

export interface EngineView {
  readonly letter: IsaState;
  readonly open: Occurrence | null;
}

export interface EngineSubject extends AlarmSubject {
  view(alarm: number): EngineView;
  /** All that are kept. */
  tickets(): readonly Ticket[];
  /** Of the last input, as it was announced. */
  readonly events: readonly AlarmEvent[];
  readonly wallMs: number;
}

type Of<Type extends ScriptInput['type']> = Extract<ScriptInput, { readonly type: Type }>;

/**
 * @param first kind of the first alarm's rule (engine-site.ts); the script must be fitted to it
 * @param restart what a `restart` of the script is
 */
export function createEngineSubject(
  script: Script,
  first: number,
  startMs: number,
  restart: 'stop' | 'kill' = 'stop',
): EngineSubject {
  return new Subject(script, first, startMs, restart === 'kill');
}

class Subject implements EngineSubject {
  readonly #script: Script;
  readonly #first: number;
  readonly #isKilled: boolean;
  readonly #clock: ReturnType<typeof createFakeClock>;
  readonly #store = createStoreState();
  readonly #calendars: Map<string, Calendar>;
  readonly #variants: Variant[];
  readonly #removed = new Set<number>();
  readonly #names: Names;
  /** What `mode` of each alarm says. */
  readonly #modes: number[];
  /** Last value of each alarm that was neither true nor false by error or loss. */
  readonly #lastValues: (number | null)[];
  #model: SiteModel;
  #latest: Latest;
  #decisions: Decisions;
  #seen: Observed[] = [];
  events: AlarmEvent[] = [];

  constructor(script: Script, first: number, startMs: number, isKilled: boolean) {
    const { rules } = script;
    this.#isKilled = isKilled;
    this.#script = script;
    this.#first = first;
    this.#clock = createFakeClock({ wallMs: startMs });
    this.#variants = rules.map(() => FIRST_VARIANT);
    this.#calendars = new Map(rules.map((_, alarm) => [`c${alarm}`, ALWAYS]));
    this.#modes = rules.map(() => 0);
    this.#lastValues = rules.map(() => null);
    this.#names = new Names(rules.length);
    this.#model = toSite(script, first, this.#variants, this.#calendars);
    this.#latest = createLatest(this.#model);
    this.#decisions = this.#start();
    this.#sweep();
  }

  get wallMs(): number {
    return this.#clock.now().wallMs;
  }

  apply(input: ScriptInput): readonly Observed[] {
    this.#seen = [];
    this.events = [];
    this.#take(input);
    this.#sweep();
    return this.#seen;
  }

  view(alarm: number): EngineView {
    const { state } = defined(
      this.#decisions.explainRule(toId(`e${alarm}`), toId('r'), this.#clock.now()),
      'a rule',
    );
    const open = this.#decisions.alarms().find(({ key }) => key === toKey(alarm)) ?? null;
    return { letter: state, open };
  }

  tickets(): readonly Ticket[] {
    return this.#decisions.tickets();
  }

  #take(input: ScriptInput): void {
    switch (input.type) {
      case 'wait':
        this.#clock.advance(input.ms);
        return;
      case 'step-wall':
        this.#clock.stepWall(input.byMs);
        return;
      case 'restart':
        return this.#restart(input.downMs);
      case 'sample':
        return this.#sample(input);
      case 'reading':
        return this.#read(input);
      case 'suppress':
        return this.#suppress(input);
      case 'edit':
      case 'edit-limits':
        return this.#edit(input);
      default:
        return this.#command(input);
    }
  }

  #start(): Decisions {
    const now = this.#clock.now();
    const options = {
      model: this.#model,
      latest: this.#latest,
      recent: () => [],
      log: pino({ level: 'silent' }),
    };
    return new Decisions(options, this.#store.boot(now.wallMs - this.#model.policy.reopenMs), now);
  }

  #restart(downMs: number): void {
    if (!this.#isKilled) this.#save();
    this.#clock.reboot(downMs);
    this.#latest = createLatest(this.#model);
    this.#decisions = this.#start();
    for (const alarm of this.#removed) this.#disable(alarm);
    this.#sweep();
    for (const [alarm, mode] of this.#modes.entries()) this.#feed(alarm, 'mode', mode, 'good');
  }

  #save(): void {
    this.#store.commit({
      writes: [
        {
          type: 'delays',
          delays: toDelayRows(this.#decisions.rules.running(this.#clock.now()), this.#clock.now()),
        },
      ],
    });
    this.#finish(this.#decisions.conclude(this.#clock.now()));
  }

  #sample({ alarm, truth }: Of<'sample'>): void {
    if (truth === 'unknown') return this.#feed(alarm, 'v', Number.NaN, 'comm-loss');
    if (truth === 'error') return this.#feed(alarm, 'v', VALUES.failing, 'good');
    const { isTurned } = defined(this.#variants[alarm], 'variant');
    const value = (truth === 'true') === isTurned ? VALUES.no : VALUES.yes;
    this.#lastValues[alarm] = value;
    this.#feed(alarm, 'v', value, 'good');
  }

  #read({ alarm, value, quality }: Of<'reading'>): void {
    if (value === null || quality === 'bad')
      this.#feed(alarm, 'v', Number.NaN, value === null ? 'sentinel' : 'comm-loss');
    else this.#feed(alarm, 'v', value, quality === 'good' ? 'good' : 'source-uncertain');
  }

  #feed(alarm: number, name: 'v' | 'mode', value: number, quality: QualityReason): void {
    const batch = new ReadingBatchBuilder(this.#model.epoch, this.#model.points.length);
    const { wallMs, monoMs } = this.#clock.now();
    const point = defined(this.#model.pointIndex.get(toId(`e${alarm}/${name}`)), 'a point');
    batch.add(point, value, QUALITIES[quality].code, wallMs);
    const readings = batch.finish(monoMs);
    this.#latest.apply(readings);
    this.#decisions.accept(readings, this.#clock.now());
  }

  #suppress({ alarm, reason, isOn }: Of<'suppress'>): void {
    if (reason === 'schedule') this.#calendars.set(`c${alarm}`, isOn ? NEVER : ALWAYS);
    else {
      this.#modes[alarm] = isOn ? 1 : 0;
      this.#feed(alarm, 'mode', isOn ? 1 : 0, 'good');
    }
  }

  #edit(input: Of<'edit' | 'edit-limits'>): void {
    const { alarm } = input;
    if (input.type === 'edit' && input.to === 'removed') {
      this.#removed.add(alarm);
      return this.#disable(alarm);
    }
    const before = defined(this.#variants[alarm], 'variant');
    const movedBy = before.movedBy + (input.type === 'edit-limits' ? input.by : 0);
    const last = this.#lastValues[alarm] ?? VALUES.no;
    const isTurned = input.type === 'edit' && (input.to === 'true') === (last === VALUES.no);
    this.#variants[alarm] = { version: before.version + 1, isTurned, movedBy };
    this.#removed.delete(alarm);
    this.#model = toSite(this.#script, this.#first, this.#variants, this.#calendars);
    this.#replace();
  }

  #disable(alarm: number): void {
    assert(this.#removed.has(alarm), 'a removed rule');
    this.#replace();
  }

  #replace(): void {
    this.#decisions.replaceModel(this.#model, new Set([...this.#removed].map(toKey)), this.#clock.now());
  }

  #command(input: Extract<ScriptInput, { readonly by: string }>): void {
    const command = this.#toCommand(input);
    if (command === null) return this.#refuse('not-found');
    this.#round(command);
  }

  /** null = there has never been an occurrence that it could name. */
  #toCommand(input: Extract<ScriptInput, { readonly by: string }>): Command | null {
    const { alarm, by } = input;
    const key = toKey(alarm);
    switch (input.type) {
      case 'shelve': {
        const untilMs = this.wallMs + input.forMs;
        return { type: 'shelve-alarm', key, by, reason: 'cleaning', untilMs, isOneShot: input.isOneShot };
      }
      case 'unshelve':
        return { type: 'unshelve-alarm', key, by, note: '' };
      case 'take-out-of-service': {
        const { permit, approver, forMs } = input;
        return {
          type: 'take-out-of-service',
          key,
          by,
          reason: 'overhaul',
          permit,
          approver,
          untilMs: this.wallMs + forMs,
        };
      }
      case 'return-to-service':
        return { type: 'return-to-service', key, by, note: '' };
      default: {
        const occurrence = this.#names.last(alarm);
        return occurrence === null ? null : { type: HANDLING[input.type], occurrence, by, note: 'note' };
      }
    }
  }

  #refuse(code: string): void {
    this.#seen.push({ kind: 'refused', atMs: this.wallMs, code });
  }

  /** Time is looked at until it brings nothing more. */
  #sweep(): void {
    for (let sweeps = 0; ; sweeps++) {
      assert(sweeps < MAX_SWEEPS, 'what is due has been done');
      if (!this.#round(null)) return;
    }
  }

  /** @returns whether anything was said */
  #round(command: Command | null): boolean {
    const waiting = {
      resolve: () => {},
      reject: (error: Error) => {
        if (!(error instanceof RiserError)) throw error;
        this.#refuse(error.code);
      },
    };
    const asked = command === null ? [] : [{ command, called: [], ...waiting }];
    return this.#finish(this.#decisions.decide(asked, this.#clock.now(), () => {}, true));
  }

  #finish(round: Round): boolean {
    if (round.batch !== null) this.#store.commit(round.batch);
    round.settle();
    const before = this.#seen.length;
    for (const event of round.alarmEvents) this.#seen.push(...toSeen(this.#names, event));
    for (const event of round.controlEvents) {
      const isTold = round.alarmEvents.some(
        ({ type, occurrence }) => type === event.type && occurrence.key === event.control.key,
      );
      if (!isTold) this.#seen.push(...toControlSeen(event, this.view(toAlarm(event.control.key)).letter));
    }
    for (const { type, atMs, digest } of round.stormEvents) {
      if (type === 'began' || type === 'ended') this.#seen.push({ kind: 'storm', atMs, what: type });
      if (digest)
        this.#seen.push({
          kind: 'digest',
          atMs,
          raised: Object.values(digest.tally).reduce((sum, each) => sum + each, 0),
          returned: 0,
        });
    }
    const carried = [...round.alarmEvents.map(({ occurrence }) => occurrence), ...this.#decisions.alarms()];
    for (const occurrence of carried) this.#seeTicket(occurrence);
    this.events.push(...round.alarmEvents);
    return this.#seen.length > before || (round.batch !== null && round.alarmEvents.length > 0);
  }

  #seeTicket(occurrence: Occurrence): void {
    if (occurrence.ticket === null || !this.#names.isFirstTicket(occurrence)) return;
    const isStorm = occurrence.storm !== null;
    this.#seen.push({ kind: 'ticket', atMs: this.wallMs, ...this.#names.of(occurrence), isStorm });
  }
}

const HANDLING = {
  acknowledge: 'acknowledge-alarm',
  reset: 'reset-alarm',
  comment: 'comment-alarm',
} as const;

const DAY = [{ from: 0, to: 1_440 }];

function toCalendar(hours: typeof DAY): Calendar {
  return {
    id: toId('hours'),
    name: { zh: '监视时段', en: 'hours' },
    timeZone: 'Asia/Shanghai',
    week: Array.from({ length: 7 }, () => hours),
    holiday: hours,
    makeUp: null,
    days: null,
  };
}

const ALWAYS = toCalendar(DAY);
const NEVER = toCalendar([]);
