/** A site with a box of two signals on the wire of the sump: one with an alarm of life safety, one measured without any. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from '../support/plant.ts';

/** Status word of the second pump (docs/register-maps.md), which only a test writes. */
export const FIRE_REGISTER = { equipment: 'sump-1', table: 'holding', address: 50 } as const;
export const FIRE = 0x9;
export const BOX = 'box-1';

/** @returns the site file */
export function writeProvingSite(directory: string): string {
  mkdirSync(join(directory, 'profiles'), { recursive: true });
  writeFileSync(join(directory, 'profiles/proving-box.yaml'), PROFILE);
  const small = readFileSync(join(PROJECT, 'test/support/small/site.yaml'), 'utf8');
  const config = join(directory, 'site.yaml');
  writeFileSync(
    config,
    small
      .replace('version: 1\n', 'version: 1\nprofiles: [profiles]\n')
      .replace('\nhttp:\n', `${EQUIPMENT}\nhttp:\n`),
  );
  return config;
}

const PROFILE = `version: 1
id: proving-box
vendor: Own
model: M1
kind: fire-panel
name: { zh: 验收箱, en: Proving box }
protocol: modbus
source: made up for a test
verified: example
points:
  - { id: level, name: { zh: 液位, en: Level }, unit: metre, decimals: 2, address: { table: input, address: 0, type: u16, scale: 0.001 } }
  - { id: smoke, name: { zh: 烟感信号, en: Smoke signal }, unit: none, address: { table: holding, address: 50 } }
rules:
  - { id: smoke, type: state, severity: life-safety, text: { zh: 烟感报警, en: Smoke alarm }, point: smoke, in: [${FIRE}] }
`;

const EQUIPMENT = `  - id: ${BOX}
    profile: proving-box
    link: sump-room
    location: sump-room
    name: { zh: 1#验收箱, en: Proving box 1 }
    unit: 1
`;
