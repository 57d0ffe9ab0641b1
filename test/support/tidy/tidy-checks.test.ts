/** Shows that every tidy rule can fail, and that it leaves good code alone: small samples in memory. */
import { describe, expect, test } from 'vitest';
import { checkCompose, checkDockerfile, checkReadmeCommands, toCommandNames } from './documents.ts';
import {
  checkAny,
  checkDefaultExports,
  checkErasable,
  checkHeaders,
  checkMachinePaths,
  checkNames,
  checkSuppressions,
  checkTestModifiers,
  checkTextPaths,
  checkUndone,
} from './form.ts';
import { checkImportDirections } from './layers.ts';
import { checkLock, checkPackages } from './packages.ts';
import type { PluginTable } from './plugins.ts';
import { checkPluginsApart, checkPluginTables } from './plugins.ts';
import { checkPurity } from './purity.ts';
import { checkFileLengths, checkFunctionLengths, MAX_FILE_LINES, MAX_TEST_FILE_LINES } from './size.ts';
import type { Finding, Source } from './source.ts';
import { parseSource, toFindingLine } from './source.ts';

type Check = (sources: readonly Source[]) => readonly Finding[];

/** `file:line` of each finding. */
function places(check: Check, files: Readonly<Record<string, string>>): readonly string[] {
  const sources = Object.entries(files).map(([path, text]) => parseSource(path, text));
  return check(sources).map(({ file, line }) => `${file}:${line}`);
}

const importOf = (path: string) => `import { x } from '${path}';\nexport const y = x;`;
const typeOf = (path: string) => `import type { X } from '${path}';\nexport type Y = X;`;

describe('parsing', () => {
  test('finds static, dynamic, type and re-exporting imports with their lines', () => {
    const text = [
      `import type { A } from './a.ts';`,
      `import { type B } from './b.ts';`,
      `import c, { type D } from './c.ts';`,
      `export * from './d.ts';`,
      `export { e } from './e.ts';`,
      `export const f = () => import('./f.ts');`,
      `export type G = import('./g.ts').G;`,
      `import './h.ts';`,
    ].join('\n');
    const found = parseSource('src/core/sample.ts', text).imports.map((item) => [
      item.specifier,
      item.isTypeOnly,
      item.line,
    ]);
    expect(found).toEqual([
      ['./a.ts', true, 1],
      ['./b.ts', true, 2],
      ['./c.ts', false, 3],
      ['./d.ts', false, 4],
      ['./e.ts', false, 5],
      ['./f.ts', false, 6],
      ['./g.ts', true, 7],
      ['./h.ts', false, 8],
    ]);
  });

  test('names file and line of a syntax error', () => {
    expect(() => parseSource('src/core/broken.ts', 'const a = 1;\nconst = 2;')).toThrow(
      'src/core/broken.ts:2',
    );
  });

  test('a finding reads as file, line and message', () => {
    expect(toFindingLine({ file: 'a.ts', line: 3, message: 'no' })).toBe('a.ts:3: no');
  });
});

