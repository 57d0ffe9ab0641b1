/** Equipment of the site that is one device on the wire: life safety is not written to under another name. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CATALOG } from '../../src/catalog.ts';
import { loadSite } from '../../src/config/load.ts';
import { ConfigError } from '../../src/core/errors.ts';
import { temporaryDirectory } from '../support/temp.ts';

/** The writable booster set at `unit` beside a fire pump at unit 1. */
function load(unit: number, boosterLink = 'bus'): readonly string[] {
  const file = join(temporaryDirectory(), 'site.yaml');
  const site = {
    version: 1,
    site: { id: 'tower', name: { zh: '大厦', en: 'Tower' }, timeZone: 'Asia/Shanghai' },
    locations: [{ id: 'house', name: { zh: '大厦', en: 'House' } }],
    links: ['bus', 'other'].map((id, at) => ({
      id,
      name: { zh: id, en: id },
      protocol: 'modbus',
      host: '127.0.0.1',
      port: 1502 + at,
    })),
    equipment: [
      { id: 'fire-pump', profile: 'generic-fire-pump', link: 'bus', unit: 1 },
      { id: 'booster', profile: 'generic-booster-2p', link: boosterLink, unit },
    ].map((one) => ({ ...one, location: 'house', name: { zh: one.id, en: one.id } })),
  };
  writeFileSync(file, JSON.stringify(site));
  try {
    loadSite(file, { catalog: CATALOG, env: {}, epoch: 1 });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ path, expected }) => `${path}: ${expected}`);
  }
}

test('writable points are refused on the unit that life-safety equipment answers on', () => {
  expect(load(1)).toEqual([
    'equipment[1].profile: a profile without writable points: "fire-pump" (Fire pump, life safety) answers on the same device',
  ]);
});

test('another unit of the bus, and the same unit of another bus, are other devices', () => {
  expect([...load(2), ...load(1, 'other')]).toEqual([]);
});
