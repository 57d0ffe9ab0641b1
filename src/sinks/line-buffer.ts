/**
 * A growing buffer that lines are written into as bytes. Copying the parts of a line and writing digits in place costs half
 * of building strings and encoding them (0.16 against 0.35 µs a line). Knows digits, but no line protocol.
 */

const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
/** Digits that a small integer has room for: 9 always fit 32 bits. */
const CHUNK_DIGITS = 9;
const CHUNK = 1e9;
/** Up to this magnitude three decimals are exact in a double, and their digits fit 32 bits. */
const SMALL = 1e6;
const DECIMALS = 1000;
/** Longest number: `-0.0000012345678901234567`, 17 digits just above the exponent form. */
export const NUMBER_BYTES = 25;

export class LineBuffer {
  #bytes: Buffer;
  #length = 0;

  constructor(capacity: number) {
    this.#bytes = Buffer.allocUnsafe(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** What was written, not copied: nothing may be added afterwards. @param dropLast bytes left out at the end */
  finish(dropLast: number): Buffer {
    return this.#bytes.subarray(0, Math.max(0, this.#length - dropLast));
  }

  /** Call before adding: nothing else grows the buffer. */
  reserve(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(2 * this.#bytes.length + bytes);
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }

  addByte(byte: number): void {
    this.#bytes[this.#length++] = byte;
  }

  addBytes(bytes: Uint8Array): void {
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** A finite number, so that it is read back exactly; -0 as 0. */
  addNumber(value: number): void {
    const magnitude = Math.abs(value);
    const thousandths = Math.round(magnitude * DECIMALS);
    // A quotient that gives the number again names it exactly: the nearest double of these digits is this one.
    if (magnitude >= SMALL || thousandths / DECIMALS !== magnitude) return this.#addText(String(value));
    if (value < 0) this.addByte(MINUS);
    const whole = Math.floor(thousandths / DECIMALS);
    this.addInteger(whole);
    this.#addDecimals(thousandths - whole * DECIMALS);
  }

  /** A safe integer of at least 0. */
  addInteger(value: number): void {
    let end = this.#length + countDigits(value);
    this.#length = end;
    let rest = value;
    for (; rest >= CHUNK; rest = Math.floor(rest / CHUNK)) {
      this.#putDigits(end, rest % CHUNK, CHUNK_DIGITS);
      end -= CHUNK_DIGITS;
    }
    this.#putDigits(end, rest, countDigits(rest));
  }

  /** @param thousandths 0–999 */
  #addDecimals(thousandths: number): void {
    if (thousandths === 0) return;
    this.addByte(POINT);
    this.addByte(ZERO + Math.floor(thousandths / 100));
    if (thousandths % 100 === 0) return;
    this.addByte(ZERO + (Math.floor(thousandths / 10) % 10));
    if (thousandths % 10 !== 0) this.addByte(ZERO + (thousandths % 10));
  }

  /** Digits of an integer below `CHUNK` that end before `end`. */
  #putDigits(end: number, value: number, digits: number): void {
    const bytes = this.#bytes;
    let rest = value | 0;
    for (let at = end - 1; at >= end - digits; at--) {
      const tenth = (rest / 10) | 0;
      bytes[at] = ZERO + rest - tenth * 10;
      rest = tenth;
    }
  }

  #addText(text: string): void {
    for (let at = 0; at < text.length; at++) this.addByte(text.charCodeAt(at));
  }
}

function countDigits(value: number): number {
  let digits = 1;
  for (let power = 10; value >= power; power *= 10) digits++;
  return digits;
}