describe('import directions', () => {
  test.each([
    ['core must import nothing of ours', 'src/core/a.ts', importOf('../config/model.ts')],
    ['core must not import types of contracts either', 'src/core/a.ts', typeOf('../store/store.ts')],
    ['a stage must not import another', 'src/alarms/a.ts', importOf('../tickets/clocks.ts')],
    ['a stage must not import types of another', 'src/alarms/a.ts', typeOf('../tickets/clocks.ts')],
    ['a stage must not import a contract by value', 'src/tickets/a.ts', importOf('../store/store.ts')],
    [
      'a driver must not import acquisition',
      'src/drivers/modbus/a.ts',
      importOf('../../acquisition/loop.ts'),
    ],
    ['a stage must not import the engine', 'src/rules/a.ts', importOf('../engine/engine.ts')],
    ['no part imports the composition', 'src/api/a.ts', importOf('../app.ts')],
    ['no part imports the command line', 'src/engine/a.ts', importOf('../cli/check.ts')],
    ['the gateway must not import simulators', 'src/simulation/a.ts', typeOf('../../simulators/main.ts')],
    ['simulators must not import the gateway', 'simulators/a.ts', typeOf('../src/core/ids.ts')],
    ['production must not import tests', 'src/app.ts', importOf('../test/support/poll.ts')],
    ['the page must not import values of core', 'src/web/a.ts', importOf('../core/quality.ts')],
    ['the page must not import types of the store', 'src/web/a.ts', typeOf('../store/store.ts')],
    [
      'a dynamic import is an import',
      'src/alarms/a.ts',
      `export const x = () => import('../tickets/clocks.ts');`,
    ],
    ['a re-export is an import', 'src/alarms/a.ts', `export * from '../tickets/clocks.ts';`],
    ['a part must be in the table', 'src/surprise/a.ts', importOf('../core/ids.ts')],
  ])('%s', (_rule, path, text) => {
    expect(places(checkImportDirections, { [path]: text })).toEqual([`${path}:1`]);
  });

  test.each([
    ['everybody imports core', 'src/alarms/a.ts', importOf('../core/ids.ts')],
    ['a part imports itself', 'src/web/pages/a.ts', importOf('../live/readings.ts')],
    ['types of a contract', 'src/acquisition/a.ts', typeOf('../drivers/driver.ts')],
    ['the page may know types of the API', 'src/web/a.ts', typeOf('../api/schemas.ts')],
    ['the engine joins the stages', 'src/engine/a.ts', importOf('../tickets/clocks.ts')],
    ['the composition imports everything', 'src/app.ts', importOf('./alarms/step.ts')],
    ['the command line imports everything', 'src/cli/check.ts', importOf('../config/load.ts')],
    ['tests import everything', 'test/alarms/a.test.ts', importOf('../../src/alarms/step.ts')],
    ['how the tests run is a matter of the tests', 'vitest.config.ts', importOf('./test/support/seed.ts')],
  ])('allowed: %s', (_rule, path, text) => {
    expect(places(checkImportDirections, { [path]: text })).toEqual([]);
  });
});

describe('packages', () => {
  const manifest = {
    dependencies: { yaml: '1', '@fastify/sse': '1' },
    devDependencies: { vitest: '1', react: '1', vite: '1' },
  };
  const check: Check = (sources) => checkPackages(sources, manifest);

  test.each([
    ['a development package in production', 'src/app.ts', importOf('vite')],
    ['a test package in the page', 'src/web/a.ts', importOf('vitest')],
    ['a package that is not in package.json', 'test/a.test.ts', importOf('left-pad')],
    ['a built-in module without node:', 'src/app.ts', importOf('fs')],
    ['a built-in module in the page', 'src/web/a.ts', importOf('node:fs')],
  ])('refused: %s', (_rule, path, text) => {
    expect(places(check, { [path]: text })).toEqual([`${path}:1`]);
  });

  test('dependencies, bundled packages of the page and tools of tests are in order', () => {
    const files = {
      'src/app.ts': importOf('@fastify/sse/client'),
      'simulators/a.ts': importOf('yaml'),
      'src/web/a.tsx': importOf('react'),
      'test/a.test.ts': importOf('vitest'),
    };
    expect(places(check, files)).toEqual([]);
  });
});

test('a lock file that names where packages were loaded from is found', () => {
  const text = '{\n  "integrity": "sha512-x",\n  "resolved": "https://mirror.example/x.tgz"\n}';
  expect(checkLock(text).map(({ line }) => line)).toEqual([3]);
});

describe('purity', () => {
  test.each([
    'export const x = Date.now();',
    'export const x = new Date();',
    'export const x = Date();',
    'export const clock = Date.now;',
    'export const x = performance.now();',
    'export const x = Math.random();',
    'setTimeout(() => {}, 1);',
    'setInterval(() => {}, 1);',
    'export const x = process.env;',
    'export const x = { process };',
    'console.log(1);',
    `import { readFileSync } from 'node:fs';`,
    `import net from 'node:net';`,
    `import { randomUUID } from 'node:crypto';`,
    `import { resolve } from 'node:path';`,
    `import * as crypto from 'node:crypto';`,
    `export const x = () => import('node:child_process');`,
  ])('refused in a pure part: %s', (text) => {
    expect(places(checkPurity, { 'src/alarms/a.ts': text })).toEqual(['src/alarms/a.ts:1']);
  });

  test.each([
    'export const x = new Date(0);',
    'export const x = (now: number) => new Date(now).getTime();',
    'export const x = (job: { process: number }) => job.process;',
    'export const x = { process: 1 };',
    'export const x = Math.round(1.5);',
    `import { createHash } from 'node:crypto';`,
    `import { basename } from 'node:path';`,
    `import type { Socket } from 'node:net';`,
  ])('allowed in a pure part: %s', (text) => {
    expect(places(checkPurity, { 'src/core/a.ts': text })).toEqual([]);
  });

  test('single files of other parts are pure too', () => {
    const text = 'export const now = Date.now();';
    expect(places(checkPurity, { 'src/writing/step.ts': text, 'src/writing/records.ts': text })).toEqual([
      'src/writing/step.ts:1',
    ]);
  });

  test('other parts may use the world', () => {
    expect(places(checkPurity, { 'src/acquisition/a.ts': 'setTimeout(() => Date.now(), 1);' })).toEqual([]);
  });
});

