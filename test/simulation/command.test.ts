/** `simulate` as a person runs it. */
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createControlServer } from '../../simulators/control/server.ts';
import { createFrameLog } from '../../simulators/frame-log.ts';
import { loadScenario } from '../../simulators/scenario.ts';
import { createSimulation } from '../../simulators/simulation.ts';
import { simulate as command } from '../../src/cli/simulate.ts';
import { startProcess } from '../support/process.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const quiet = fileURLToPath(new URL('../../simulators/scenarios/quiet.yaml', import.meta.url));
const ENDED_MS = 50_000;

afterEach(() => {
  vi.restoreAllMocks();
});

interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function simulate(...args: readonly string[]): Promise<Result> {
  const said = { stdout: '', stderr: '' };
  vi.spyOn(console, 'log').mockImplementation((text) => void (said.stdout += `${text}\n`));
  vi.spyOn(console, 'error').mockImplementation((text) => void (said.stderr += `${text}\n`));
  const code = await command(args);
  vi.restoreAllMocks();
  return { code, ...said };
}

/** The control interface alone: the wires of the building are not the command's business. */
async function withSimulators(use: (simulators: { readonly controlUrl: string }) => Promise<void>) {
  const control = createControlServer({
    simulation: createSimulation(loadScenario(quiet)),
    log: createFrameLog(() => 0),
    figures: () => ({}),
    publish: () => 'unknown-equipment',
  });
  try {
    await use({ controlUrl: `http://127.0.0.1:${await control.listen(0)}` });
  } finally {
    await control.close();
  }
}

describe('faults', () => {
  it('are injected, listed as active and cleared', () =>
    withSimulators(async ({ controlUrl }) => {
      const control = ['--control', controlUrl];
      expect(await simulate('inject', 'dws-1-pump-1', 'trip', ...control)).toMatchObject({ code: 0 });
      expect((await simulate('faults', ...control)).stdout).toMatch(
        /dws-1-pump-1 +trip +ACTIVE +水泵过流跳闸/,
      );
      expect(await simulate('clear', 'dws-1-pump-1', 'trip', ...control)).toMatchObject({ code: 0 });
      expect((await simulate('faults', ...control)).stdout).not.toContain('ACTIVE');
    }));

  it('that are not known are answered with the list of those that are', () =>
    withSimulators(async ({ controlUrl }) => {
      const { code, stderr } = await simulate('inject', 'dws-1', 'fire', '--control', controlUrl);
      expect(code).toBe(1);
      expect(stderr).toContain('Equipment dws-1 has no fault fire');
      expect(stderr).toContain('dry-running');
      expect(stderr).toContain('sump-1-pump-2');
    }));

  it('cannot be injected when no simulator runs', async () => {
    const { code, stderr } = await simulate(
      'inject',
      'dws-1',
      'dry-running',
      '--control',
      'http://127.0.0.1:9',
    );
    expect(code).toBe(1);
    expect(stderr).toContain('does not answer');
  });
});

describe('words that it does not understand', () => {
  const cases: readonly (readonly [string, readonly string[], string])[] = [
    ['an unknown scenario', ['bogus'], 'no scenario bogus; known: demo, quiet'],
    ['inject without a fault', ['inject', 'dws-1'], 'expected: simulate inject EQUIPMENT FAULT'],
    ['an unknown option', ['--fast'], '--fast'],
    ['a control address that is none', ['faults', '--control', 'here'], '--control here: expected http://'],
    ['a speed that is no number', ['quiet', '--speed', 'x'], '--speed NaN: expected 0.1 to 1000'],
  ];
  for (const [name, args, message] of cases) {
    it(`are refused with the reason: ${name}`, async () => {
      const { code, stderr } = await simulate(...args);
      expect(code).toBe(1);
      expect(stderr).toContain(message);
      expect(stderr).not.toMatch(/^\s+at /m);
    });
  }
});

it('--help says what there is, and what is refused ends the process with 1', async () => {
  const run = async (word: string) => {
    await using child = await startProcess(process.execPath, [main, 'simulate', word]);
    return { ...(await child.waitForExit(ENDED_MS)), said: child.stdout() + child.stderr() };
  };
  expect(await run('--help')).toMatchObject({
    code: 0,
    said: expect.stringContaining('simulate inject EQUIPMENT FAULT'),
  });
  expect(await run('bogus')).toMatchObject({ code: 1, said: expect.stringContaining('no scenario bogus') });
});
