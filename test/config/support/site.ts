/** Small sites written to temporary directories, and look-ups in loaded models. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PointDef, RuleDef, SiteModel } from '../../../src/config/model.ts';
import { type AlarmKey, type PointId, toId } from '../../../src/core/ids.ts';
import { temporaryDirectory } from '../../support/temp.ts';

/** A site with a house and a plant room in it; more keys can follow. */
export const HEAD = `version: 1
site: { id: house, name: { zh: 大厦, en: House }, timeZone: Asia/Shanghai }
locations:
  - { id: house, name: { zh: 大厦, en: House } }
  - { id: room, parent: house, name: { zh: 机房, en: Plant room } }
`;
/** An item of `links` with a time-out of 300 ms. */
export const LINE =
  '  - { id: line, name: { zh: 链路, en: Line }, protocol: bus, host: 192.0.2.1, timeoutMs: 300 }\n';

/** A file in a directory that is removed after the test; its path. */
export function write(text: string | Buffer, directory = temporaryDirectory(), name = 'site.yaml'): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

/** A site with one equipment `id` of this profile. */
export function writeSite(id: string, profile: string, directory = temporaryDirectory()): string {
  const equipment = `equipment:\n  - { id: ${id}, profile: ${profile}, link: line, location: room, name: { zh: 一号, en: No. 1 } }\n`;
  return write(`${HEAD}links:\n${LINE}${equipment}profiles: [.]\n`, directory);
}

export function ruleOf(model: SiteModel, key: string): RuleDef {
  const rule = model.rules.find((candidate) => candidate.key === toId<AlarmKey>(key));
  if (rule === undefined) throw new Error(`no rule ${key}`);
  return rule;
}

export function pointOf(model: SiteModel, id: string): PointDef {
  const index = model.pointIndex.get(toId<PointId>(id));
  const point = index === undefined ? undefined : model.points[index];
  if (point === undefined) throw new Error(`no point ${id}`);
  return point;
}
