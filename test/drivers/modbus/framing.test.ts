/** Frames against bytes typed by hand from the specification; streams cut and joined in every way. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFrame, FrameParser } from '../../../src/drivers/modbus/framing.ts';
import { testSeed } from '../../support/seed.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

interface Parsed {
  readonly frames: string[];
  readonly problem: string | null;
}

/** Frames as `transaction/unit/function/data`. */
function parse(...chunks: Buffer[]): Parsed {
  const frames: string[] = [];
  const parser = new FrameParser((transaction, unit, pdu) =>
    frames.push(`${transaction}/${unit}/${pdu[0]}/${pdu.toString('hex', 1)}`),
  );
  for (const chunk of chunks) {
    const problem = parser.push(chunk);
    if (problem !== null) return { frames, problem };
  }
  return { frames, problem: null };
}

/** As `parse`, every chunk read into the same bytes, which hold the head of a frame behind it. */
function parseReused(...chunks: Buffer[]): Parsed {
  const frames: string[] = [];
  const parser = new FrameParser((transaction, unit, pdu) =>
    frames.push(`${transaction}/${unit}/${pdu[0]}/${pdu.toString('hex', 1)}`),
  );
  const bytes = Buffer.alloc(1_024);
  for (const chunk of chunks) {
    bytes.fill(EXCEPTION);
    chunk.copy(bytes);
    const problem = parser.push(bytes, chunk.length);
    if (problem !== null) return { frames, problem };
  }
  return { frames, problem: null };
}

const REPLY = hex('0007 0000 0007 11 03 04 0102 0304');
const REPLY_TEXT = '7/17/3/0401020304';
const EXCEPTION = hex('0008 0000 0003 01 83 02');
const EXCEPTION_TEXT = '8/1/131/02';

describe('encoding', () => {
  it('puts the header before a request as the specification shows it', () => {
    expect(encodeFrame(0x1501, 0x11, hex('03 006B 0003'))).toEqual(hex('1501 0000 0006 11 03 006B 0003'));
  });
});

