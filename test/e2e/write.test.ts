/**
 * A set-point from the person who asks to the register and back, by the whole gateway and on the real wire: what was sent
 * is read from the simulator's own log. The tests follow one another.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { PointView, ProblemDocument } from '../../src/api/schemas.ts';
import type { PointWriteView } from '../../src/api/write-schema.ts';
import { type SimulatorProcess, startSimulators } from '../../src/simulation/process.ts';
import type { AuditRow } from '../../src/store/store.ts';
import { type Answer, type ApiClient, request } from '../support/client.ts';
import { runRiser } from '../support/gateway.ts';
import { type ChildGateway, PLANT_READY_MS, PROJECT, startChildGateway } from '../support/plant.ts';
import { until } from '../support/poll.ts';
import { createTemporaryDirectory, type TemporaryDirectory } from '../support/temp.ts';
import { verifyStore } from '../support/verify-store.ts';
import { createWriteTrap, type WriteTrap } from '../support/write-trap.ts';

const SITE = `${PROJECT}/test/support/writing/site.yaml`;
const BOOSTER = `${PROJECT}/devices/generic-booster-2p.yaml`;
const SETPOINT = '/api/v1/points/dws-1/pressure-setpoint/write';
const REVERTING = '/api/v1/points/dws-2/pressure-setpoint/write';
const REVERT_MS = 9_000;
/** Of the read-back of both profiles, and some for a busy machine. */
const READ_BACK_MS = 5_000;
const SOON_MS = 60_000;

interface Frame {
  readonly atMs: number;
  readonly request: string;
  readonly response: string | null;
}

let directory: TemporaryDirectory;
let plant: SimulatorProcess;
let trap: WriteTrap;
let gateway: ChildGateway;
let engineer: ApiClient;

beforeAll(async () => {
  directory = createTemporaryDirectory();
  mkdirSync(`${directory.path}/profiles`);
  writeFileSync(`${directory.path}/site.yaml`, readFileSync(SITE));
  writeFileSync(`${directory.path}/profiles/reverting-booster-2p.yaml`, toReverting());
  plant = await startSimulators({
    scenario: `${PROJECT}/test/support/writing/scenario.yaml`,
    speed: 5,
    isAnyPort: true,
    readyTimeoutMs: PLANT_READY_MS,
    controlPort: 0,
  });
  trap = await createWriteTrap(plant.ports['pump-room'] as number);
  await start();
});
afterAll(async () => {
  await gateway?.stop();
  await trap?.[Symbol.asyncDispose]();
  await plant?.stop();
  directory.remove();
});
beforeEach(() => {
  trap.set('pass');
  trap.onWrite = null;
});

/** The demo's booster set, but a written set-point goes back by itself. */
function toReverting(): string {
  const text = readFileSync(BOOSTER, 'utf8');
  const readBack = `      readBack: { tolerance: 0.0005, withinMs: ${READ_BACK_MS} }\n`;
  expect(text).toContain(readBack);
  return text
    .replace(/^id: .*$/m, 'id: reverting-booster-2p')
    .replace(readBack, `${readBack}      revertAfterMs: ${REVERT_MS}\n`);
}

/** The gateway on the same data as before, if it has run before. */
async function start(): Promise<void> {
  gateway = await startChildGateway({
    data: `${directory.path}/data`,
    config: `${directory.path}/site.yaml`,
    pumpRoomPort: trap.port,
    sumpRoomPort: 0,
    env: { RISER_FIRE_PUMP_ROOM_PORT: String(plant.ports['fire-pump-room']) },
  });
  engineer = await gateway.login('engineer');
  for (const id of ['dws-1', 'dws-2', 'fire-pump-1']) await untilGood(id);
}

async function untilGood(equipment: string): Promise<void> {
  const isGood = async (): Promise<boolean> => {
    const points = (await readPoints()).filter((point) => point.equipment === equipment);
    return points.length > 0 && points.every(({ quality }) => quality === 'good');
  };
  await until(isGood, { timeoutMs: SOON_MS, what: `all points of ${equipment} to be good` });
}

