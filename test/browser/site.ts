/** A quiet plant, the gateway that reads it and serves the page, and a browser: for one file of tests. */
import type { Browser } from 'playwright-core';
import type { SimulatorProcess } from '../../src/simulation/process.ts';
import { launchBrowser } from '../support/browser.ts';
import { request } from '../support/client.ts';
import { type ChildGateway, startChildGateway, startQuietPlant } from '../support/plant.ts';
import { freePort } from '../support/ports.ts';
import { createTemporaryDirectory } from '../support/temp.ts';
import { createWire, type Wire } from '../support/wire.ts';
import { requireWebDirectory } from './tab.ts';

export interface Site extends AsyncDisposable {
  readonly browser: Browser;
  readonly plant: SimulatorProcess;
  /** Between gateway and booster set. */
  readonly wire: Wire;
  readonly url: string;
  readonly gateway: () => ChildGateway;
  /** What the simulator itself was asked, oldest first: unit and PDU in hexadecimal. @param endpoint `pump-room` … */
  requests(endpoint: string): Promise<readonly string[]>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** The gateway again, on the same data and at the same address. */
  restart(): Promise<void>;
}

/** Transaction, protocol and length come before the unit (MBAP), in hexadecimal digits. */
const MBAP_DIGITS = 12;

/**
 * The caller ends it, in `afterAll`.
 * @param chromium path of the browser
 * @param prepare what is done to the plant before the gateway asks it for the first time; default: nothing
 * @param writeConfig writes the site file into this directory; default: that of the small site
 */
export async function startSite(
  chromium: string,
  prepare?: (plant: SimulatorProcess) => Promise<void>,
  writeConfig?: (directory: string) => string,
): Promise<Site> {
  const webDirectory = requireWebDirectory();
  await using made = new AsyncDisposableStack();
  const data = made.adopt(createTemporaryDirectory(), (directory) => directory.remove());
  const files = made.adopt(createTemporaryDirectory(), (directory) => directory.remove());
  const plant = made.adopt(await startQuietPlant(), (process) => process.stop());
  await prepare?.(plant);
  const wire = made.use(await createWire(plant.ports['pump-room'] as number));
  const options = {
    data: data.path,
    ...(writeConfig !== undefined && { config: writeConfig(files.path) }),
    pumpRoomPort: wire.port,
    sumpRoomPort: plant.ports['sump-room'] as number,
    httpPort: await freePort(),
    webDirectory,
  };
  let gateway = await startChildGateway(options);
  made.defer(() => gateway.stop());
  const browser = made.adopt(await launchBrowser(chromium), (started) => started.close());
  const parts = made.move();
  return {
    browser,
    plant,
    wire,
    url: gateway.url,
    gateway: () => gateway,
    async requests(endpoint) {
      const { body } = await request(plant.controlUrl, 'GET', `/log?endpoint=${endpoint}`);
      return (body as readonly { request: string }[]).map((frame) => frame.request.slice(MBAP_DIGITS));
    },
    async kill() {
      gateway.process.kill('SIGKILL');
      await gateway.process.exited;
    },
    async restart() {
      gateway = await startChildGateway(options);
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}
