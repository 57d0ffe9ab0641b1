/**
 * Figures that are no readings (roll-ups, events, links) to an InfluxDB v1 API: lines, the retention policy of each
 * resolution, and what a server cannot take left out. When to write is the caller's business (telemetry/rollups, events).
 */
import type { InfluxSettings } from '../config/model.ts';
import { isAboutContent, isStored, toReason, toRetry } from './influx-answers.ts';
import { InfluxError } from './influx-client.ts';
import { type Answer, InfluxHttp, toWritePath } from './influx-http.ts';
import {
  createManagement,
  type InfluxProduct,
  type Management,
  type PolicyNames,
  toPolicyNames,
} from './influx-management.ts';
import { LineError, toFloat, toKey, toMeasurement, toStamp } from './line-protocol.ts';
import type { FigureLine, FigureResult, FigureSink, Resolution } from './sink.ts';

/** Requests spent on finding the refused lines of one write; what is undecided then counts as refused. */
const SPLIT_REQUESTS = 64;
/** Longest text of a field; longer ones are cut. */
const TEXT_CHARS = 1_000;
/** Products with a place for each resolution; in the others all resolutions lie in the database itself. */
const WITH_POLICIES: readonly InfluxProduct[] = ['influxdb-1', 'influxdb-2', 'unknown'];
/** Statements left to a person are looked after again this long after the last time. */
const RECHECK_MS = 600_000;
/** Database or policy is gone; InfluxDB 1.x says so of a policy with 500, of a database with 404. */
const MISSING = /(database|retention policy) not found/i;

type Accepted = Extract<FigureResult, { outcome: 'accepted' }>;

export function createInfluxFigures(settings: InfluxSettings): FigureSink {
  return new InfluxFigures(settings);
}

class InfluxFigures implements FigureSink {
  readonly #settings: InfluxSettings;
  readonly #http: InfluxHttp;
  readonly #management: Management;
  readonly #policies: PolicyNames;
  #product: InfluxProduct | null = null;
  #hasPolicies = false;
  #open: readonly string[] = [];
  /** When the policies were looked after, monotonic ms. */
  #checkedMs = 0;

  constructor(settings: InfluxSettings) {
    this.#settings = settings;
    this.#http = new InfluxHttp(settings);
    this.#management = createManagement(settings);
    this.#policies = toPolicyNames(settings);
  }

  get openStatements(): readonly string[] {
    return this.#open;
  }

  async write(
    lines: readonly FigureLine[],
    resolution: Resolution,
    signal: AbortSignal,
  ): Promise<FigureResult> {
    try {
      const product = await this.#prepare(resolution);
      const policy = WITH_POLICIES.includes(product) ? this.#policies[resolution] : null;
      const path = toWritePath(this.#settings.database, policy, 'u');
      return await this.#writeSplit(lines, path, product, signal);
    } catch (error) {
      const state = error instanceof InfluxError && error.kind !== 'down' ? 'rejecting' : 'down';
      return { outcome: 'retry', state, reason: (error as Error).message, waitMs: null };
    }
  }

  close(): void {
    this.#http.close();
    this.#management.close();
  }

  /** Database and policies, once; again after the server has said that they are missing. @throws InfluxError */
  async #prepare(resolution: Resolution): Promise<InfluxProduct> {
    if (this.#product === null) {
      const { product } = await this.#management.server();
      await this.#management.ensureDatabase().catch(unlessDown);
      this.#product = product;
    }
    const isOpenLong = this.#open.length > 0 && performance.now() - this.#checkedMs >= RECHECK_MS;
    if (resolution !== 'raw' && (!this.#hasPolicies || isOpenLong)) {
      const { open } = await this.#management.ensureRetention();
      this.#open = open.map(({ statement }) => statement);
      this.#hasPolicies = true;
      this.#checkedMs = performance.now();
    }
    return this.#product;
  }

  /** InfluxDB 1.x stores the good lines of a write beside refused ones; the others are asked again in halves. */
  async #writeSplit(
    lines: readonly FigureLine[],
    path: string,
    product: InfluxProduct,
    signal: AbortSignal,
  ): Promise<FigureResult> {
    const groups: (readonly FigureLine[])[] = [lines];
    let refused: Accepted['refused'] = null;
    for (let group = groups.pop(), used = 0; group !== undefined; group = groups.pop(), used++) {
      const { bytes, unfit } = toLines(group, product !== 'victoria-metrics');
      refused = join(refused, unfit);
      if (bytes.length === 0) continue;
      const answer = await this.#http.write(bytes, signal, path);
      if (isStored(answer)) continue;
      if (!isAboutContent(answer) || MISSING.test(answer.body)) return this.#toRetry(answer);
      const isPartial = product === 'influxdb-1' && answer.status !== 413;
      if (isPartial || group.length === 1 || used >= SPLIT_REQUESTS) {
        refused = join(refused, { lines: countRefused(answer, group.length), reason: toReason(answer) });
      } else {
        const middle = group.length >>> 1;
        groups.push(group.slice(middle), group.slice(0, middle));
      }
    }
    return { outcome: 'accepted', refused };
  }

