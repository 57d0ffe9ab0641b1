/**
 * InfluxDB v1 API (1.x, 2.x by DBRP, VictoriaMetrics): writes lines, makes the database when it is missing, and finds out
 * which readings a server refuses, so that one wrong field never holds up the others (design.md §7 for the mapping).
 */
import type { InfluxSettings } from '../config/model.ts';
import { type Answer, InfluxHttp } from './influx-http.ts';
import { type SingleLine, toLines, toSingleLines } from './line-protocol.ts';
import type { Rejection, SendResult, Sink, SinkBlock } from './sink.ts';

/** Requests spent on finding the refused lines of one write; what is undecided then is set aside as a whole. */
const SIFT_REQUESTS = 200;
/** Longest part of a server's answer that is kept as a reason. */
const REASON_CHARS = 300;
/** Answers that speak of lines and not of the server or the request; only these let a whole write be set aside. */
const ABOUT_LINES = /partial write|unable to parse|field type conflict|retention policy|max-(series|values)/i;
const CONFLICT = /input field "(?<field>[^"]+)" on measurement "(?<kind>[^"]+)"/;

type Retry = Extract<SendResult, { outcome: 'retry' }>;

export function createInfluxSink(settings: InfluxSettings): Sink {
  const http = new InfluxHttp(settings);
  return {
    send: (blocks, signal) => sendBlocks(http, settings.database, blocks, signal),
    close: () => http.close(),
  };
}

async function sendBlocks(
  http: InfluxHttp,
  database: string,
  blocks: readonly SinkBlock[],
  signal: AbortSignal,
): Promise<SendResult> {
  const { lines, rejected } = toLines(blocks);
  if (lines.length === 0) return { outcome: 'accepted', rejected };
  try {
    const answer = await write(http, database, lines, signal);
    if (isStored(answer)) return { outcome: 'accepted', rejected };
    if (!isAboutContent(answer)) return toRetry(answer);
    const sifted = await sift(http, toSingleLines(blocks), signal);
    if (sifted.outcome === 'retry') return sifted;
    return { outcome: 'accepted', rejected: [...rejected, ...sifted.rejected] };
  } catch (error) {
    return { outcome: 'retry', state: 'down', reason: (error as Error).message, waitMs: null };
  }
}

/** Writes; when the database is missing, makes it and writes again. */
async function write(
  http: InfluxHttp,
  database: string,
  lines: readonly string[],
  signal: AbortSignal,
): Promise<Answer> {
  const body = lines.join('\n');
  const answer = await http.write(body, signal);
  if (answer.status !== 404) return answer;
  const name = database.replaceAll(/["\\]/g, String.raw`\$&`);
  const made = await http.query(`CREATE DATABASE "${name}"`, signal);
  const problem = toQueryProblem(made);
  if (problem !== null)
    return { ...made, status: 403, body: `cannot create database ${database}: ${problem}` };
  return http.write(body, signal);
}

/** null when the statement was executed; InfluxDB reports its failure with status 200. */
function toQueryProblem(answer: Answer): string | null {
  if (answer.status !== 200) return toReason(answer);
  return answer.body.includes('"error"') ? toReason(answer) : null;
}

/**
 * Sends the readings one line each, in halves (or split at the field that the server names), until it is known which
 * ones are refused. Those that it takes are stored twice over, which changes nothing.
 */
async function sift(
  http: InfluxHttp,
  lines: readonly SingleLine[],
  signal: AbortSignal,
): Promise<SendResult> {
  const rejected: Rejection[] = [];
  const groups: (readonly SingleLine[])[] = [lines];
  let accepted = 0;
  let isServerAtFault = false;
  for (let group = groups.pop(), used = 0; group !== undefined; group = groups.pop(), used++) {
    if (used >= SIFT_REQUESTS) {
      rejected.push(
        ...toRejections(group, `undecided after ${SIFT_REQUESTS} requests; the server may have taken it`),
      );
      continue;
    }
    const answer = await http.write(group.map((single) => single.line).join('\n'), signal);
    if (isStored(answer)) accepted += group.length;
    else if (!isAboutContent(answer)) return toRetry(answer);
    else if (group.length === 1 || isAllDropped(answer, group.length)) {
      isServerAtFault ||= !ABOUT_LINES.test(answer.body);
      rejected.push(...toRejections(group, toReason(answer)));
    } else groups.push(...split(group, answer));
  }
  // A server that refuses everything without naming a line (a proxy, say) must not empty the journal into a file.
  if (accepted === 0 && isServerAtFault) {
    return { outcome: 'retry', state: 'rejecting', reason: rejected[0]?.reason ?? '', waitMs: null };
  }
  return { outcome: 'accepted', rejected };
}

function split(group: readonly SingleLine[], answer: Answer): (readonly SingleLine[])[] {
  const named = CONFLICT.exec(answer.body)?.groups;
  if (named !== undefined) {
    const isNamed = ({ point }: SingleLine): boolean =>
      point.kind === named['kind'] &&
      (point.name === named['field'] || `${point.name}_quality` === named['field']);
    const suspects = group.filter(isNamed);
    const others = group.filter((single) => !isNamed(single));
    if (suspects.length > 0 && others.length > 0) return [suspects, others];
  }
  const middle = group.length >>> 1;
  return [group.slice(middle), group.slice(0, middle)];
}

function toRejections(group: readonly SingleLine[], reason: string): readonly Rejection[] {
  return group.map(({ line }) => ({ line, reason }));
}

function isStored(answer: Answer): boolean {
  return answer.status === 204 || answer.status === 200;
}

/** 400: some line is wrong. 413: too large, which smaller pieces cure. */
function isAboutContent(answer: Answer): boolean {
  return answer.status === 400 || answer.status === 413;
}

/** InfluxDB says how many points of a partial write it dropped. */
function isAllDropped(answer: Answer, lines: number): boolean {
  return Number(/dropped=(\d+)/.exec(answer.body)?.[1] ?? 0) >= lines;
}

function toRetry(answer: Answer): Retry {
  const isOverloaded = answer.status >= 500 || answer.status === 429 || answer.status === 408;
  return {
    outcome: 'retry',
    state: isOverloaded ? 'down' : 'rejecting',
    reason: `${answer.status} ${toReason(answer)}`,
    waitMs: answer.waitMs,
  };
}

/** The server's own words. */
function toReason(answer: Answer): string {
  try {
    const parsed = JSON.parse(answer.body) as { error?: unknown; results?: readonly { error?: unknown }[] };
    const error = parsed.error ?? parsed.results?.[0]?.error;
    if (typeof error === 'string') return error.slice(0, REASON_CHARS);
  } catch {
    // Not JSON: the text as it is.
  }
  return answer.body.slice(0, REASON_CHARS).trim() || `status ${answer.status}`;
}
