/** Small sites with Modbus links and profiles, loaded by the real loader with the real catalog. */
import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { CATALOG } from '../../../src/catalog.ts';
import { loadSite } from '../../../src/config/load.ts';
import type { SiteModel } from '../../../src/config/model.ts';
import { ConfigError } from '../../../src/core/errors.ts';
import { temporaryDirectory } from '../../support/temp.ts';

const HEAD = `version: 1
site: { id: house, name: { zh: 大厦, en: House }, timeZone: Asia/Shanghai }
profiles: [.]
locations:
  - { id: house, name: { zh: 大厦, en: House } }
`;

/** Path of a site file in a directory of its own. @param profiles key: file name */
export function writeSite(rest: string, profiles: Readonly<Record<string, string>> = {}): string {
  const directory = temporaryDirectory();
  for (const [name, text] of Object.entries(profiles)) writeFileSync(join(directory, name), text);
  const path = join(directory, 'site.yaml');
  writeFileSync(path, HEAD + rest);
  return path;
}

/** The model, or the problems as `file:line:col path: expected …, found …`, without folders. */
export function loadWith(
  rest: string,
  profiles: Readonly<Record<string, string>> = {},
): { readonly model: SiteModel | null; readonly problems: readonly string[] } {
  try {
    const path = writeSite(rest, profiles);
    return { model: loadSite(path, { catalog: CATALOG, env: {}, epoch: 1 }), problems: [] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const lines = error.problems.map(({ file, line, column, path, expected, found }) =>
      `${basename(file)}:${line}:${column} ${path}: expected ${expected}, found ${found}`.replaceAll(
        /\/\S*\/|\.\.\/\S*\//g,
        '',
      ),
    );
    return { model: null, problems: lines };
  }
}

/** A profile of a pump with this section and these points. @param points YAML of addresses, in flow style */
export function profile(id: string, section: string, points: readonly string[], rest = ''): string {
  const items = points.map(
    (address, at) =>
      `  - { id: p-${at}, name: { zh: 点, en: Point }, poll: 1000, unit: none, address: ${address} }\n`,
  );
  return `version: 1
id: ${id}
protocol: modbus
kind: pump
vendor: Own
model: P1
source: made up for a test
verified: example
name: { zh: 泵, en: Pump }
modbus: ${section}
points:
${items.join('')}${rest}`;
}
