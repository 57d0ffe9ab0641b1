/** Writes and reads out of turn, on the fake driver and fake time. */
import { describe, expect, it } from 'vitest';
import { RiserError } from '../../src/core/errors.ts';
import { LIMITS } from '../../src/core/limits.ts';
import { createTestModel } from '../support/model.ts';
import { createFakePushDriver } from './fake-push-driver.ts';
import { device, useRig } from './rig.ts';
import { record } from './support.ts';

const rig = useRig();

/** What a command ends with: `done`, or the code of its error. Never unhandled. */
function outcome(command: Promise<unknown>): { result: string | null } {
  const watched: { result: string | null } = { result: null };
  command.then(
    () => (watched.result = 'done'),
    (error: unknown) => (watched.result = String((error as { code?: string }).code)),
  );
  return watched;
}

const write = (point = 0, value = 42) => outcome(rig.recorder.acquisition.write(point, value));
const read = (point = 0) => outcome(rig.recorder.acquisition.read(point));

describe('a write', () => {
  it('goes ahead of due polls, with nothing else under way, and is sent once', async () => {
    rig.driver.habits = { maxInFlight: 4 };
    rig.driver.latencyMs = 50;
    rig.start(...['a', 'b', 'c', 'd', 'e', 'f'].map((id, at) => device(id, at, 1, 100)));
    await rig.pass(1_010);
    const before = rig.driver.reads.length;
    const done = write();
    await rig.pass(49);
    expect(rig.driver.reads.length).toBe(before);
    await rig.pass(1_000);
    expect(done.result).toBe('done');
    expect(rig.driver.writes).toMatchObject([{ label: 'a/p0 = 42', underWay: 0 }]);
    expect(rig.recorder.counter('link', 'writes')).toBe(1);
  });

  it('that is refused, or not answered, says so and is not sent again; the polls go on', async () => {
    rig.start(device('pump', 1));
    await rig.pass(1_500);
    rig.driver.writeOutcome = () => 2;
    const refused = write();
    await rig.pass(100);
    rig.driver.writeOutcome = () => 'timeout';
    const silent = write();
    await rig.pass(5_000);
    expect([refused.result, silent.result]).toEqual(['exception', 'timeout']);
    expect(rig.driver.writes).toHaveLength(2);
    expect(rig.recorder.status('link').state).toBe('online');
    expect(rig.recorder.of('pump/p0').every(({ quality }) => quality === 'good')).toBe(true);
  });

  it('that loses the connection says so, with all that wait; none is sent on the next one', async () => {
    rig.start(device('pump', 1));
    await rig.pass(1_500);
    rig.driver.writeOutcome = () => 'lost';
    const all = [write(), write(), write()];
    await rig.pass(10_000);
    expect(all.map(({ result }) => result)).toEqual(['connection-lost', 'link-down', 'link-down']);
    expect(rig.driver.writes).toHaveLength(1);
    expect(rig.recorder.status('link').state).toBe('online');
  });

  it('is refused while the link is not up, before the first answer and after a loss', async () => {
    rig.driver.outcome = () => 'timeout';
    rig.start(device('pump', 1));
    const early = write();
    await rig.pass(50);
    const unanswered = write();
    rig.driver.outcome = () => 'answer';
    await rig.pass(3_000);
    rig.driver.canConnect = () => false;
    rig.driver.drop('gone');
    await rig.pass(10);
    const late = write();
    await rig.pass(10);
    expect([early, unanswered, late].map(({ result }) => result)).toEqual(Array(3).fill('link-down'));
    expect(rig.driver.writes).toEqual([]);
  });

  it('to a device that is known to be silent is refused at once, to another it is not', async () => {
    rig.start(device('live', 1), device('dead', 2));
    rig.driver.outcome = ({ label }) => (label.startsWith('dead') ? 'timeout' : 'answer');
    await rig.pass(3_000);
    const [live, dead] = [write(0), write(1)];
    await rig.pass(50);
    expect([live.result, dead.result]).toEqual(['done', 'link-down']);
  });

  it('whose turn comes when it is not allowed any more is not sent; what waits behind it is', async () => {
    rig.start(device('pump', 1));
    await rig.pass(1_500);
    rig.driver.latencyMs = 400;
    let isAllowed = true;
    const gate = () => (isAllowed ? null : new RiserError('locked-out', { by: 'li', reason: 'bearing' }));
    const first = write();
    const second = outcome(rig.recorder.acquisition.write(0, 43, gate));
    const third = write(0, 44);
    await rig.pass(100);
    isAllowed = false;
    await rig.pass(2_000);
    expect([first, second, third].map(({ result }) => result)).toEqual(['done', 'locked-out', 'done']);
    expect(rig.driver.writes.map(({ label }) => label)).toEqual(['pump/p0 = 42', 'pump/p0 = 44']);
  });

  it('ends with `stopped` when the gateway stops, sent or not', async () => {
    rig.start(device('pump', 1));
    await rig.pass(1_500);
    rig.driver.writeOutcome = () => 'hang';
    const all = [write(), write()];
    await rig.pass(10);
    await rig.recorder.acquisition.stop();
    const late = write();
    await rig.pass(10);
    expect([...all, late].map(({ result }) => result)).toEqual(['stopped', 'link-down', 'link-down']);
  });

  it('that the driver never ends is given up, and so is its connection; the polls go on', async () => {
    rig.start(device('pump', 1));
    await rig.pass(1_500);
    rig.driver.writeOutcome = () => 'hang';
    const hanging = write();
    await rig.pass(15_000);
    expect(hanging.result).toBe('connection-lost');
    expect(rig.recorder.counter('link', 'overdue')).toBe(1);
    expect(rig.recorder.qualities()).toEqual({ 'pump/p0': 'good' });
  });

  it('beyond the queue is refused, and one that has waited for 30 s is not sent any more', async () => {
    rig.driver.habits = { timeoutMs: 5_000 };
    rig.start(device('pump', 1));
    await rig.pass(1_500);
    rig.driver.outcome = () => 'timeout';
    await rig.pass(1_000);
    const all = Array.from({ length: LIMITS.linkCommands + 1 }, () => write());
    await rig.pass(1);
    expect(all.at(-1)!.result).toBe('write-busy');
    expect(all.filter(({ result }) => result === null)).toHaveLength(LIMITS.linkCommands);
    rig.driver.outcome = () => 'answer';
    await rig.pass(60_000);
    expect(all.every(({ result }) => result !== null)).toBe(true);
  });

  it('after write without a pause leaves the polls their turns', async () => {
    rig.start(device('pump', 1, 1, 100));
    await rig.pass(1_000);
    const isOver = Date.now() + 5_000;
    const flood = async (): Promise<void> => {
      while (Date.now() < isOver) await rig.recorder.acquisition.write(0, 1);
    };
    const floods = Promise.all([flood(), flood(), flood()]);
    const before = rig.readsOf('pump').length;
    await rig.pass(5_100);
    await floods;
    expect(rig.readsOf('pump').length - before).toBeGreaterThan(40);
    expect(rig.recorder.of('pump/p0').every(({ quality }) => quality === 'good')).toBe(true);
  });

  it('to a point that is read only, or whose protocol tells instead of being asked, is not possible', async () => {
    const readOnly = { ...device('pump', 1), points: [{ name: 'p0' }] };
    rig.start(readOnly);
    await rig.pass(1_500);
    const refused = write();
    delete (rig.driver as { toWrite?: unknown }).toWrite;
    await rig.pass(10);
    expect(refused.result).toBe('not-writable');
    const push = record(createTestModel({ equipment: [device('lift', 1)] }), createFakePushDriver());
    const both = [outcome(push.acquisition.write(0, 1)), outcome(push.acquisition.read(0))];
    await rig.pass(10);
    expect(both.map(({ result }) => result)).toEqual(['not-writable', 'not-writable']);
    await push.acquisition.stop();
  });
});

