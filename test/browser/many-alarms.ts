/** A site on which one register of the sump raises 1,000 alarms at once: equipment made of nothing but rules on that register. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from '../support/plant.ts';

/** Together 1,000. */
const EQUIPMENT = 4;
const RULES = 250;
export const MANY_ALARMS = EQUIPMENT * RULES;

/** Status word of the second pump (docs/register-maps.md), which only a test writes. */
export const MANY_REGISTER = { equipment: 'sump-1', table: 'holding', address: 50 } as const;
export const RAISING = 0x9;

/** @returns the site file */
export function writeManySite(directory: string): string {
  mkdirSync(join(directory, 'profiles'), { recursive: true });
  writeFileSync(join(directory, 'profiles/many-rules.yaml'), toProfile());
  const small = readFileSync(join(PROJECT, 'test/support/small/site.yaml'), 'utf8');
  const config = join(directory, 'site.yaml');
  writeFileSync(
    config,
    small
      .replace('version: 1\n', 'version: 1\nprofiles: [profiles]\n')
      .replace('\nhttp:\n', `${toEquipment()}\nhttp:\n`),
  );
  return config;
}

function toProfile(): string {
  const numbers = Array.from({ length: RULES }, (_, at) => at + 1);
  const point = (n: number) =>
    `  - { id: p${n}, name: { zh: ${n}号信号, en: Signal ${n} }, unit: none, address: { table: holding, address: 50 } }`;
  const rule = (n: number) =>
    `  - { id: r${n}, type: state, severity: ${n % 3 === 0 ? 'high' : 'medium'}, text: { zh: ${n}号信号报警, en: Signal ${n} raised }, point: p${n}, in: [${RAISING}] }`;
  return [
    'version: 1',
    'id: many-rules',
    'vendor: Own',
    'model: M1',
    'kind: sump',
    'name: { zh: 信号箱, en: Signal box }',
    'protocol: modbus',
    'source: made up for a test',
    'verified: example',
    'points:',
    ...numbers.map(point),
    'rules:',
    ...numbers.map(rule),
    '',
  ].join('\n');
}

function toEquipment(): string {
  return Array.from({ length: EQUIPMENT }, (_, at) =>
    [
      `  - id: box-${at + 1}`,
      '    profile: many-rules',
      '    link: sump-room',
      '    location: sump-room',
      `    name: { zh: ${at + 1}#信号箱, en: Signal box ${at + 1} }`,
      '    unit: 1',
      '',
    ].join('\n'),
  ).join('');
}
