/**
 * Takes over `rejected.log` and `rejected.log.1`, in which earlier versions kept refused readings as lines of InfluxDB line
 * protocol: one reading a line, as this gateway wrote it. What cannot be read stays readable in `quarantine/….read`.
 */
import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { isBad } from '../../../core/quality.ts';
import type { Rejection, SinkPoint } from '../../../sinks/sink.ts';
import { QUARANTINE_DIRECTORY, REJECTED_FILE } from '../../journal/files.ts';

/** Older one first. */
const NAMES = [`${REJECTED_FILE}.1`, REJECTED_FILE] as const;
const QUALITY = '_quality';

/** A refused reading and when it was refused, ISO UTC. */
export interface OldRejection {
  readonly at: string;
  readonly rejection: Rejection;
}

/**
 * Hands over what the files hold, then puts them away. A crash in between hands it over again.
 * @throws the error of the file system, or of `take`
 */
export async function takeRejectedLogs(
  directory: string,
  take: (rejections: readonly OldRejection[]) => Promise<void>,
): Promise<void> {
  for (const name of NAMES) {
    const path = join(directory, name);
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    if (text === null) continue;
    await take(parseRejectedLog(text));
    await rename(path, join(directory, QUARANTINE_DIRECTORY, `${name}.read`));
  }
}

/** Lines that are not understood are left out. */
export function parseRejectedLog(text: string): readonly OldRejection[] {
  return text.split('\n').flatMap((line) => {
    const old = parseOld(line);
    return old === null ? [] : [old];
  });
}

interface OldLine {
  readonly at: string;
  readonly reason: string;
  /** Line protocol; JSON of point, value, quality and stamp where that could not be made. */
  readonly line: string;
}

function parseOld(text: string): OldRejection | null {
  try {
    const { at, reason, line } = JSON.parse(text) as OldLine;
    const reading = line.startsWith('{') ? parseDescribed(line) : parseProtocol(line);
    return reading === null ? null : { at, rejection: { ...reading, reason } };
  } catch {
    return null;
  }
}

type Reading = Omit<Rejection, 'reason'>;

function parseDescribed(line: string): Reading {
  const { point, value, quality, stampMs } = JSON.parse(line) as {
    readonly point?: SinkPoint;
    readonly value: number | null;
    readonly quality: number;
    readonly stampMs: number | null;
  };
  return {
    point: point ?? null,
    value: value ?? Number.NaN,
    quality,
    stampMs: stampMs ?? Number.NaN,
    mark: 1,
  };
}

/** `kind,equipment=…,site=… name=1.5,name_quality=0 1700000000000`. */
function parseProtocol(line: string): Reading | null {
  const [series = '', fields = '', stamp = ''] = splitAt(line, ' ');
  const [kind = '', ...tags] = splitAt(series, ',');
  const tag = new Map(tags.map(toPair));
  const field = new Map(splitAt(fields, ',').map(toPair));
  const [first = ''] = field.keys();
  const isQualityAlone = field.size === 1 && first.endsWith(QUALITY);
  const name = isQualityAlone ? first.slice(0, -QUALITY.length) : first;
  const quality = Number(field.get(name + QUALITY) ?? 0);
  const [site, equipment] = [tag.get('site'), tag.get('equipment')];
  if (site === undefined || equipment === undefined || name === '' || stamp === '') return null;
  return {
    point: { site, equipment, kind: unescape(kind), name },
    value: isBad(quality) ? Number.NaN : Number(field.get(name) ?? Number.NaN),
    quality,
    stampMs: Number(stamp),
    mark: field.has(name + QUALITY) ? 1 : 0,
  };
}

function toPair(text: string): [string, string] {
  const [key = '', value = ''] = splitAt(text, '=');
  return [unescape(key), unescape(value)];
}

/** At each separator that no backslash stands before. */
function splitAt(text: string, separator: ' ' | ',' | '='): readonly string[] {
  return text.split(new RegExp(`(?<!\\\\)${separator}`));
}

function unescape(text: string): string {
  return text.replaceAll(/\\([,= ])/g, '$1');
}
