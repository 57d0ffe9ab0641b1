/**
 * One Modbus request PDU → its response PDU (Modbus Application Protocol V1.1b3, §6 and §7). Reading is
 * respond-read.ts, writing respond-write.ts; framing and sockets are conversation.ts.
 */
import { READS, toWord } from './request.ts';
import { ILLEGAL_VALUE, respondRead, toException, type Unit } from './respond-read.ts';
import { respondWrite } from './respond-write.ts';

const READ_REQUEST_BYTES = 5;

export function respond(request: Uint8Array, unit: Unit): Uint8Array {
  const functionCode = request[0] ?? 0;
  const table = READS.get(functionCode);
  if (table === undefined) return respondWrite(request, unit);
  if (request.length !== READ_REQUEST_BYTES) return toException(functionCode, ILLEGAL_VALUE);
  return respondRead(functionCode, unit, table, toWord(request, 1), toWord(request, 3));
}
