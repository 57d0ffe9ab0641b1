/**
 * What happens on one stream of bytes to a client, whatever it is made of: cuts requests out of it, has them answered
 * (respond.ts), lets the faults of the wire strike (wire-faults.ts, spoil.ts) and logs every frame as it was sent.
 * Requests are answered in order; a unit that is not there gives no answer, as behind a gateway.
 */
import type { LoggedFrame } from '../frame-log.ts';
import type { Cut, Request } from './framing.ts';
import { MODBUS_LIMITS, type ModbusCounters, type ModbusLineOptions } from './line.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import { toSpans } from './request.ts';
import { respond } from './respond.ts';
import type { Unit } from './respond-read.ts';
import { toFaultException, toWireBytes } from './spoil.ts';
import type { Decision } from './wire-faults.ts';

/** The stream, as far as a conversation may touch it. */
export interface Stream {
  write(bytes: Buffer): void;
  /** Bytes that the other side has not taken yet. */
  unsentBytes(): number;
  close(): void;
  /** Closes without a word, RST on TCP. */
  reset(): void;
}

export interface Conversation {
  receive(segment: Buffer): void;
  /** Sends bytes that nobody asked for, between frames. */
  say(bytes: Buffer): void;
  /** From now on nothing is read or answered; what was about to be sent is not. */
  end(): void;
}

interface Context extends ModbusLineOptions {
  readonly counters: ModbusCounters;
  readonly stream: Stream;
  readonly outbox: Outbox;
  /** Runs once after so many ms, unless the conversation has ended. */
  later(ms: number, act: () => void): void;
  send(entry: LoggedFrame, bytes: Buffer, decision: Decision): void;
  end(): void;
  isOver(): boolean;
}

export function createConversation(
  stream: Stream,
  options: ModbusLineOptions,
  counters: ModbusCounters,
): Conversation {
  const timers = new Set<NodeJS.Timeout>();
  let isOver = false;
  const end = (): void => {
    isOver = true;
    for (const timer of timers) clearTimeout(timer);
    timers.clear();
  };
  const later = (ms: number, act: () => void): void => {
    if (isOver) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      act();
    }, ms);
    timers.add(timer);
  };
  const outbox = createOutbox((bytes) => stream.write(bytes), later);
  const context = { ...options, counters, stream, outbox, later, end, isOver: () => isOver };
  const queue = createQueue({ ...context, send: createSend(context) });
  const reader = createReader(context, (request) => {
    if (!isOver) queue(request);
  });
  return {
    end,
    say(bytes) {
      if (isOver) return;
      options.log.add(options.endpoint, new Uint8Array(0), bytes);
      outbox.send(bytes, null, () => {});
    },
    receive(segment) {
      if (!isOver) reader(segment);
    },
  };
}

/** @returns a function that takes what arrives. */
function createReader(
  { form, counters, stream, end }: Pick<Context, 'form' | 'counters' | 'stream' | 'end'>,
  ask: (request: Request) => void,
): (segment: Buffer) => void {
  const framer = form.createFramer();
  let silence: NodeJS.Timeout | null = null;
  const take = ({ requests, isBroken, discardedBytes }: Cut): void => {
    counters.bytesDiscarded += discardedBytes;
    for (const request of requests) ask(request);
    if (!isBroken) return;
    counters.connectionsCutBadFrame++;
    end();
    stream.close();
  };
  return (segment) => {
    if (silence !== null) clearTimeout(silence);
    silence = null;
    take(framer.push(segment));
    // It may fire after the end of the conversation: then nobody listens to what it finds.
    if (framer.isWaiting()) silence = setTimeout(() => take(framer.silence()), MODBUS_LIMITS.silenceMs);
  };
}

/** One request at a time: while the device is slow, others wait. */
function createQueue(context: Context): (request: Request) => void {
  const waiting: Request[] = [];
  let isBusy = false;
  const done = (): void => {
    isBusy = false;
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      start(next);
      if (isBusy || context.isOver()) return;
    }
  };
  const start = (request: Request): void => {
    const slowMs = handle(context, request, done);
    isBusy = slowMs > 0;
  };
  return (request) => {
    if (!isBusy) start(request);
    else if (waiting.length < MODBUS_LIMITS.waitingRequests) waiting.push(request);
    else context.counters.requestsDropped++;
  };
}

/** @param done is called later when the result is above 0. @returns how long the device is busy with it, ms. */
function handle(context: Context, request: Request, done: () => void): number {
  const { endpoint, log, counters } = context;
  const unit = context.findUnit(request.unit);
  if (unit === undefined) {
    counters.framesUnanswered++;
    log.add(endpoint, request.bytes, null);
    return 0;
  }
  const decision = context.faults.decide(request.unit, toSpans(request.pdu));
  counters.faultsStruck += decision.kinds.length;
  const entry = log.add(endpoint, request.bytes, null, decision.kinds);
  if (decision.get('silent') !== undefined || decision.get('reset') !== undefined) {
    counters.framesUnanswered++;
    if (decision.get('reset') === undefined) return 0;
    context.end();
    context.stream.reset();
    return 0;
  }
  const slowMs = decision.get('slow')?.ms ?? 0;
  if (slowMs === 0) answer(context, request, unit, decision, entry);
  else {
    context.later(slowMs, () => {
      answer(context, request, unit, decision, entry);
      done();
    });
  }
  return slowMs;
}

function answer(
  context: Context,
  request: Request,
  unit: Unit,
  decision: Decision,
  entry: LoggedFrame,
): void {
  const pdu = toFaultException(request, decision) ?? respond(request.pdu, unit);
  const bytes = toWireBytes(context.form, request, pdu, decision);
  context.counters.framesServed++;
  context.log.answered(entry, bytes);
  context.send(entry, bytes, decision);
}

/** Sends at once or late, whole or in pieces, and cuts off who leaves too much unread. */
function createSend(
  context: Omit<Context, 'send'>,
): (entry: LoggedFrame, bytes: Buffer, decision: Decision) => void {
  const { stream, outbox, counters, log, later, end, isOver } = context;
  let lateAnswers = 0;
  const post = (entry: LoggedFrame, bytes: Buffer, decision: Decision): void => {
    outbox.send(bytes, decision.get('split') ?? null, () => log.sent(entry));
    if (stream.unsentBytes() + outbox.waitingBytes() <= MODBUS_LIMITS.unsentBytes || isOver()) return;
    counters.connectionsCutUnread++;
    end();
    stream.close();
  };
  return (entry, bytes, decision) => {
    const late = decision.get('late');
    if (late === undefined) {
      post(entry, bytes, decision);
    } else if (lateAnswers >= MODBUS_LIMITS.lateAnswers) {
      counters.answersDropped++;
    } else {
      lateAnswers++;
      later(late.ms, () => {
        lateAnswers--;
        post(entry, bytes, decision);
      });
    }
  };
}
