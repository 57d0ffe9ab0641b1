/** Bytes as a configuration writes them: registration and heartbeat of a modem that dials in. */
import { defined } from '../../../core/assert.ts';
import type { ModbusLink } from '../schema.ts';

type Bytes = NonNullable<ModbusLink['heartbeat']>;

/** Text in UTF-8, or hexadecimal digits with or without spaces. */
export function toBytes({ text, hex }: Bytes): Buffer {
  if (text !== undefined) return Buffer.from(text, 'utf8');
  return Buffer.from(defined(hex, 'text or hex').replaceAll(' ', ''), 'hex');
}

/** What may stand between the frames of a link; empty unless a modem dials in. */
export function toMarks({ transport, heartbeat, registration }: ModbusLink): readonly Buffer[] {
  if (transport !== 'dial-in') return [];
  return [heartbeat, registration].filter((bytes) => bytes !== undefined).map(toBytes);
}