async function readPoints(): Promise<readonly PointView[]> {
  return (await engineer.read<{ items: PointView[] }>('/api/v1/points')).items;
}

async function valueOf(id: string): Promise<unknown> {
  return (await readPoints()).find((point) => point.id === id)?.value;
}

const write = (value: number, path = SETPOINT, api = engineer): Promise<Answer> =>
  api.post(path, { value, reason: 'night setting' });
const codeOf = ({ body }: Answer): string => (body as ProblemDocument).code;

async function rowsOf(equipment: string): Promise<readonly PointWriteView[]> {
  return (await engineer.read<{ items: PointWriteView[] }>(`/api/v1/writes?equipment=${equipment}`)).items;
}

/** What the simulator itself has been asked to write, as hexadecimal PDU with the unit before it. */
async function written(endpoint = 'pump-room'): Promise<readonly string[]> {
  const { body } = await request(plant.controlUrl, 'GET', `/log?endpoint=${endpoint}`);
  const frames = (body as readonly Frame[]).map((frame) => frame.request.slice(12));
  return frames.filter((frame) => /^..(05|06|0f|10|16|17)/.test(frame));
}

/** Write single register 1 (V1.1b3, 6.6). @param milli set-point, 0.001 MPa */
const toFrame = (unit: number, milli: number): string =>
  `0${unit}060001${milli.toString(16).padStart(4, '0')}`;

async function audit(): Promise<readonly AuditRow[]> {
  const supervisor = await gateway.login('supervisor');
  return (await supervisor.read<{ items: AuditRow[] }>('/api/v1/audit?limit=100')).items;
}

/** Polls have gone on for long enough that anything sent a second time would have been. */
async function afterMorePolls(): Promise<void> {
  const fromMs = Date.now();
  const isOn = async (): Promise<boolean> => {
    const points = (await readPoints()).filter(({ id }) => id === 'dws-1/pressure-setpoint');
    return points.some(({ quality, receivedMs }) => quality === 'good' && (receivedMs ?? 0) > fromMs + 2_000);
  };
  await until(isOn, { timeoutMs: SOON_MS, what: 'more polls of the booster set' });
}

describe('a write by an engineer', () => {
  test('goes out as one frame with the value, is read back, and the plant follows', async () => {
    const before = (await written()).length;
    const answer = await write(0.36);
    expect(answer).toMatchObject({ status: 200, body: { state: 'confirmed', value: 0.36, readBack: 0.36 } });
    expect((await written()).slice(before)).toEqual([toFrame(1, 360)]);
    const isThere = async (): Promise<boolean> =>
      Math.abs(Number(await valueOf('dws-1/outlet-pressure')) - 0.36) < 0.01;
    await until(isThere, { timeoutMs: SOON_MS, what: 'the outlet pressure to follow' });
    expect(await valueOf('dws-1/pressure-setpoint')).toBe(0.36);
    expect(await written()).toHaveLength(before + 1);
  });

  test('stands in the audit with who, what, why and what came of it', async () => {
    const rows = (await audit()).filter(({ object }) => object === 'dws-1/pressure-setpoint');
    expect(rows.map(({ actor, action }) => `${actor} ${action}`).toSorted()).toEqual([
      'engineer point-write',
      'gateway point-write-result',
    ]);
    const asked = rows.find(({ action }) => action === 'point-write');
    expect(asked?.detail).toMatchObject({ to: 0.36, reason: 'night setting' });
    expect(asked?.detail['from']).toBeGreaterThan(0.4);
  });
});

