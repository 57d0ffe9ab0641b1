/**
 * The figures of a sealed file, as they stand at its head and again at its end, and its name. Either copy is enough to read
 * the file. Pure. Little-endian.
 *
 * A sealed file: record · chunks in order of point and stamp · pages of the directory · page table · record (directory.ts).
 *
 * | offset | bytes | what                                                                              |
 * |      0 |     4 | magic: `RJS1` at the head, `RJE1` at the end                                      |
 * |      4 |     1 | format version, 1                                                                 |
 * |      5 |     1 | part of the sealing, from 0                                                       |
 * |      6 |     1 | parts: files that the sealing made, one for each point table                      |
 * |      7 |     1 | zero                                                                              |
 * |      8 |     8 | id of the point table                                                             |
 * |     16 |     8 | lowest block number in this file                                                  |
 * |     24 |     8 | highest block number in this file                                                 |
 * |     32 |     8 | lowest block number of the segments that all parts replace                        |
 * |     40 |     8 | highest block number of them                                                      |
 * |     48 |     8 | lowest stamp, float64, UTC ms                                                     |
 * |     56 |     8 | highest stamp                                                                     |
 * |     64 |     8 | highest stamp of the whole journal up to here                                     |
 * |     72 |     4 | readings                                                                          |
 * |     76 |     4 | chunks                                                                            |
 * |     80 |     4 | offset of the first page of the directory, which is the end of the chunks         |
 * |     84 |     4 | pages                                                                             |
 * |     88 |     4 | bytes of the file                                                                 |
 * |     92 |     4 | CRC-32 of bytes 0–91                                                              |
 */
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { SEALED_LIMITS } from './limits.ts';

export const RECORD_BYTES = 96;
export const SEALED_VERSION = 1;
/** A page in the table of pages (directory.ts). */
export const PAGE_ROW_BYTES = 12;

const HEAD_MAGIC = Buffer.from('RJS1', 'latin1');
const END_MAGIC = Buffer.from('RJE1', 'latin1');
const CRC_AT = 92;
const CRC_BYTES = 4;
const SEALED_SUFFIX = '.sealed';
const SEQ_DIGITS = 16;

export interface SealedFigures {
  /** 16 hex digits. */
  readonly tableId: string;
  readonly part: number;
  readonly parts: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly coverFirstSeq: number;
  readonly coverLastSeq: number;
  /** UTC ms. */
  readonly minStampMs: number;
  readonly maxStampMs: number;
  readonly highStampMs: number;
  readonly readings: number;
  readonly chunks: number;
  /** End of the chunks, which begin behind the record. */
  readonly directoryAt: number;
  readonly pages: number;
  readonly bytes: number;
}

export type RecordPlace = 'head' | 'end';

export type RecordRead = SealedFigures | 'damaged' | 'unknown-version';

/** `0000000000000042.sealed`: named by its lowest block, as segments are. */
export function sealedPath(directory: string, firstSeq: number): string {
  return join(directory, String(firstSeq).padStart(SEQ_DIGITS, '0') + SEALED_SUFFIX);
}

/** Lowest block number, or null when the name is not that of a sealed file. */
export function parseSealedName(name: string): number | null {
  const match = /^(\d{16})\.sealed$/.exec(name);
  return match === null ? null : Number(match[1]);
}

export function encodeRecord(figures: SealedFigures, place: RecordPlace): Buffer {
  const bytes = Buffer.alloc(RECORD_BYTES);
  bytes.set(place === 'head' ? HEAD_MAGIC : END_MAGIC, 0);
  bytes.writeUInt8(SEALED_VERSION, 4);
  bytes.writeUInt8(figures.part, 5);
  bytes.writeUInt8(figures.parts, 6);
  bytes.write(figures.tableId, 8, 8, 'hex');
  bytes.writeBigUInt64LE(BigInt(figures.firstSeq), 16);
  bytes.writeBigUInt64LE(BigInt(figures.lastSeq), 24);
  bytes.writeBigUInt64LE(BigInt(figures.coverFirstSeq), 32);
  bytes.writeBigUInt64LE(BigInt(figures.coverLastSeq), 40);
  bytes.writeDoubleLE(figures.minStampMs, 48);
  bytes.writeDoubleLE(figures.maxStampMs, 56);
  bytes.writeDoubleLE(figures.highStampMs, 64);
  bytes.writeUInt32LE(figures.readings, 72);
  bytes.writeUInt32LE(figures.chunks, 76);
  bytes.writeUInt32LE(figures.directoryAt, 80);
  bytes.writeUInt32LE(figures.pages, 84);
  bytes.writeUInt32LE(figures.bytes, 88);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, CRC_AT)), CRC_AT);
  return bytes;
}

/** @param bytes those of the record, fewer when the file has no more */
export function decodeRecord(bytes: Buffer, place: RecordPlace): RecordRead {
  const magic = place === 'head' ? HEAD_MAGIC : END_MAGIC;
  if (bytes.length < RECORD_BYTES || bytes.compare(magic, 0, 4, 0, 4) !== 0) return 'damaged';
  if (crc32(bytes.subarray(0, CRC_AT)) !== bytes.readUInt32LE(CRC_AT)) return 'damaged';
  if (bytes.readUInt8(4) !== SEALED_VERSION) return 'unknown-version';
  const figures = {
    part: bytes.readUInt8(5),
    parts: bytes.readUInt8(6),
    tableId: bytes.toString('hex', 8, 16),
    firstSeq: Number(bytes.readBigUInt64LE(16)),
    lastSeq: Number(bytes.readBigUInt64LE(24)),
    coverFirstSeq: Number(bytes.readBigUInt64LE(32)),
    coverLastSeq: Number(bytes.readBigUInt64LE(40)),
    minStampMs: bytes.readDoubleLE(48),
    maxStampMs: bytes.readDoubleLE(56),
    highStampMs: bytes.readDoubleLE(64),
    readings: bytes.readUInt32LE(72),
    chunks: bytes.readUInt32LE(76),
    directoryAt: bytes.readUInt32LE(80),
    pages: bytes.readUInt32LE(84),
    bytes: bytes.readUInt32LE(88),
  };
  return isBelievable(figures) ? figures : 'damaged';
}

function isBelievable(figures: SealedFigures): boolean {
  return (
    figures.part < figures.parts &&
    figures.parts <= SEALED_LIMITS.tables &&
    figures.bytes <= SEALED_LIMITS.fileBytes &&
    figures.readings <= SEALED_LIMITS.readings &&
    figures.chunks <= figures.readings &&
    figures.pages <= figures.chunks &&
    figures.directoryAt >= RECORD_BYTES &&
    figures.directoryAt + figures.pages * PAGE_ROW_BYTES + CRC_BYTES + RECORD_BYTES <= figures.bytes &&
    Number.isFinite(figures.minStampMs)
  );
}
