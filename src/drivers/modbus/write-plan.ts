/**
 * How one value of a point is written: which function, which registers, which bits. Pure; the frames are pdu.ts, and
 * whether it may be written is decided before.
 *
 * | address          | written with                                                            |
 * | coil             | 5; 15 where the model wants `writeMultiple`                             |
 * | one register     | 6; 16 with `writeMultiple`; 23 with `readWrite`                         |
 * | more registers   | 16; 23 with `readWrite`                                                 |
 * | bit or bit field | 22 with `maskWrite`; else 3, then 6, or 16 with `writeMultiple`         |
 */
import type { Equipment, LinkDef, PointDef } from '../../config/model.ts';
import { assert, defined } from '../../core/assert.ts';
import { RiserError } from '../../core/errors.ts';
import { registersOf } from '../../profiles/decoders.ts';
import { type EncodingProblem, encodePart, encodeRegisters } from '../../profiles/encoders.ts';
import type { WriteRequest } from '../driver.ts';
import { toFormat } from './register-format.ts';
import type { ModbusWrite } from './request.ts';
import {
  type ModbusAddress,
  type ModbusDevice,
  toModbusAddress,
  toModbusDevice,
  toModbusLink,
} from './schema.ts';

/**
 * @throws AssertionFailure for a point without `write`, or an address that cannot be written (schema.ts refuses both)
 * @throws RiserError `value-not-allowed` for a value that the registers cannot hold, however the profile limits it
 */
export function toWriteRequest(
  link: LinkDef,
  point: PointDef,
  equipment: Equipment,
  value: number,
): WriteRequest {
  const { address: options } = defined(point.write, `write of ${point.id}`);
  const device = toModbusDevice(equipment.device);
  const address = toModbusAddress(options);
  const detail = toWrite(address, device, value);
  return {
    point: point.index,
    device: `unit ${device.unit}`,
    label: `unit ${device.unit} ${toPlace(address, detail.address)} = ${value}`,
    timeoutMs: device.timeoutMs ?? toModbusLink(link.options).timeoutMs,
    detail,
  };
}

/** `holding 20`, `holding 20 bit 3`; the address as on the wire. */
function toPlace({ table, bit, mask }: ModbusAddress, onWire: number): string {
  if (bit !== undefined) return `${table} ${onWire} bit ${bit}`;
  return mask === undefined ? `${table} ${onWire}` : `${table} ${onWire} mask ${toHex(mask)}`;
}

function toHex(mask: number): string {
  return `0x${mask.toString(16).toUpperCase().padStart(4, '0')}`;
}

function toWrite(address: ModbusAddress, device: ModbusDevice, value: number): ModbusWrite {
  const { table, bit, mask } = address;
  const start = address.address - device.addressBase;
  const width = registersOf(address.type, address.length);
  assert(start >= 0 && start + width <= 65_536, `address ${address.address} exists on the wire`);
  assert(table === 'coil' || table === 'holding', `table ${table} can be written`);
  assert(address.scaleRegister === undefined, 'a value with a scale register is not written');
  const place = { unit: device.unit, address: start };
  if (table === 'coil') return toCoil(place, device, value);
  const isPart = bit !== undefined || mask !== undefined;
  return isPart ? toPart(place, address, device, value) : toWhole(place, address, device, value);
}

type Place = Pick<ModbusWrite, 'unit' | 'address'>;

function toCoil(place: Place, device: ModbusDevice, value: number): ModbusWrite {
  if (value !== 0 && value !== 1) throw refuse({ problem: '0, 1' }, value);
  return { kind: 'coil', ...place, isOn: value === 1, via: device.writeMultiple ? 'multiple' : 'single' };
}

function toWhole(place: Place, address: ModbusAddress, device: ModbusDevice, value: number): ModbusWrite {
  const encoded = encodeRegisters(toFormat(address), value);
  if ('problem' in encoded) throw refuse(encoded, value);
  const { registers } = encoded;
  const isSingle = registers.length === 1 && !device.writeMultiple;
  const via = device.readWrite ? 'read-write' : isSingle ? 'single' : 'multiple';
  return { kind: 'registers', ...place, registers, via };
}

function toPart(place: Place, address: ModbusAddress, device: ModbusDevice, value: number): ModbusWrite {
  const encoded = encodePart(toFormat(address), value);
  if ('problem' in encoded) throw refuse(encoded, value);
  const read = device.writeMultiple ? 'read-multiple' : 'read-single';
  return { kind: 'part', ...place, ...encoded, via: device.maskWrite ? 'mask-write' : read };
}

function refuse({ problem }: EncodingProblem, value: number): RiserError {
  return new RiserError('value-not-allowed', { value, allowed: problem });
}