describe('what is refused', () => {
  test.each([
    ['a value above the limit', 0.56, 422, 'value-not-allowed'],
    ['a value below the limit', 0.29, 422, 'value-not-allowed'],
  ])('%s never reaches the wire', async (_name, value, status, code) => {
    const before = (await written()).length;
    const answer = await write(value);
    expect([answer.status, codeOf(answer)]).toEqual([status, code]);
    expect(await written()).toHaveLength(before);
  });

  test('the desk may not write, and nothing reaches the wire', async () => {
    const before = (await written()).length;
    const answer = await write(0.4, SETPOINT, await gateway.login('desk'));
    expect([answer.status, codeOf(answer)]).toEqual([403, 'not-permitted']);
    expect(await written()).toHaveLength(before);
  });

  test('under a tag nobody writes, nothing reaches the wire; once it is off the write goes through', async () => {
    const before = (await written()).length;
    await engineer.send('/api/v1/equipment/dws-1/lock-out', { reason: 'seal being changed' });
    for (const user of ['engineer', 'supervisor', 'admin'] as const) {
      const answer = await write(0.4, SETPOINT, await gateway.login(user));
      expect([user, answer.status, codeOf(answer)]).toEqual([user, 409, 'locked-out']);
    }
    expect(await written()).toHaveLength(before);
    await engineer.post('/api/v1/equipment/dws-1/unlock');
    expect(await write(0.4)).toMatchObject({ status: 200, body: { state: 'confirmed' } });
    expect((await written()).slice(before)).toEqual([toFrame(1, 400)]);
  });

  test('no point of a fire pump takes a value, whoever asks; no frame but reads goes to it', async () => {
    const points = (await readPoints()).filter(({ equipment }) => equipment === 'fire-pump-1');
    expect(points.length).toBeGreaterThan(5);
    const admin = await gateway.login('admin');
    for (const { id } of points) {
      const answer = await write(1, `/api/v1/points/${id}/write`, admin);
      expect([id, answer.status, codeOf(answer)]).toEqual([id, 409, 'not-writable']);
    }
    expect(await written('fire-pump-room')).toEqual([]);
  });

  test('a profile that would make a fire pump writable is refused before the start', async () => {
    const folder = `${directory.path}/armed`;
    mkdirSync(`${folder}/profiles`, { recursive: true });
    const pump = readFileSync(`${PROJECT}/devices/generic-fire-pump.yaml`, 'utf8');
    const armed = pump.replace(
      '    address: { table: holding, address: 0, bit: 1 }\n',
      '    address: { table: holding, address: 0, bit: 1 }\n    write: { min: 0, max: 1, role: engineer, readBack: { withinMs: 5000 } }\n',
    );
    expect(armed).not.toBe(pump);
    writeFileSync(`${folder}/profiles/generic-fire-pump.yaml`, armed);
    writeFileSync(`${folder}/profiles/reverting-booster-2p.yaml`, toReverting());
    writeFileSync(`${folder}/site.yaml`, readFileSync(SITE));
    const said = await runRiser(['check', '--config', `${folder}/site.yaml`]);
    expect(said.code).toBe(1);
    expect(said.stdout + said.stderr).toContain('is life safety and is never written remotely');
  });
});

