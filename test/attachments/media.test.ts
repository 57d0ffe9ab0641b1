/** What a file is, is said by its first bytes. */
import { describe, expect, test } from 'vitest';
import { MEDIA_TYPES, recogniseMedia } from '../../src/attachments/media.ts';
import { HEADS, HEIF_OF_AV1, HEIF_OF_HEVC } from './support/files.ts';

describe('recognised is', () => {
  test.each(Object.entries(HEADS))('%s', (type, head) => {
    expect(recogniseMedia(head)).toBe(type);
    expect(recogniseMedia(Buffer.concat([head, Buffer.alloc(100, 0x20)]))).toBe(type);
  });

  test('every kind that is named', () => {
    expect(Object.keys(HEADS).toSorted()).toEqual([...MEDIA_TYPES].toSorted());
  });

  test('a HEIF by what it holds', () => {
    expect(recogniseMedia(HEIF_OF_HEVC)).toBe('image/heic');
    expect(recogniseMedia(HEIF_OF_AV1)).toBeNull();
  });
});

describe('not taken is', () => {
  test.each([
    ['a page', Buffer.from('<!doctype html><script>alert(1)</script>')],
    ['a drawing that can run scripts', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['a program', Buffer.from('MZ\x90\0')],
    ['an archive', Buffer.from('PK\x03\x04')],
    ['an animation', Buffer.from('GIF89a')],
    ['a film', Buffer.from('\0\0\0\x18ftypisom\0\0\0\0isom')],
    ['sound in a RIFF', Buffer.from('RIFF\x24\0\0\0WAVEfmt ')],
    ['a PDF that begins later', Buffer.from('\n%PDF-1.7')],
    ['nothing', Buffer.alloc(0)],
  ])('%s', (_what, head) => {
    expect(recogniseMedia(head)).toBeNull();
  });

  test.each(Object.entries(HEADS))('%s that is cut off within its mark', (type, head) => {
    const marks = {
      'image/jpeg': 2,
      'image/png': 7,
      'image/webp': 11,
      'image/heic': 11,
      'application/pdf': 4,
    };
    const length = marks[type as keyof typeof marks];
    for (let bytes = 0; bytes <= length; bytes++) expect(recogniseMedia(head.subarray(0, bytes))).toBeNull();
  });
});
