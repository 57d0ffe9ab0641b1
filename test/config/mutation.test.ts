/** Whatever is done to a sound file, the answer is a model or a list of problems, never another error. */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { testRuns } from '../support/effort.ts';
import { testSeed } from '../support/seed.ts';
import { temporaryDirectory } from '../support/temp.ts';
import { CASES, load, PROFILES, problemsOf } from './support/load.ts';
import { SMALL_POLICY } from './support/policy.ts';

const RULES = `rules: [{ id: pressure-low, lo: { limit: 3 }, calendar: office }, { id: pump-1/tripped, enabled: false }, { id: offline, onDelayMs: 60000 }, { id: dry, type: state, severity: low, text: { zh: 干, en: Dry }, point: gateway/store-healthy, in: [0] }]`;
const SITE = `${readFileSync(join(CASES, 'sound.yaml'), 'utf8').replace('unit: 3 }', `unit: 3, ${RULES} }`)}calendars:
  - { id: office, name: { zh: 办公, en: Office }, week: { mon-fri: ["08:30-12:00", "22:00-06:00"] }, days: holidays-cn, holiday: [] }
contacts: [{ id: plumber, name: { zh: 水工, en: Plumber }, method: "1" }]
http: { port: "\${PORT:-8080}" }
influx: { url: "http://192.0.2.9:8086", database: riser, password: "\${PORT:-12}" }
journal: { maxBytes: 8GiB }
`;
const PROFILE = readFileSync(join(PROFILES, 'pump-set.yaml'), 'utf8');
const POLICY = SMALL_POLICY;
/** Of each file and kind of change. */
const RUNS = testRuns(25);

/** A directory with the three files; what is given replaces the sound one. */
function writeAll(directory: string, files: { site?: string; profile?: string; policy?: string }): string {
  const path = join(directory, 'site.yaml');
  writeFileSync(path, files.site ?? `${SITE}policy: policy.yaml\nprofiles: [.]\n`);
  writeFileSync(join(directory, 'pump-set.yaml'), files.profile ?? PROFILE);
  writeFileSync(join(directory, 'policy.yaml'), files.policy ?? POLICY);
  copyFileSync(join(CASES, 'more/secret.txt'), join(directory, 'secret.txt'));
  return path;
}

/** Throws what is not a ConfigError; every line has its form. */
function expectModelOrProblems(path: string): void {
  for (const line of problemsOf(path)) expect(line).toMatch(/^\S+:\d+:\d+ \S.*: expected .+, found .+/s);
}

type Edit = { readonly at: number; readonly drop: number; readonly insert: string };
const edits = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    drop: fc.nat(20),
    insert: fc.oneof(
      fc.string({ maxLength: 6 }),
      fc.constantFrom('\t', '\n', '- ', ': ', '{', ']', '"', '*a', '&a ', '!t ', '${', '|', '#'),
    ),
  }),
  { minLength: 1, maxLength: 4 },
);

function applyEdits(text: string, list: readonly Edit[]): string {
  return list.reduce((held, { at, drop, insert }) => {
    const from = Math.floor(at * held.length);
    return held.slice(0, from) + insert + held.slice(from + drop);
  }, text);
}

const anything = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    1.5,
    1e300,
    '',
    'x',
    'offline',
    'gateway',
    'life-safety',
    '${X}',
    'file:secret.txt',
    [],
    {},
    '__proto__',
  ),
  fc.jsonValue({ maxDepth: 2 }),
);

/** Replaces, removes or doubles one place of the document, chosen by `at`. */
function replaceNode(
  root: unknown,
  at: number,
  action: 'replace' | 'remove' | 'double',
  value: unknown,
): unknown {
  const places: { holder: Record<string, unknown> | unknown[]; key: string }[] = [];
  const collect = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const key of Object.keys(node)) {
      places.push({ holder: node as Record<string, unknown>, key });
      collect((node as Record<string, unknown>)[key]);
    }
  };
  collect(root);
  const place = places[Math.min(places.length - 1, Math.floor(at * places.length))];
  if (place === undefined) return value;
  const { holder, key } = place;
  if (Array.isArray(holder)) {
    if (action === 'remove') holder.splice(Number(key), 1);
    else if (action === 'double') holder.push(structuredClone(holder[Number(key)]));
    else holder[Number(key)] = value;
  } else if (action === 'remove') delete holder[key];
  else if (action === 'double') holder[`${key}x`] = holder[key];
  else holder[key] = value;
  return root;
}

test('the files are sound before they are changed', () => {
  expect(load(writeAll(temporaryDirectory(), {})).equipment.size).toBe(4);
});

test.each(['site', 'profile', 'policy'] as const)(
  'changed characters in the %s file give a model or problems',
  (which) => {
    const directory = temporaryDirectory();
    const text = { site: `${SITE}policy: policy.yaml\nprofiles: [.]\n`, profile: PROFILE, policy: POLICY }[
      which
    ];
    fc.assert(
      fc.property(edits, (list) =>
        expectModelOrProblems(writeAll(directory, { [which]: applyEdits(text, list) })),
      ),
      { seed: testSeed(), numRuns: RUNS },
    );
  },
);

test.each(['site', 'profile', 'policy'] as const)(
  'changed values in the %s file give a model or problems',
  (which) => {
    const directory = temporaryDirectory();
    const text = { site: `${SITE}policy: policy.yaml\nprofiles: [.]\n`, profile: PROFILE, policy: POLICY }[
      which
    ];
    const change = fc.tuple(
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      fc.constantFrom('replace' as const, 'remove' as const, 'double' as const),
      anything,
    );
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const changed = changes.reduce<unknown>((root, args) => replaceNode(root, ...args), parse(text));
        expectModelOrProblems(writeAll(directory, { [which]: stringify(changed) }));
      }),
      { seed: testSeed(), numRuns: RUNS },
    );
  },
);
