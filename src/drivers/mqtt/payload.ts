/**
 * The bytes of one message as text and as JSON, each worked out once and only when asked for. Nothing throws: what
 * cannot be read is null. What stands in it is value.ts's business.
 */
import { isUtf8 } from 'node:buffer';

/** A document, so that a JSON `null` is not taken for none. */
export interface JsonDocument {
  readonly root: unknown;
}

const BYTE_ORDER_MARK = 0xfeff;

export class Payload {
  readonly byteCount: number;
  readonly #bytes: Buffer;
  #text: string | null | undefined;
  #json: JsonDocument | null | undefined;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.byteCount = bytes.length;
  }

  /** null when it is not UTF-8. */
  text(): string | null {
    if (this.#text === undefined)
      this.#text = isUtf8(this.#bytes) ? withoutMark(this.#bytes.toString('utf8')) : null;
    return this.#text;
  }

  /**
   * null when it is not JSON (RFC 8259). The parser does not recurse, a member `__proto__` is one like others, of
   * members of one name the last one counts, and numbers beyond the doubles come out as infinities.
   */
  json(): JsonDocument | null {
    if (this.#json === undefined) this.#json = parse(this.text());
    return this.#json;
  }
}

function withoutMark(text: string): string {
  return text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
}

function parse(text: string | null): JsonDocument | null {
  if (text === null) return null;
  try {
    return { root: JSON.parse(text) as unknown };
  } catch {
    return null;
  }
}