describe('parsing', () => {
  it('reads an answer and an exception', () => {
    expect(parse(REPLY)).toEqual({ frames: [REPLY_TEXT], problem: null });
    expect(parse(EXCEPTION)).toEqual({ frames: [EXCEPTION_TEXT], problem: null });
  });

  it('reads an answer that arrives byte by byte', () => {
    const bytes = [...REPLY].map((byte) => Buffer.from([byte]));
    expect(parse(...bytes)).toEqual({ frames: [REPLY_TEXT], problem: null });
  });

  it('reads several answers out of one segment, and one that continues in the next', () => {
    const stream = Buffer.concat([REPLY, EXCEPTION, REPLY]);
    const parsed = parse(stream.subarray(0, 25), stream.subarray(25));
    expect(parsed).toEqual({ frames: [REPLY_TEXT, EXCEPTION_TEXT, REPLY_TEXT], problem: null });
  });

  it('reads the longest frame there can be', () => {
    const longest = Buffer.concat([hex('0001 0000 00FE 01 03 FB'), Buffer.alloc(251, 0xab)]);
    expect(parse(longest).frames).toHaveLength(1);
    expect(parse(longest.subarray(0, 100), longest.subarray(100)).frames).toHaveLength(1);
  });

  it('a frame that came in pieces stays as it is while the next one is being collected', () => {
    const pdus: Buffer[] = [];
    const parser = new FrameParser((_transaction, _unit, pdu) => pdus.push(pdu));
    const stream = Buffer.concat([REPLY, EXCEPTION]);
    parser.push(stream.subarray(0, 9));
    parser.push(stream.subarray(9, REPLY.length + 6));
    expect(pdus).toEqual([hex('03 04 0102 0304')]);
  });

  it('a frame in front of bytes that prove nothing yet waits until they do', () => {
    expect(parse(Buffer.concat([REPLY, EXCEPTION.subarray(0, 5)])).frames).toEqual([]);
    expect(parse(Buffer.concat([REPLY, EXCEPTION.subarray(0, 5)]), EXCEPTION.subarray(5))).toEqual({
      frames: [REPLY_TEXT, EXCEPTION_TEXT],
      problem: null,
    });
    const byBytes = [...EXCEPTION].map((byte) => Buffer.from([byte]));
    expect(parse(Buffer.concat([REPLY, byBytes[0]!]), ...byBytes.slice(1)).frames).toEqual([
      REPLY_TEXT,
      EXCEPTION_TEXT,
    ]);
  });

  it('a torn answer that was filled up with the head of an exception is never given', () => {
    const next = hex('0009 0000 0007 11 03 04 0102 0304');
    for (const missing of [4, 5, 6, 7, 8]) {
      const torn = Buffer.concat([REPLY.subarray(0, -missing), EXCEPTION]);
      expect([missing, parse(torn).frames]).toEqual([missing, []]);
      expect([missing, parse(torn, next).frames]).toEqual([missing, []]);
      expect([missing, parse(torn, next).problem]).toEqual([missing, expect.any(String)]);
    }
  });

  it('gives no frame for a truncated one, whatever was read into the same bytes before', () => {
    expect(parse(REPLY.subarray(0, REPLY.length - 1))).toEqual({ frames: [], problem: null });
    expect(parseReused(REPLY, REPLY.subarray(0, -1))).toEqual({ frames: [REPLY_TEXT], problem: null });
  });

  it.each([
    ['a protocol id other than 0', '0001 0001 0003 01 83 02'],
    ['a length beyond any frame', '0001 0000 00FF 01 03 00'],
    ['a length of 0', '0001 0000 0000 01 03'],
    ['a length that holds no answer', '0001 0000 0002 01 03'],
    ['text', Buffer.from('HTTP/1.1 400 Bad Request').toString('hex')],
  ])('refuses %s, whole or in pieces', (_what, text) => {
    const bytes = hex(text);
    expect(parse(bytes).problem).toMatch(/protocol id|length/);
    expect(parse(...[...bytes].map((byte) => Buffer.from([byte]))).problem).toMatch(/protocol id|length/);
  });

  it('gives no frame of a segment that holds garbage: what looks whole may be torn and filled up', () => {
    const parsed = parse(Buffer.concat([REPLY, hex('FFFF FFFF FFFF'), EXCEPTION]));
    expect(parsed.frames).toEqual([]);
    expect(parsed.problem).toMatch(/protocol id 65535/);
  });

  it('does not depend on how the stream is cut', () => {
    const body = fc.uint8Array({ minLength: 1, maxLength: 252 });
    const frames = fc.array(fc.tuple(fc.integer({ min: 0, max: 65_535 }), body), {
      minLength: 1,
      maxLength: 6,
    });
    const cuts = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(frames, cuts, (contents, sizes) => {
        const stream = Buffer.concat(contents.map(([transaction, bytes]) => toFrame(transaction, bytes)));
        const expected = contents.map(([id, bytes]) => `${id}/9/3/${Buffer.from(bytes).toString('hex')}`);
        expect(parse(...cut(stream, sizes))).toEqual({ frames: expected, problem: null });
        expect(parseReused(...cut(stream, sizes))).toEqual({ frames: expected, problem: null });
      }),
      { seed: testSeed() },
    );
  });
});

function toFrame(transaction: number, body: Uint8Array): Buffer {
  const head = Buffer.from([transaction >> 8, transaction & 255, 0, 0, 0, body.length + 2, 9, 3]);
  return Buffer.concat([head, body]);
}

function cut(stream: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0, turn = 0; at < stream.length; turn++) {
    const size = sizes[turn % sizes.length] as number;
    chunks.push(stream.subarray(at, at + size));
    at += size;
  }
  return chunks;
}
