/** Texts cut to a channel's size. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byteLength, cutText, fitText } from '../../src/notify/fit.ts';
import { testSeed } from '../support/seed.ts';

test('a text that fits stays as it is', () => {
  expect(fitText('电梯困人', 12)).toBe('电梯困人');
});

test('a longer one ends within a whole character, with the link behind it', () => {
  expect(fitText('电梯困人，请立即到场', 19, ' /t/1')).toBe('电梯困… /t/1');
  expect(byteLength(fitText('电梯困人，请立即到场', 19, ' /t/1'))).toBeLessThanOrEqual(19);
});

test('a character of several code points is not torn apart', () => {
  const family = '👨‍👩‍👧';
  expect(cutText(`a${family}`, byteLength(family))).toBe('a');
});

test('a link that does not fit by itself is left out', () => {
  expect(fitText('abcdef', 4, 'https://example')).toBe('abcd');
});

test('whatever the text, what comes out fits, is a beginning of it and is valid', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.nat(60), (text, maxBytes) => {
      const cut = cutText(text, maxBytes);
      expect(byteLength(cut)).toBeLessThanOrEqual(maxBytes);
      expect(text.startsWith(cut)).toBe(true);
      expect(cut.isWellFormed()).toBe(true);
    }),
    { seed: testSeed() },
  );
});