describe('a read out of turn', () => {
  it('asks for the one point alone, gives its sample and emits it', async () => {
    rig.start(device('pump', 1, 5, 10_000));
    await rig.pass(1_500);
    const before = rig.recorder.of('pump/p3').length;
    const sample = rig.recorder.acquisition.read(3);
    await rig.pass(20);
    expect(await sample).toMatchObject({ point: 3, value: 3, quality: 0 });
    expect(rig.driver.reads.at(-1)!.request.points).toEqual([3]);
    expect(rig.recorder.of('pump/p3').length).toBe(before + 1);
    expect(rig.recorder.of('pump/p2').length).toBe(1);
  });

  it('that is refused or times out leaves what is known of the point', async () => {
    rig.start(device('pump', 1, 2, 10_000));
    await rig.pass(1_500);
    rig.driver.outcome = ({ points }) => (points.length === 1 ? 2 : 'answer');
    const refused = read(1);
    await rig.pass(20);
    rig.driver.outcome = ({ points }) => (points.length === 1 ? 'timeout' : 'answer');
    const silent = read(1);
    await rig.pass(200);
    expect([refused.result, silent.result]).toEqual(['exception', 'timeout']);
    expect(rig.recorder.qualities()).toEqual({ 'pump/p0': 'good', 'pump/p1': 'good' });
  });
});
