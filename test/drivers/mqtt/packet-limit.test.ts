/** Lengths of packets, followed through a stream that is cut anywhere. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PacketWatch } from '../../../src/drivers/mqtt/packet-limit.ts';
import { testSeed } from '../../support/seed.ts';

const LIMITS = { firstBytes: 100, bytes: 20_000 };

function toPacket(length: number): Buffer {
  const header = [0x30];
  for (let rest = length; ; rest >>= 7) {
    header.push((rest & 127) | (rest > 127 ? 128 : 0));
    if (rest <= 127) return Buffer.concat([Buffer.from(header), Buffer.alloc(length, 0xff)]);
  }
}

it('packets within the limits pass, however the stream is cut', () => {
  const lengths = fc.array(fc.integer({ min: 0, max: LIMITS.bytes }), { maxLength: 5 });
  fc.assert(
    fc.property(lengths, fc.integer({ min: 1, max: 5_000 }), (sizes, step) => {
      const watch = new PacketWatch(LIMITS);
      const stream = Buffer.concat([toPacket(5), ...sizes.map(toPacket)]);
      for (let at = 0; at < stream.length; at += step)
        expect(watch.see(stream.subarray(at, at + step))).toBeNull();
      expect(watch.see(toPacket(LIMITS.bytes + 1))).toBe(LIMITS.bytes + 1);
    }),
    { seed: testSeed() },
  );
});

it('the first packet has a limit of its own', () => {
  expect(new PacketWatch(LIMITS).see(toPacket(100))).toBeNull();
  expect(new PacketWatch(LIMITS).see(toPacket(101).subarray(0, 3))).toBe(101);
});

it('a length of more than four bytes is none', () => {
  expect(new PacketWatch(LIMITS).see(Buffer.from([0x10, 0xff, 0xff, 0xff, 0xff]))).toBe(
    Number.POSITIVE_INFINITY,
  );
});
