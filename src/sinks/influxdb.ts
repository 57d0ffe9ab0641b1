/**
 * InfluxDB v1 API (1.x, 2.x by DBRP, 3 Core, VictoriaMetrics): writes lines, makes the database when it is missing, and
 * finds out which readings a server refuses, so that one wrong field never holds up the others (design.md §7 for the
 * mapping, docs/influxdb.md for the servers).
 */
import type { InfluxSettings } from '../config/model.ts';
import {
  findConflict,
  isAboutContent,
  isAboutLines,
  isAllDropped,
  isStored,
  toQueryProblem,
  toReason,
  toRetry,
} from './influx-answers.ts';
import { type Answer, InfluxHttp } from './influx-http.ts';
import { quoteName } from './influxql.ts';
import { findSendable, type Located, toBody, toPoint, toRejection, toSingleLines } from './line-body.ts';
import { toQualityField } from './line-protocol.ts';
import type { Rejection, SendResult, Sink, SinkBlock } from './sink.ts';

/** Requests spent on finding the refused lines of one write; what is undecided then is set aside as a whole. */
const SIFT_REQUESTS = 200;

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
  const { bytes, rejected } = await toBody(blocks);
  if (bytes.length === 0) return { outcome: 'accepted', rejected };
  try {
    const answer = await write(http, database, bytes, signal);
    if (isStored(answer)) return { outcome: 'accepted', rejected };
    if (!isAboutContent(answer)) return toRetry(answer);
    const sifted = await sift(http, findSendable(blocks), signal);
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
  bytes: Buffer,
  signal: AbortSignal,
): Promise<Answer> {
  const answer = await http.write(bytes, signal);
  if (answer.status !== 404) return answer;
  const made = await http.query(`CREATE DATABASE ${quoteName(database)}`, signal);
  const problem = toQueryProblem(made);
  if (problem === null) return http.write(bytes, signal);
  const body = `${toReason(answer)}; cannot create database ${database}: ${problem}`;
  return { ...made, status: 403, body };
}

/**
 * Sends the readings one line each, in halves (or split at the field that the server names), until it is known which
 * ones are refused. Those that it takes are stored twice over, which changes nothing.
 */
async function sift(
  http: InfluxHttp,
  readings: readonly Located[],
  signal: AbortSignal,
): Promise<SendResult> {
  const rejected: Rejection[] = [];
  const groups: (readonly Located[])[] = [readings];
  let accepted = 0;
  let isServerAtFault = false;
  for (let group = groups.pop(), used = 0; group !== undefined; group = groups.pop(), used++) {
    if (used >= SIFT_REQUESTS) {
      rejected.push(
        ...toRejections(group, `undecided after ${SIFT_REQUESTS} requests; the server may have taken it`),
      );
      continue;
    }
    const answer = await http.write(toSingleLines(group), signal);
    if (isStored(answer)) accepted += group.length;
    else if (!isAboutContent(answer)) return toRetry(answer);
    else if (group.length === 1 || isAllDropped(answer, group.length)) {
      isServerAtFault ||= !isAboutLines(answer);
      rejected.push(...toRejections(group, toReason(answer)));
    } else groups.push(...split(group, answer));
  }
  // A server that refuses everything without naming a line (a proxy, say) must not empty the journal into a file.
  if (accepted === 0 && isServerAtFault) {
    return { outcome: 'retry', state: 'rejecting', reason: rejected[0]?.reason ?? '', waitMs: null };
  }
  return { outcome: 'accepted', rejected };
}

function split(group: readonly Located[], answer: Answer): (readonly Located[])[] {
  const named = findConflict(answer);
  if (named !== null) {
    const isNamed = (one: Located): boolean => {
      const point = toPoint(one);
      if (point?.kind !== named.kind) return false;
      return point.name === named.field || toQualityField(point.name) === named.field;
    };
    const suspects = group.filter(isNamed);
    const others = group.filter((one) => !isNamed(one));
    if (suspects.length > 0 && others.length > 0) return [suspects, others];
  }
  const middle = group.length >>> 1;
  return [group.slice(middle), group.slice(0, middle)];
}

function toRejections(group: readonly Located[], reason: string): readonly Rejection[] {
  return group.map((one) => toRejection(one, reason));
}
