/** Writing over a field, a store and a clock of the test's own. Time is vitest's: it moves only when the test says so. */
import pino from 'pino';
import { onTestFinished, vi } from 'vitest';
import type { SiteModel, WriteDef } from '../../src/config/model.ts';
import type { Clock } from '../../src/core/clock.ts';
import { RiserError } from '../../src/core/errors.ts';
import { GOOD, QUALITIES } from '../../src/core/quality.ts';
import type { PointSample } from '../../src/drivers/driver.ts';
import type {
  AuditRow,
  LockOutRow,
  PointWriteRow,
  Store,
  StoreQueries,
  WriteBatch,
} from '../../src/store/store.ts';
import type { LatestView } from '../../src/telemetry/latest.ts';
import type { Gate } from '../../src/writing/carry-out.ts';
import type { WriteCommand } from '../../src/writing/port.ts';
import { createWriting, type Writing } from '../../src/writing/writing.ts';
import { TEST_START_MS } from '../support/clock.ts';
import { createTestModel, type TestEquipment } from '../support/model.ts';

export function makeWriteDef(changes: Partial<WriteDef> = {}): WriteDef {
  return {
    min: 0.3,
    max: 0.6,
    values: null,
    role: 'engineer',
    interlocks: [],
    readBack: { point: 0, tolerance: 0, withinMs: 2_000 },
    revertAfterMs: null,
    address: {},
    ...changes,
  };
}

export const IN_AUTOMATIC = { zh: '供水设备未投自动', en: 'The set is not in automatic' };

/** A booster set: 0 = set-point (writable), 1 = mode; its pump: 2 = speed (writable). */
export function makeModel(write: Partial<WriteDef> = {}, changes: Partial<TestEquipment> = {}): SiteModel {
  const interlocks = [{ point: 1, in: [2], notIn: null, min: null, max: null, text: IN_AUTOMATIC }];
  return createTestModel({
    equipment: [
      {
        id: 'set',
        kind: 'booster-set',
        points: [{ name: 'set-point', write: makeWriteDef({ interlocks, ...write }) }, { name: 'mode' }],
        ...changes,
      },
      {
        id: 'set-pump-1',
        parent: 'set',
        points: [
          {
            name: 'speed',
            write: makeWriteDef({ min: 0, max: 50, readBack: { point: 2, tolerance: 0, withinMs: 2_000 } }),
          },
        ],
      },
    ],
  });
}

export interface FakeField {
  /** What the device holds. Key: point. */
  readonly values: Map<number, number>;
  readonly qualities: Map<number, number>;
  /** What came over the wire, in order: [point, value]. */
  readonly written: (readonly [number, number])[];
  /** Replaces what the device does with a write. */
  onWrite: (point: number, value: number) => Promise<void>;
  onRead: (point: number) => Promise<PointSample>;
  /** How long a write waits for its turn on the bus. */
  turn: () => Promise<void>;
  write(point: number, value: number, gate: Gate): Promise<void>;
  read(point: number): Promise<PointSample>;
}

function createField(): FakeField {
  const field: FakeField = {
    values: new Map([
      [0, 0.45],
      [1, 2],
      [2, 40],
    ]),
    qualities: new Map(),
    written: [],
    onWrite: async (point, value) => void field.values.set(point, value),
    onRead: async (point) => ({
      point,
      value: field.values.get(point) ?? Number.NaN,
      quality: field.qualities.get(point) ?? GOOD,
      sourceMs: Number.NaN,
    }),
    turn: async () => {},
    async write(point, value, gate) {
      await field.turn();
      const refusal = gate();
      if (refusal !== null) throw refusal;
      field.written.push([point, value]);
      await field.onWrite(point, value);
    },
    read: (point) => field.onRead(point),
  };
  return field;
}

export interface FakeStore extends Pick<Store, 'commit' | 'queries'> {
  /** Rows as stored. Key: id. */
  readonly rows: Map<string, PointWriteRow>;
  readonly audit: AuditRow[];
  readonly lockOuts: Map<string, LockOutRow>;
  /** Called before each commit; may throw or wait. */
  before: (batch: WriteBatch) => Promise<void> | void;
}

