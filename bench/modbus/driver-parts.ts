/**
 * What our driver reads of a site model, made by hand: it is measured without the loader of site files, whose memory
 * is not its own.
 */
import type { Equipment, LinkDef, PointDef } from '../../src/config/model.ts';

export interface RegisterPoint {
  readonly address: number;
  readonly type: string;
}

export interface DriverParts {
  readonly link: LinkDef;
  readonly points: readonly PointDef[];
  readonly equipmentOf: () => Equipment;
}

/** @param options of the link @param section of the profile */
export function toDriverParts(
  options: object,
  section: object,
  values: readonly RegisterPoint[],
): DriverParts {
  const points = values.map(({ address, type }, index) => ({
    index,
    id: `device/value-${index}`,
    equipment: 'device',
    address: { table: 'holding', address, type },
    states: new Map(),
    range: null,
  }));
  const equipment = { id: 'device', device: { unit: 1, ...section } };
  return {
    link: { id: 'link', protocol: 'modbus', options } as unknown as LinkDef,
    points: points as unknown as readonly PointDef[],
    equipmentOf: () => equipment as unknown as Equipment,
  };
}