describe('when the wire does not keep its word', () => {
  test('a device that does not answer: unknown, sent once, and not carried out later either', async () => {
    const before = (await written()).length;
    const sent = trap.writes().length;
    trap.set('lose-request');
    const answer = await write(0.45);
    expect(answer).toMatchObject({ status: 200, body: { state: 'unknown', value: 0.45, readBack: 0.4 } });
    trap.set('pass');
    await afterMorePolls();
    expect(trap.writes().slice(sent)).toMatchObject([{ unit: 1, functionCode: 6, address: 1, value: 450 }]);
    expect(await written()).toHaveLength(before);
    expect(await valueOf('dws-1/pressure-setpoint')).toBe(0.4);
  });

  test('an answer that is lost: the value is read back, so it is confirmed, and sent once', async () => {
    const before = (await written()).length;
    trap.set('lose-answer');
    expect(await write(0.46)).toMatchObject({ status: 200, body: { state: 'confirmed', readBack: 0.46 } });
    trap.set('pass');
    await afterMorePolls();
    expect((await written()).slice(before)).toEqual([toFrame(1, 460)]);
  });

  test('an echo of another register is no word for "nothing was changed": the read-back decides', async () => {
    const before = (await written()).length;
    trap.set('spoil-echo');
    expect(await write(0.47)).toMatchObject({ status: 200, body: { state: 'confirmed', readBack: 0.47 } });
    expect((await written()).slice(before)).toEqual([toFrame(1, 470)]);
  });

  test('a wire that dies with the write: unknown, sent once, and shown as what it is when the wire is back', async () => {
    const before = (await written()).length;
    trap.set('lose-all-after');
    expect(await write(0.48)).toMatchObject({ status: 200, body: { state: 'unknown', readBack: null } });
    trap.set('pass');
    await untilGood('dws-1');
    await afterMorePolls();
    expect((await written()).slice(before)).toEqual([toFrame(1, 480)]);
    expect(await valueOf('dws-1/pressure-setpoint')).toBe(0.48);
    expect((await rowsOf('dws-1'))[0]).toMatchObject({ value: 0.48, state: 'unknown', by: 'engineer' });
  });

  test('a device that is known to be silent: refused at once, nothing is sent', async () => {
    const before = (await written()).length;
    trap.set('lose-all-after');
    await write(0.5);
    const isDown = async (): Promise<boolean> =>
      (await readPoints()).some(({ id, quality }) => id === 'dws-1/mode' && quality === 'bad');
    await until(isDown, { timeoutMs: SOON_MS, what: 'the link to be found dead' });
    const answer = await write(0.51);
    // The interlock "in automatic" cannot be judged any more, which forbids it as well.
    expect([answer.status, codeOf(answer)]).toEqual([409, 'interlocked']);
    trap.set('pass');
    await untilGood('dws-1');
    await afterMorePolls();
    expect((await written()).slice(before)).toEqual([toFrame(1, 500)]);
  });
});

describe('a gateway killed with -9', () => {
  test('between frame and answer: shown as unknown after the restart, and never sent again', async () => {
    const before = (await written()).length;
    trap.set('lose-answer');
    trap.onWrite = () => gateway.process.kill('SIGKILL');
    await expect(write(0.33)).rejects.toThrow();
    expect(await gateway.process.exited).toMatchObject({ signal: 'SIGKILL' });
    trap.set('pass');
    trap.onWrite = null;
    await start();
    expect((await rowsOf('dws-1'))[0]).toMatchObject({ value: 0.33, state: 'unknown', by: 'engineer' });
    await afterMorePolls();
    expect((await written()).slice(before)).toEqual([toFrame(1, 330)]);
    expect(await valueOf('dws-1/pressure-setpoint')).toBe(0.33);
    const told = (await audit()).find(({ action }) => action === 'point-write-result');
    expect(told?.detail).toMatchObject({ state: 'unknown', to: 0.33 });
  });

  test('with a revert to come: the old value is written when it is due, once, and not before', async () => {
    const before = (await written()).length;
    const old = Number(await valueOf('dws-2/pressure-setpoint'));
    const answer = await write(0.34, REVERTING);
    expect(answer).toMatchObject({ status: 200, body: { state: 'confirmed', previous: old } });
    const { revertAtMs } = answer.body as PointWriteView;
    gateway.process.kill('SIGKILL');
    await gateway.process.exited;
    await start();
    const state = async (): Promise<string | undefined> => (await rowsOf('dws-2'))[0]?.state;
    await until(async () => (await state()) === 'reverted', { timeoutMs: SOON_MS, what: 'the revert' });
    await afterMorePolls();
    expect((await written()).slice(before)).toEqual([toFrame(2, 340), toFrame(2, Math.round(old * 1_000))]);
    expect(await valueOf('dws-2/pressure-setpoint')).toBe(old);
    const revert = trap.writes().at(-1);
    expect(revert?.atMs).toBeGreaterThanOrEqual(revertAtMs as number);
    expect((await audit()).map(({ action }) => action)).toEqual(
      expect.arrayContaining(['point-revert', 'point-revert-result']),
    );
  });

  test('leaves chains of audit and history that are whole', async () => {
    await gateway.stop();
    expect(await verifyStore(`${directory.path}/data`)).toEqual([]);
  });
});