describe('size', () => {
  const lines = (count: number) => Array.from({ length: count }, (_, at) => `  work(${at});`).join('\n');
  const body = (count: number) => `function f() {\n${lines(count - 2)}\n}`;

  test('a function of 70 lines is in order, of 71 is not', () => {
    expect(places(checkFunctionLengths, { 'src/a.ts': body(70) })).toEqual([]);
    expect(places(checkFunctionLengths, { 'src/a.ts': `\n\n${body(71)}` })).toEqual(['src/a.ts:3']);
  });

  test('arrow functions and methods count as functions', () => {
    const text = `export const f = () => {\n${lines(70)}\n};\nclass A {\n  m() {\n${lines(70)}\n}\n}`;
    expect(places(checkFunctionLengths, { 'simulators/a.ts': text })).toHaveLength(2);
  });

  test('blank lines and comments do not count', () => {
    const text = `function f() {\n${'\n  // why\n  /* because\n  of it */'.repeat(30)}\n${lines(60)}\n}`;
    expect(places(checkFunctionLengths, { 'src/a.ts': text })).toEqual([]);
  });

  test('a file beyond its limit is named, tests may be longer', () => {
    const long = 'export {};\n'.repeat(MAX_FILE_LINES + 1);
    expect(places(checkFileLengths, { 'src/a.ts': long, 'test/a.ts': long })).toEqual([
      `src/a.ts:${MAX_FILE_LINES + 1}`,
    ]);
    const longer = 'export {};\n'.repeat(MAX_TEST_FILE_LINES + 1);
    expect(places(checkFileLengths, { 'test/a.ts': longer })).toEqual([
      `test/a.ts:${MAX_TEST_FILE_LINES + 1}`,
    ]);
    expect(places(checkFileLengths, { 'src/a.ts': 'export {};\n'.repeat(MAX_FILE_LINES) })).toEqual([]);
  });
});

describe('plug-ins', () => {
  const byType: readonly PluginTable[] = [
    { folder: 'src/rules', tables: ['src/rules/index.ts'], unit: { type: 'RuleType' } },
  ];
  const byFolder: readonly PluginTable[] = [
    { folder: 'src/drivers', tables: ['src/drivers/index.ts'], unit: 'folder' },
  ];
  const rule = (name: string) => `export const ${name}: RuleType = make();`;

  test('a rule type that is missing from the table is found; a helper is none', () => {
    const files = {
      'src/rules/index.ts': `import { a } from './a.ts';`,
      'src/rules/a.ts': rule('a'),
      'src/rules/b.ts': rule('b'),
      'src/rules/delay.ts': 'export const delay = 1;',
    };
    expect(places((sources) => checkPluginTables(sources, byType), files)).toEqual(['src/rules/b.ts:1']);
  });

  test.each([
    'export const b = make() satisfies RuleType;',
    'export function createB(): RuleType { return make(); }',
    'export async function createB(): Promise<RuleType> { return make(); }',
    'export const createB = (): RuleType => make();',
  ])('a plug-in is known by its type: %s', (text) => {
    const files = { 'src/rules/index.ts': '', 'src/rules/b.ts': text };
    expect(places((sources) => checkPluginTables(sources, byType), files)).toEqual(['src/rules/b.ts:1']);
  });

  test('a driver folder that is missing from the table is found', () => {
    const files = {
      'src/drivers/index.ts': `export const load = () => import('./modbus/driver.ts');`,
      'src/drivers/modbus/driver.ts': '',
      'src/drivers/modbus/framing.ts': '',
      'src/drivers/opcua/driver.ts': '',
    };
    expect(places((sources) => checkPluginTables(sources, byFolder), files)).toEqual([
      'src/drivers/opcua/driver.ts:1',
    ]);
  });

  test('plug-ins that import each other are found', () => {
    const files = {
      'src/drivers/modbus/driver.ts': importOf('./framing.ts'),
      'src/drivers/modbus/framing.ts': '',
      'src/drivers/opcua/driver.ts': typeOf('../modbus/framing.ts'),
    };
    expect(places((sources) => checkPluginsApart(sources, byFolder), files)).toEqual([
      'src/drivers/opcua/driver.ts:1',
    ]);
    const rules = {
      'src/rules/a.ts': `import { b } from './b.ts';\n${rule('a')}`,
      'src/rules/b.ts': rule('b'),
    };
    expect(places((sources) => checkPluginsApart(sources, byType), rules)).toEqual(['src/rules/a.ts:1']);
  });
});