  #toRetry(answer: Answer): FigureResult {
    // Both are looked after before the next write.
    if (answer.status === 404 || MISSING.test(answer.body)) {
      this.#product = null;
      this.#hasPolicies = false;
    }
    return toRetry(answer);
  }
}

/** The lines as bytes; those that line protocol cannot carry are left out. */
function toLines(
  lines: readonly FigureLine[],
  takesTexts: boolean,
): { readonly bytes: Buffer; readonly unfit: Accepted['refused'] } {
  const texts: string[] = [];
  let unfit: Accepted['refused'] = null;
  for (const line of lines) {
    try {
      const text = toLine(line, takesTexts);
      if (text !== null) texts.push(text);
    } catch (error) {
      if (!(error instanceof LineError)) throw error;
      unfit = join(unfit, { lines: 1, reason: error.message });
    }
  }
  return { bytes: Buffer.from(texts.join('\n')), unfit };
}

/** null when nothing of it is left. @throws LineError */
function toLine({ measurement, tags, fields, stampUs }: FigureLine, takesTexts: boolean): string | null {
  const parts: string[] = [];
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'number') parts.push(`${toFieldKey(name)}=${toFloat(value)}`);
    else if (takesTexts) parts.push(`${toFieldKey(name)}=${toText(value)}`);
  }
  if (parts.length === 0) return null;
  return `${toMeasurement(measurement)}${toTags(tags)} ${parts.join(',')} ${toStamp(stampUs)}`;
}

/** Key: tags of a series. Value: `,tag=value,tag=value`. */
const tagCache = new WeakMap<FigureLine['tags'], string>();
/** Key: name of a field as the points are called. Value: escaped. */
const fieldCache = new Map<string, string>();
/** Names of fields that are remembered; a site has a few thousand. */
const FIELD_NAMES = 20_000;

/** In the order of their names, as servers like them. A tag without a value is left out. */
function toTags(tags: FigureLine['tags']): string {
  const known = tagCache.get(tags);
  if (known !== undefined) return known;
  const names = Object.keys(tags).filter((name) => tags[name] !== '');
  const text = names.toSorted().map((name) => `,${toKey(name)}=${toKey(tags[name] as string)}`);
  tagCache.set(tags, text.join(''));
  return text.join('');
}

function toFieldKey(name: string): string {
  const known = fieldCache.get(name);
  if (known !== undefined) return known;
  const key = toKey(name);
  if (fieldCache.size < FIELD_NAMES) fieldCache.set(name, key);
  return key;
}

/** A text between double quotes; a line break would end the line. */
function toText(text: string): string {
  const flat = text.slice(0, TEXT_CHARS).replaceAll(/[\r\n]+/g, ' ');
  return `"${flat.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}

function countRefused(answer: Answer, lines: number): number {
  const dropped = /dropped=(\d+)/.exec(answer.body)?.[1];
  return dropped === undefined ? lines : Math.min(lines, Number(dropped));
}

function join(one: Accepted['refused'], other: Accepted['refused']): Accepted['refused'] {
  if (one === null || other === null) return one ?? other;
  return { lines: one.lines + other.lines, reason: other.reason };
}

function unlessDown(error: unknown): void {
  if (error instanceof InfluxError && error.kind !== 'down') return;
  throw error;
}
