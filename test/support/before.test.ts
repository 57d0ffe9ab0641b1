/** What comes before the tests: nothing of `npm run types` and `npm run lint` is left out, and no failure is overlooked. */
import { expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { BEFORE, type Ended, runCommand, runSteps, type Step } from './before.ts';

const toLines = (steps: readonly Step[]): readonly string[] =>
  steps.flatMap(({ command, next = [] }) => [command.join(' '), ...toLines(next)]);

test('all that types and lint are by themselves is checked, and the tools are brought', () => {
  const { types, lint } = packageJson.scripts;
  const wanted = [...types.split(' && '), ...lint.split(' && ')];
  const found = toLines(BEFORE).map((line) => line.replace(' --checkers 1', ''));
  expect(found.toSorted()).toEqual([...wanted, `${process.execPath} test/support/pretest.ts`].toSorted());
});

test('steps stand beside each other, and behind the one that names them', async () => {
  const said: string[] = [];
  const ends = new Map<string, (ended: Ended) => void>();
  const run = ([program]: Step['command']): Promise<Ended> => {
    said.push(program);
    return new Promise((resolve) => ends.set(program, resolve));
  };
  const steps: readonly Step[] = [{ command: ['a'], next: [{ command: ['b'] }] }, { command: ['c'] }];
  const running = runSteps(steps, run, (line) => said.push(line));
  expect(said).toEqual(['a', 'c']);
  ends.get('a')?.({ code: 0, output: 'a is well\n' });
  await expect.poll(() => said).toEqual(['a', 'c', 'a is well', 'b']);
  ends.get('c')?.({ code: 0, output: '\n' });
  ends.get('b')?.({ code: 0, output: '' });
  expect(await running).toBe(true);
  expect(said).toHaveLength(4);
});

test('one that fails is named, the others run all the same, and the whole has failed', async () => {
  const said: string[] = [];
  const run = async ([program]: Step['command']): Promise<Ended> => ({
    code: program === 'bad' ? 2 : 0,
    output: `${program} said`,
  });
  const after: Step = { command: ['after'] };
  const print = (line: string): void => void said.push(line);
  expect(await runSteps([{ command: ['bad', '-x'], next: [after] }], run, print)).toBe(false);
  expect(said).toEqual(['bad said', 'bad -x: exit code 2', 'after said']);
  expect(await runSteps([{ command: ['good'], next: [{ command: ['bad'] }] }], run, print)).toBe(false);
});

test('a command is heard on both streams, and a signal or a program that is not there is a failure', async () => {
  const node = (script: string): Promise<Ended> => runCommand([process.execPath, '--eval', script]);
  const talk = await node(`console.log('out'); console.error('err'); process.exitCode = 3;`);
  expect({ ...talk, output: talk.output.split('\n').toSorted() }).toEqual({
    code: 3,
    output: ['', 'err', 'out'],
  });
  expect(await node(`process.kill(process.pid, 'SIGKILL')`)).toEqual({ code: 1, output: '' });
  const nobody = await runCommand(['riser-no-such-program']);
  expect(nobody).toEqual({ code: 127, output: expect.stringContaining('ENOENT') });
});