describe('form', () => {
  test.each(['src/core/systemClock.ts', 'src/core/Clock.ts', 'src/core/system_clock.ts', 'test/a.spec.ts'])(
    'refused as a file name: %s',
    (path) => expect(places(checkNames, { [path]: '' })).toEqual([`${path}:1`]),
  );

  test.each([
    'src/core/system-clock.ts',
    'src/web/vite.config.ts',
    'test/core/a1-b.test.ts',
    'src/web/app.tsx',
  ])('allowed as a file name: %s', (path) => expect(places(checkNames, { [path]: '' })).toEqual([]));

  test.each([
    'export {};',
    '\nexport {};\n/** Too late: this comment stands behind. */',
    '// x\nexport {};',
    '',
  ])('refused as the beginning of a file: %j', (text) =>
    expect(places(checkHeaders, { 'src/a.ts': text })).toEqual(['src/a.ts:1']),
  );

  test('a header comment is seen, behind a #! line too', () => {
    const header = '/** What it does and what not. */\nexport {};';
    expect(
      places(checkHeaders, { 'src/a.ts': header, 'src/b.ts': `#!/usr/bin/env node\n${header}` }),
    ).toEqual([]);
  });

  test.each([
    'enum Colour { Red }',
    'export const enum Colour { Red }',
    'namespace Colours { export const red = 1; }',
    'class A { constructor(readonly name: string) {} }',
    '@decorated class A {}',
    `import fs = require('node:fs');`,
  ])('not erasable: %s', (text) => {
    expect(places(checkErasable, { 'src/a.ts': text })).toEqual(['src/a.ts:1']);
  });

  test('declarations without run-time meaning are erasable', () => {
    const text =
      'declare module "x" { const y: number; }\ndeclare global { interface A {} }\nexport type B = A;';
    expect(places(checkErasable, { 'src/a.ts': text })).toEqual([]);
  });

  test('a default export is found except where a tool demands it', () => {
    const text = 'export default 1;';
    const files = { 'src/a.ts': text, 'vitest.config.ts': text, 'src/web/page.tsx': text };
    expect(places(checkDefaultExports, files)).toEqual(['src/a.ts:1']);
  });

  test('any is found wherever it is written, but not in text', () => {
    const text = `export const a = 1 as any;\nexport type B = any[];\nexport const c = 'as any';\n// as any`;
    expect(places(checkAny, { 'test/a.ts': text })).toEqual(['test/a.ts:1', 'test/a.ts:2']);
  });

  test.each([
    '// @ts-ignore because the library is wrong',
    '// @ts-nocheck',
    '// @ts-expect-error',
    '// eslint-disable-next-line no-console',
    '/* oxlint-disable no-console */',
    '// biome-ignore format: x',
  ])('refused without a good reason: %s', (text) => {
    expect(places(checkSuppressions, { 'src/a.ts': text })).toEqual(['src/a.ts:1']);
  });

  test.each([
    '// @ts-expect-error the test hands in a wrong type on purpose',
    '// oxlint-disable-next-line no-console -- the command line talks to people',
    '// biome-ignore format: the table is easier to read like this',
  ])('allowed with a reason: %s', (text) => {
    expect(places(checkSuppressions, { 'src/a.ts': text })).toEqual([]);
  });

  test('what is left to do is found in comments only', () => {
    const text = `// TODO: later\nexport const a = 'TODO';\n/* FIXME */`;
    expect(places(checkUndone, { 'src/a.ts': text })).toEqual(['src/a.ts:1', 'src/a.ts:3']);
  });

  test.each([
    'it.only("x", f);',
    'describe.skip("x", f);',
    'test.skipIf(slow)("x", f);',
    'context.skip();',
    'test.concurrent.only("x", f);',
  ])('refused in a test: %s', (text) =>
    expect(places(checkTestModifiers, { 'test/a.test.ts': text })).toEqual(['test/a.test.ts:1']),
  );

  test('requireTool may skip, and other things may be called so', () => {
    const files = {
      'test/support/require-tool.ts': 'describe.skip("x", f);',
      'test/a.test.ts': 'reader.skip(4); test.each([1])("x", f);',
    };
    expect(places(checkTestModifiers, files)).toEqual([]);
  });
});

