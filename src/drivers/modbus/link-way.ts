/** How a Modbus link is connected, and to where, in the words of its configuration. Names and places only. */
import type { LinkWay } from '../../core/link.ts';
import type { Framing, ModbusLink } from './schema.ts';

const DEFAULT_PORT = 502;

export function toModbusWay(link: ModbusLink, framing: Framing): LinkWay {
  const { transport, registration } = link;
  const isNamed = transport === 'dial-in';
  return {
    transport,
    framing,
    ends: toEnds(link),
    line: framing === 'mbap' ? null : toLine(link),
    registration: isNamed ? (registration?.text ?? registration?.hex?.toUpperCase() ?? null) : null,
  };
}

function toEnds({ transport, host, port, backup, device, listen }: ModbusLink): readonly string[] {
  if (transport === 'serial') return device === undefined ? [] : [device];
  if (transport === 'dial-in') return listen === undefined ? [] : [toPlace(listen)];
  const ways = [...(host === undefined ? [] : [{ host, port }]), ...(backup === undefined ? [] : [backup])];
  return ways.map(toPlace);
}

/** `10.0.0.5:502`, `[::1]:502`. */
export function toPlace({ host, port = DEFAULT_PORT }: Place): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]:${port}` : `${host}:${port}`;
}

interface Place {
  readonly host: string;
  readonly port?: number | undefined;
}

/** `9600 8N1`: of a serial port, or of the converter behind a socket. */
function toLine({ baudRate = 9_600, dataBits = 8, parity = 'even', stopBits = 1 }: ModbusLink): string {
  return `${baudRate} ${dataBits}${parity.charAt(0).toUpperCase()}${stopBits}`;
}
