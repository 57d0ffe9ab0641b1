/**
 * MQTT behind the driver contract: one connection is a transport (the gateway's own broker, or a client of another)
 * and the intake that its messages go to.
 */
import type { Logger } from 'pino';
import type { Equipment, LinkDef, PointDef } from '../../config/model.ts';
import { assert } from '../../core/assert.ts';
import { DeviceError } from '../../core/errors.ts';
import type { DriverContext, PushConnection, PushDriver, PushSink } from '../driver.ts';
import { openBroker } from './broker.ts';
import { openClient } from './client.ts';
import { Intake, type IntakeClock } from './intake.ts';
import { type MqttLink, toLinkProblem, toMqttLink } from './schema.ts';
import type { Transport, TransportContext } from './transport.ts';

const SYSTEM_CLOCK: IntakeClock = { wallMs: () => Date.now(), monoMs: () => performance.now() };

/** @param clock tests hand in their own */
export function createMqttDriver({ log }: Pick<DriverContext, 'log'>, clock = SYSTEM_CLOCK): PushDriver {
  return {
    mode: 'push',
    open: (link, points, equipmentOf, sink) =>
      new MqttConnection(link, points, equipmentOf, sink, log, clock),
  };
}

class MqttConnection implements PushConnection {
  readonly #link: MqttLink;
  readonly #log: Logger;
  readonly #sink: PushSink;
  readonly #intake: Intake;
  readonly #stop = new AbortController();
  /** The transport while it opens and while it is open. */
  #opening: Promise<Transport> | null = null;
  #transport: Transport | null = null;
  #isClosed = false;

  constructor(
    link: LinkDef,
    points: readonly PointDef[],
    equipmentOf: (point: PointDef) => Equipment,
    sink: PushSink,
    log: Logger,
    clock: IntakeClock,
  ) {
    this.#link = toMqttLink(link.options);
    this.#log = log.child({ link: link.id });
    this.#sink = sink;
    this.#intake = new Intake(points, equipmentOf, sink, clock);
  }

  async connect(signal: AbortSignal): Promise<void> {
    assert(this.#opening === null, 'a connection is opened once');
    this.#opening = this.#open(AbortSignal.any([signal, this.#stop.signal]));
    this.#transport = await this.#opening;
    if (this.#isClosed) throw new DeviceError('stopped', 'stopped while connecting');
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stop.abort();
    // A transport that failed to open has freed what it held.
    const transport = await this.#opening?.catch(() => null);
    await transport?.close();
  }

  stats(): Readonly<Record<string, number>> {
    return { clients: 0, refused_publishes: 0, ...this.#intake.stats(), ...this.#transport?.stats() };
  }

  async #open(signal: AbortSignal): Promise<Transport> {
    const problem = toLinkProblem(this.#link);
    if (problem !== null) throw new DeviceError('connect-failed', problem, { retryable: false });
    const { listen, url, connectTimeoutMs } = this.#link;
    const context: TransportContext = { events: this.#toEvents(), log: this.#log, signal };
    if (listen) return await openBroker(listen, connectTimeoutMs, context);
    assert(url !== undefined, 'a link that listens nowhere has a url');
    return await openClient({ ...this.#link, url }, this.#intake.filters, context);
  }

  #toEvents(): TransportContext['events'] {
    return {
      message: (message) => {
        if (!this.#isClosed) this.#intake.take(message);
      },
      refused: (filters) => this.#intake.refuse(filters),
      lost: (reason) => {
        if (!this.#isClosed) this.#sink.lost(reason);
      },
    };
  }
}