describe('paths of one machine', () => {
  test('are found in strings, templates and comments of the product', () => {
    const text = `export const a = '/tmp/x';\nexport const b = \`/work/x\`;\n// see /home/me/x\nexport const c = '/var/lib/riser';`;
    expect(places(checkMachinePaths, { 'src/a.ts': text })).toEqual([
      'src/a.ts:1',
      'src/a.ts:2',
      'src/a.ts:3',
    ]);
  });

  test('are found in documents', () => {
    expect(checkTextPaths('README.md', 'fine: ./data\nbad: `/root/riser`').map(toFindingLine)).toEqual([
      'README.md:2: names a folder of one machine',
    ]);
  });

  test('addresses and routes are none', () => {
    const text = `export const a = '/api/v1/work/x';\nexport const b = 'http://host/tmp/x';\n// network/home/x`;
    expect(places(checkMachinePaths, { 'src/a.ts': text })).toEqual([]);
  });
});

describe('documents', () => {
  test('the commands are those of the table in main.ts', () => {
    const table = `const COMMANDS: Table = { demo: { summary: '' }, 'test-rules': { summary: '' } };`;
    expect(toCommandNames(parseSource('src/main.ts', table))).toEqual(['demo', 'test-rules']);
    expect(() => toCommandNames(parseSource('src/main.ts', 'const X = {};'))).toThrow('no table COMMANDS');
  });

  test('a command that the README does not show, or that does not exist, is named', () => {
    const readme = 'node src/main.ts check --config FILE\nnode src/main.ts explode --help';
    expect(checkReadmeCommands(readme, ['check', 'user']).map(({ message }) => message)).toEqual([
      'does not show the command `main.ts user`',
      'shows an unknown command `main.ts explode`',
    ]);
    expect(checkReadmeCommands('', []).map(({ message }) => message)).toEqual(['does not mention --help']);
  });

  test('a Dockerfile that copies what does not exist is found', () => {
    const text = 'FROM x\nCOPY . .\nCOPY package.json gone.json ./\nCOPY --from=build /app/dist ./dist';
    expect(checkDockerfile(text, (path) => path === 'package.json').map(toFindingLine)).toEqual([
      'Dockerfile:3: copies gone.json, which does not exist',
    ]);
  });

  test('a compose file is searched for what it names but does not have', () => {
    const text = [
      'services:',
      '  a:',
      '    image: x',
      '    depends_on: [gone]',
      '    environment:',
      '      A_PASSWORD: secret',
      '    volumes: ["./gone.conf:/x:ro", "data:/data"]',
      '  b: {}',
    ].join('\n');
    expect(checkCompose(text, () => false).map(toFindingLine)).toEqual([
      'compose.yaml:2: a: mounts ./gone.conf, which does not exist',
      'compose.yaml:2: a: uses volume data, which is not declared',
      'compose.yaml:2: a: depends on unknown gone',
      'compose.yaml:2: a: A_PASSWORD is not asked for with ${…:?…}',
      'compose.yaml:8: b: has neither image nor build',
    ]);
  });

  test('a compose file that does not parse is found', () => {
    expect(checkCompose('services:\n\ta: 1', () => true)).not.toEqual([]);
  });
});
