/**
 * Rules of the tree itself (style.md 33). Each rule is a check of its own in test/support/tidy/, where it is also
 * shown to fail on small samples; here they judge the project. A failure lists `file:line: what is wrong`.
 */
import { describe, expect, test } from 'vitest';
import {
  checkCompose,
  checkDockerfile,
  checkReadmeCommands,
  toCommandNames,
} from './support/tidy/documents.ts';
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
} from './support/tidy/form.ts';
import { checkImportDirections } from './support/tidy/layers.ts';
import type { Manifest } from './support/tidy/packages.ts';
import { checkLock, checkPackages } from './support/tidy/packages.ts';
import { checkPluginsApart, checkPluginTables } from './support/tidy/plugins.ts';
import { hasFile, listFiles, readSources, readText } from './support/tidy/project.ts';
import { checkPurity } from './support/tidy/purity.ts';
import { checkFileLengths, checkFunctionLengths } from './support/tidy/size.ts';
import type { Finding } from './support/tidy/source.ts';
import { toFindingLine } from './support/tidy/source.ts';

const sources = readSources();
const manifest = JSON.parse(readText('package.json')) as Manifest;

/** Documents and data in which no path of one machine may stand. */
const DATA_FILES = [
  ...listFiles('config'),
  ...listFiles('devices'),
  ...listFiles('docs'),
  ...listFiles('docker'),
];
const ROOT_DOCUMENTS = ['README.md', 'CHANGELOG.md', 'Dockerfile', 'compose.yaml'];

function expectNone(findings: readonly Finding[]): void {
  expect(findings.map(toFindingLine)).toEqual([]);
}

test('the sources are found', () => {
  expect(sources.length).toBeGreaterThan(50);
  expect(sources.map(({ path }) => path)).toContain('src/core/ids.ts');
});

describe('imports', () => {
  test('follow the directions of the design', () => expectNone(checkImportDirections(sources)));
  test('name packages of production in production code', () => expectNone(checkPackages(sources, manifest)));
});

describe('pure parts', () => {
  test('use no clock, timer, randomness or outside world', () => expectNone(checkPurity(sources)));
});

describe('size', () => {
  test('no file is longer than its limit', () => expectNone(checkFileLengths(sources)));
  test('no function is longer than its limit', () => expectNone(checkFunctionLengths(sources)));
});

describe('plug-ins', () => {
  test('stand in their table', () => expectNone(checkPluginTables(sources)));
  test('do not import each other', () => expectNone(checkPluginsApart(sources)));
});

describe('form', () => {
  test('file names are kebab-case', () => expectNone(checkNames(sources)));
  test('every file begins with a comment that says what it does', () => expectNone(checkHeaders(sources)));
  test('all TypeScript is erasable', () => expectNone(checkErasable(sources)));
  test('nothing is exported as default', () => expectNone(checkDefaultExports(sources)));
  test('there is no any', () => expectNone(checkAny(sources)));
  test('whatever silences a checker gives its reason', () => expectNone(checkSuppressions(sources)));
  test('nothing is left to do in a comment', () => expectNone(checkUndone(sources)));
  test('no test is skipped or singled out', () => expectNone(checkTestModifiers(sources)));
});

describe('paths of one machine', () => {
  test('stand in no source', () => expectNone(checkMachinePaths(sources)));
  test('and addresses stand not in the lock file', () =>
    expectNone(checkLock(readText('package-lock.json'))));
  test('stand in no document or data file', () => {
    const files = [...DATA_FILES, ...ROOT_DOCUMENTS].filter(hasFile);
    expectNone(files.flatMap((path) => checkTextPaths(path, readText(path))));
  });
});

describe('documents', () => {
  test('the README shows every command', () => {
    const readme = hasFile('README.md') ? readText('README.md') : '';
    const main = sources.find(({ path }) => path === 'src/main.ts');
    expectNone(checkReadmeCommands(readme, main === undefined ? [] : toCommandNames(main)));
  });
  test('the Dockerfile copies what exists', () =>
    expectNone(checkDockerfile(readText('Dockerfile'), hasFile)));
  test('the compose file parses and names what exists', () =>
    expectNone(checkCompose(readText('compose.yaml'), hasFile)));
});
