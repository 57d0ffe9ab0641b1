/** The command as it is typed: what it refuses, and with which exit code. */
import { execFile } from 'node:child_process';
import { expect, test } from 'vitest';
import { toProjectPath } from '../../src/cli/paths.ts';

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly errors: string;
}

function run(file: string, ...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [toProjectPath(file), ...args], (error, out, errors) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, errors }),
    );
  });
}

const runBench = (...args: readonly string[]): Promise<Ended> => run('src/main.ts', 'bench', ...args);

test('help names every suite', async () => {
  const { code, out } = await runBench('--help');
  expect(code).toBe(0);
  for (const word of [
    'pipeline',
    'modbus',
    'peers',
    'mqtt',
    'opcua',
    'influx',
    'storage',
    'rules',
    'headline',
    'day',
    '--json',
    '--check',
    '--quick',
  ])
    expect(out).toContain(word);
});

test.each([
  [
    ['weather'],
    'one of pipeline, modbus, peers, mqtt, opcua, influx, storage, tickets, rules, headline, day',
  ],
  [
    ['pipeline', 'mqtt'],
    'one of pipeline, modbus, peers, mqtt, opcua, influx, storage, tickets, rules, headline, day',
  ],
  [
    ['toString'],
    'one of pipeline, modbus, peers, mqtt, opcua, influx, storage, tickets, rules, headline, day',
  ],
  [['--scale', '2'], 'a number above 0, at most 1'],
  [['--scale', 'much'], 'a number above 0, at most 1'],
  [['--fast'], '--fast'],
])('%o is refused with exit code 1 and nothing is measured', async (args, words) => {
  const { code, out, errors } = await run('bench/main.ts', ...args);
  expect(code).toBe(1);
  expect(errors).toContain(words);
  expect(out).toBe('');
});

test('what the program refuses the command ends with', async () => {
  const { code, errors } = await runBench('--scale', '2');
  expect([code, errors]).toEqual([1, expect.stringContaining('a number above 0, at most 1')]);
});
