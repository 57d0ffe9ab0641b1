/** Refusals of devices by their code, out of a link's counters (`exceptions_02`: two hexadecimal digits). */
import type { LinkStatus } from '../core/link.ts';
import { toExceptionText } from '../core/modbus-exceptions.ts';
import type { LinkView } from './link-schema.ts';

const COUNTER = /^exceptions_([0-9a-f]{2})$/i;

/** By code, ascending; those that never came are left out. */
export function toExceptions(counters: LinkStatus['counters']): LinkView['exceptions'] {
  return Object.entries(counters)
    .flatMap(([name, count]) => {
      const digits = COUNTER.exec(name)?.[1];
      if (digits === undefined || count === 0) return [];
      const code = Number.parseInt(digits, 16);
      return [{ code, text: toExceptionText(code), count }];
    })
    .sort((a, b) => a.code - b.code);
}