function createStore(): FakeStore {
  const rows = new Map<string, PointWriteRow>();
  const lockOuts = new Map<string, LockOutRow>();
  const audit: AuditRow[] = [];
  const isOpen = ({ state, revertAtMs }: PointWriteRow) =>
    state === 'sent' || state === 'reverting' || revertAtMs !== null;
  const queries: Pick<StoreQueries, 'pointWrites' | 'lockOuts'> = {
    pointWrites: async ({ state }) =>
      [...rows.values()].reverse().filter((row) => state === 'all' || isOpen(row)),
    lockOuts: async () => new Map(lockOuts),
  };
  const store: FakeStore = {
    rows,
    audit,
    lockOuts,
    before: () => {},
    async commit(batch) {
      await store.before(batch);
      for (const write of batch.writes) {
        if (write.type === 'point-write') rows.set(write.write.id, write.write);
        if (write.type === 'audit') audit.push(write.entry);
        if (write.type === 'lock-out' && write.lockOut === null) lockOuts.delete(write.equipment);
        if (write.type === 'lock-out' && write.lockOut !== null) lockOuts.set(write.equipment, write.lockOut);
      }
    },
    queries: queries as StoreQueries,
  };
  return store;
}

export const failing = (): never => {
  throw new RiserError('store-failed');
};

export interface Rig {
  readonly model: SiteModel;
  readonly field: FakeField;
  readonly store: FakeStore;
  readonly clock: Clock;
  /** Messages of level error, in order. */
  readonly errors: string[];
  /** The running gateway. */
  writing: Writing;
  /** Asks for 0.4 at the set-point as engineer `wang` unless told otherwise. */
  ask(command?: Partial<WriteCommand>): Promise<PointWriteRow>;
  /** The wall clock is set. */
  stepWall(ms: number): void;
  /** The power is cut now and comes back later: what is not stored is gone, and nothing is said to the field. */
  crash(downMs?: number, model?: SiteModel): Promise<void>;
  /** Rows as stored, in order of asking. */
  states(): readonly PointWriteRow['state'][];
  actions(): readonly string[];
}

export async function createRig(model: SiteModel = makeModel()): Promise<Rig> {
  vi.useFakeTimers({ now: 0 });
  onTestFinished(() => void vi.useRealTimers());
  let offsetMs = TEST_START_MS;
  let ids = 0;
  const errors: string[] = [];
  const field = createField();
  const store = createStore();
  const clock: Clock = {
    now: () => ({ wallMs: Date.now() + offsetMs, monoMs: Date.now(), bootId: 'boot' }),
  };
  const log = pino({ level: 'error' }, { write: (line: string) => void errors.push(JSON.parse(line).msg) });
  const latest: Pick<LatestView, 'get'> = {
    get: (point) => {
      const quality = field.qualities.get(point) ?? GOOD;
      const value = quality < 128 ? (field.values.get(point) ?? null) : null;
      return { value, quality, sourceMs: null, receivedMs: null, lastGood: null };
    },
  };
  /** A gateway without power does nothing more. */
  let power = { isOn: true };
  const boot = async (of: SiteModel): Promise<Writing> => {
    const mine = { isOn: true };
    power = mine;
    const dead = new Promise<never>(() => {});
    const writing = await createWriting({
      model: of,
      clock,
      log,
      latest,
      newId: () => `w-${++ids}`,
      store: {
        queries: store.queries,
        commit: async (batch) => (mine.isOn ? store.commit(batch) : dead),
      },
      field: {
        write: async (point, value, gate) => (mine.isOn ? field.write(point, value, gate) : dead),
        read: async (point) => (mine.isOn ? field.read(point) : dead),
      },
    });
    writing.start();
    return writing;
  };
  const rig: Rig = {
    model,
    field,
    store,
    clock,
    errors,
    writing: await boot(model),
    ask: (command = {}) =>
      rig.writing.write({
        point: 0,
        value: 0.4,
        reason: 'night',
        by: 'wang',
        roles: ['engineer'],
        ...command,
      }),
    stepWall: (ms) => {
      offsetMs += ms;
    },
    async crash(downMs = 0, next = model) {
      power.isOn = false;
      // Only its timers end: without power it reaches neither store nor field.
      void rig.writing.stop();
      await vi.advanceTimersByTimeAsync(downMs);
      rig.writing = await boot(next);
    },
    states: () => [...store.rows.values()].map(({ state }) => state),
    actions: () => store.audit.map(({ action }) => action),
  };
  onTestFinished(async () => {
    vi.clearAllTimers();
    vi.useRealTimers();
    await rig.writing.stop();
  });
  return rig;
}

export const BAD = QUALITIES.stale.code;
export const passing = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
/** Lets time pass until the promise has ended; at most an hour. */
export async function ending<T>(work: Promise<T>): Promise<T> {
  const ended = { is: false };
  const end = () => {
    ended.is = true;
  };
  work.then(end, end);
  for (let at = 0; at < 3_600_000 && !ended.is; at += 50) await passing(50);
  return work;
}
