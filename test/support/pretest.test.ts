/** What is done about missing tools on each kind of machine; nothing is installed here. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Machine } from './pretest.ts';
import { pretest, thisMachine, withoutServices } from './pretest.ts';
import { requireTool } from './require-tool.ts';
import { temporaryDirectory } from './temp.ts';
import type { Tool, ToolName } from './tools.ts';
import { findTool, isCi, TOOLS } from './tools.ts';

interface Recording extends Machine {
  readonly calls: string[];
  readonly lines: string[];
}

function createMachine(
  missing: readonly ToolName[],
  options: Partial<Machine> & { readonly broken?: readonly string[] } = {},
): Recording {
  const absent = new Set<string>(missing);
  const calls: string[] = [];
  const lines: string[] = [];
  return {
    calls,
    lines,
    canInstall: true,
    isCi: false,
    isMissing: (tool) => absent.has(tool),
    aptGet(args) {
      calls.push(args.join(' '));
      if (options.broken?.includes(args.at(-1) ?? '') === true) return 'apt-get failed: no such package';
      for (const tool of missing) if (args.at(-1) === TOOLS[tool].debianPackage) absent.delete(tool);
      return null;
    },
    withoutServices(install) {
      calls.push('services off');
      install();
      calls.push('services on');
    },
    print: (line) => lines.push(line),
    ...options,
  };
}

describe('pretest', () => {
  test('does nothing and says nothing when nothing is missing', () => {
    const machine = createMachine([], { isCi: true });
    expect([pretest(machine), machine.calls, machine.lines]).toEqual([0, [], []]);
  });

  test('installs only what is missing, after one update, while no service may start', () => {
    const machine = createMachine(['influxd', 'cjk-font'], { isCi: true });
    expect(pretest(machine)).toBe(0);
    expect(machine.calls).toEqual([
      'update',
      'services off',
      'install -y --no-install-recommends influxdb',
      'install -y --no-install-recommends fonts-wqy-microhei',
      'services on',
    ]);
    expect(machine.lines).toEqual(['installing influxdb fonts-wqy-microhei']);
  });

  test('a package that this distribution lacks does not keep the others away', () => {
    const machine = createMachine(['influxd', 'chromium'], { broken: ['influxdb'] });
    pretest(machine);
    expect([machine.isMissing('influxd'), machine.isMissing('chromium')]).toEqual([true, false]);
    expect(machine.lines.join('\n')).toContain('no such package');
  });

  test('a tool that is missing in the end fails under CI and is named', () => {
    const machine = createMachine(['chromium'], { broken: ['chromium'], isCi: true });
    expect(pretest(machine)).toBe(1);
    expect(machine.lines.at(-1)).toMatch(/^chromium is missing .*apt-get install chromium/);
  });

  test('elsewhere it is named as skipped and installs nothing', () => {
    const machine = createMachine(['influxd'], { canInstall: false });
    expect(pretest(machine)).toBe(0);
    expect(machine.calls).toEqual([]);
    expect(machine.lines.at(-1)).toBe('tests that need them will be skipped');
  });
});

describe('services while packages are installed', () => {
  const read = (path: string) => readFileSync(path, 'utf8');

  test('are forbidden during the run and as before afterwards', () => {
    const policy = join(temporaryDirectory(), 'policy-rc.d');
    withoutServices(() => expect(read(policy)).toContain('exit 101'), policy);
    expect(existsSync(policy)).toBe(false);
  });

  test('a policy of the machine comes back, also when the run throws', () => {
    const policy = join(temporaryDirectory(), 'policy-rc.d');
    writeFileSync(policy, 'own');
    const run = () =>
      withoutServices(() => {
        throw new Error('disk full');
      }, policy);
    expect(run).toThrow('disk full');
    expect(read(policy)).toBe('own');
  });

  test('a policy that a killed run left aside comes back', () => {
    const policy = join(temporaryDirectory(), 'policy-rc.d');
    writeFileSync(`${policy}.before-riser`, 'own');
    writeFileSync(policy, '#!/bin/sh\nexit 101\n');
    withoutServices(() => {}, policy);
    expect(read(policy)).toBe('own');
  });
});

describe('tools', () => {
  const tool: Tool = {
    purpose: '',
    debianPackage: '',
    variable: 'RISER_TEST_NO_SUCH_TOOL',
    paths: [],
    proof: null,
    hint: '',
  };

  test('a shim that is there but does not run is not the tool', () => {
    const shim = join(temporaryDirectory(), 'shim');
    writeFileSync(shim, '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    expect(findTool({ ...tool, paths: [shim], proof: ['--version'] })).toBeNull();
    expect(findTool({ ...tool, paths: [shim, process.execPath], proof: ['--version'] })).toBe(
      process.execPath,
    );
  });

  test('a plain file needs no proof', () => {
    const font = join(temporaryDirectory(), 'font.ttc');
    expect(findTool({ ...tool, paths: [font] })).toBeNull();
    writeFileSync(font, '');
    expect(findTool({ ...tool, paths: [font] })).toBe(font);
  });

  test('a missing tool skips elsewhere and fails under CI', () => {
    const [ci, path] = [process.env['CI'], process.env['RISER_INFLUXD']];
    process.env['RISER_INFLUXD'] = join(temporaryDirectory(), 'none');
    const warn = vi.spyOn(console, 'warn').mockReturnValue(undefined);
    onTestFinished(() => warn.mockRestore());
    const skip = (note?: string): never => {
      throw new Error(`skipped: ${note}`);
    };
    try {
      process.env['CI'] = 'true';
      expect(() => requireTool('influxd', { skip })).toThrow(/^influxd is missing/);
      process.env['CI'] = '';
      expect(() => requireTool('influxd', { skip })).toThrow(/^skipped: influxd is missing/);
      expect(warn).toHaveBeenCalledWith(expect.stringMatching(/^SKIPPED: influxd/));
    } finally {
      restore('CI', ci);
      restore('RISER_INFLUXD', path);
    }
  });

  test('CI is CI=true or CI=1', () => {
    expect([{ CI: 'true' }, { CI: '1' }, { CI: 'false' }, {}].map((env) => isCi(env))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}

test('the machine at hand really calls apt-get: a harmless question is answered, a wrong word is reported', () => {
  const machine = thisMachine();
  if (existsSync('/usr/bin/apt-get')) expect(machine.aptGet(['--version'])).toBeNull();
  expect(machine.aptGet(['no-such-command'])).toMatch(/^apt-get no-such-command failed/);
});
