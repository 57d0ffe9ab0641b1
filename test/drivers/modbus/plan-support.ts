/** Plans of made-up equipment, for the tests of the planner. */

import type { PollRequest } from '../../../src/drivers/driver.ts';
import { planRequests } from '../../../src/drivers/modbus/plan.ts';
import type { ModbusRequest } from '../../../src/drivers/modbus/request.ts';
import { createTestLink, createTestModel, type TestEquipment } from '../../support/model.ts';

export type Address = Readonly<Record<string, unknown>>;

export interface PlannedEquipment {
  /** Unit (default 1) and the profile's section. */
  readonly device?: object;
  readonly addresses: readonly Address[];
}

export type LinkOptions = Readonly<Record<string, unknown>>;

export const BUS: LinkOptions = { transport: 'serial', device: '/dev/bus' };

/** Points count through all equipment, from 0. */
export function planOn(
  options: LinkOptions,
  ...equipment: readonly PlannedEquipment[]
): readonly PollRequest[] {
  const model = createTestModel({
    equipment: equipment.map(
      ({ device, addresses }, at): TestEquipment => ({
        id: `device-${at}`,
        device: { unit: 1, ...device },
        points: addresses.map((address, index) => ({ name: `p-${index}`, address })),
      }),
    ),
  });
  return planRequests(createTestLink('link', options), model.points, (point) => {
    const found = model.equipment.get(point.equipment);
    if (found === undefined) throw new Error(`no equipment ${point.equipment}`);
    return found;
  });
}

/** Over Modbus TCP. */
export function plan(...equipment: readonly PlannedEquipment[]): readonly PollRequest[] {
  return planOn({}, ...equipment);
}

export function holding(...addresses: readonly number[]): readonly Address[] {
  return addresses.map((address) => ({ table: 'holding', address }));
}

export function labels(requests: readonly PollRequest[]): readonly string[] {
  return requests.map(({ label }) => label.replace('unit 1 ', ''));
}

export function detailOf(request: PollRequest | undefined): ModbusRequest {
  if (request === undefined) throw new Error('no such request');
  return request.detail as ModbusRequest;
}
