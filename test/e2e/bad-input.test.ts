/**
 * Wrong input at the command line, as a person meets it: everything that is wrong is said with its place or its code,
 * the exit code is 1, and nothing has been started or written.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  freeDemoPorts,
  PROJECT_DIRECTORY,
  runRiser,
  type Said,
  toPortEnvironment,
} from '../support/gateway.ts';
import { startChildGateway } from '../support/plant.ts';
import { freePort, freePorts } from '../support/ports.ts';
import { startProcess } from '../support/process.ts';
import { createTemporaryDirectory, type TemporaryDirectory } from '../support/temp.ts';
import { writeSite } from './site.ts';

/** `file:line:col path: expected …, found …` */
const PROBLEM = /^(\S+?):(\d+):(\d+) (\S+): expected .+, found .+$/;
/** A line of a stack trace: for us, not for people. */
const STACK = /^\s+at .*:\d+:\d+/m;

let place: TemporaryDirectory;
/** A sound site on ports where nobody answers. */
let config: string;
let httpPort: number;
let devicePorts: { readonly pumpRoomPort: number; readonly sumpRoomPort: number };

beforeAll(async () => {
  place = createTemporaryDirectory();
  const [http, pumpRoomPort, sumpRoomPort] = (await freePorts(3)) as [number, number, number];
  httpPort = http;
  devicePorts = { pumpRoomPort, sumpRoomPort };
  config = `${place.path}/site.yaml`;
  writeSite(config, { httpPort, ...devicePorts });
});
afterAll(() => place.remove());

const at = (name: string): string => `${place.path}/${name}`;

/** `run` with the sound site. Only its own refusal is on stderr. */
function run(data: string, site = config): Promise<Said> {
  return runRiser(['run', '--config', site, '--data', data, '--log-level', 'fatal']);
}

function expectRefusal({ code, stdout, stderr }: Said, errorCode: string, ...texts: readonly string[]): void {
  expect({ code, stdout }, stderr).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(new RegExp(`^${errorCode}: .+ / .+\\n$`));
  for (const text of texts) expect(stderr).toContain(text);
}

/** Takes a port like another program. */
async function occupy(): Promise<{ readonly port: number; readonly server: Server }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as { port: number }).port };
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const bound = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => resolve(true));
  });
  if (bound) await new Promise((resolve) => server.close(resolve));
  return bound;
}

describe('a site with mistakes in its site file, an include, a profile and the policy', () => {
  const SITE = `version: 1
site: { id: Trial_1, name: { zh: 试验, en: Trial }, timeZone: Mars/Olympus }
include: [more.yaml]
policy: policy.yaml
profiles: [profiles]
locations:
  - { id: house, name: { zh: 楼, en: House } }
links:
  - { id: line, name: { zh: 线, en: Line }, protocol: modbus, host: 127.0.0.1, prot: 502 }
equipment:
  - { id: dws-1, profile: my-sump, link: lime, location: house, name: { zh: 泵, en: Pump } }
http: { host: 127.0.0.1, port: HTTP_PORT }
`;
  const MORE = `version: 1
equipment:
  - { id: sump-1, profile: generic-sump-2p, link: line, location: cellar, name: { zh: 坑, en: Sump }, unit: 300 }
`;
  /** Where each mistake stands, by its text. */
  const MISTAKES = [
    ['site.yaml', 'Trial_1', 'site.id'],
    ['site.yaml', 'Mars/Olympus', 'site.timeZone'],
    ['site.yaml', 'prot: 502', 'links[0].prot'],
    ['site.yaml', 'lime', 'equipment[0].link'],
    ['more.yaml', 'cellar', 'equipment[0].location'],
    ['more.yaml', '300', 'equipment[0].unit'],
    ['profiles/my-sump.yaml', 'meter', 'points[0].unit'],
    ['policy.yaml', 'prioritiesOf', 'prioritiesOf'],
  ] as const;
  let folder: string;
  let checked: Said;

  beforeAll(async () => {
    folder = at('wrong');
    mkdirSync(`${folder}/profiles`, { recursive: true });
    const copy = (from: string, to: string, change: (text: string) => string): void =>
      writeFileSync(`${folder}/${to}`, change(readFileSync(`${PROJECT_DIRECTORY}/${from}`, 'utf8')));
    writeFileSync(`${folder}/site.yaml`, SITE.replace('HTTP_PORT', String(httpPort)));
    writeFileSync(`${folder}/more.yaml`, MORE);
    copy('config/policy.yaml', 'policy.yaml', (text) => text.replace('\npriorityOf:', '\nprioritiesOf:'));
    copy('devices/generic-sump-2p.yaml', 'profiles/my-sump.yaml', (text) =>
      text.replace('id: generic-sump-2p', 'id: my-sump').replace('unit: metre', 'unit: meter'),
    );
    checked = await runRiser(['check', '--config', 'site.yaml'], { cwd: folder });
  });

  test('check lists all of them at once, each with file, line, column and path, and exits with 1', () => {
    const { code, stdout, stderr } = checked;
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    const lines = stderr.trimEnd().split('\n');
    for (const line of lines) expect(line).toMatch(PROBLEM);
    for (const [file, text, path] of MISTAKES) {
      const written = readFileSync(`${folder}/${file}`, 'utf8').split('\n');
      const line = written.findIndex((one) => one.includes(text));
      const column = (written[line] as string).indexOf(text) + 1;
      const start = `${file}:${line + 1}:${column} ${path}: expected `;
      expect(
        lines.some((one) => one.startsWith(start)),
        `${start} in\n${stderr}`,
      ).toBe(true);
    }
  });

  test('run lists the same and starts nothing: no data directory, no port', async () => {
    const said = await runRiser(['run', '--config', 'site.yaml', '--data', 'data'], { cwd: folder });
    expect(said).toMatchObject({ code: 1, stdout: '' });
    const count = checked.stderr.trimEnd().split('\n').length;
    expect(said.stderr.startsWith(checked.stderr)).toBe(true);
    expect(said.stderr.slice(checked.stderr.length)).toMatch(
      new RegExp(`^config-invalid: ${count} problems.*nothing was started\\n$`),
    );
    expect(existsSync(`${folder}/data`)).toBe(false);
    expect(await isFree(httpPort)).toBe(true);
  });

  test('a site file that is not there is one such problem', async () => {
    const { code, stderr } = await runRiser(['check', '--config', at('nowhere.yaml')]);
    expect(code).toBe(1);
    expect(stderr.trimEnd()).toMatch(PROBLEM);
    expect(stderr).not.toMatch(STACK);
  });
});

describe('a port that is in use', () => {
  let taken: { readonly port: number; readonly server: Server };
  beforeAll(async () => {
    taken = await occupy();
  });
  afterAll(() => new Promise((resolve) => taken.server.close(resolve)));

  test('is named by run with its host, and nothing is made', async () => {
    const site = at('taken.yaml');
    writeSite(site, { ...devicePorts, httpPort: taken.port });
    expectRefusal(await run(at('never'), site), 'port-in-use', `127.0.0.1:${taken.port}`);
    expect(existsSync(at('never'))).toBe(false);
  });

  test.each([
    'RISER_HTTP_PORT',
    'RISER_PUMP_ROOM_PORT',
    'RISER_POWER_SERVER_PORT',
    'RISER_IOT_PORT',
    'RISER_SIM_CONTROL_PORT',
  ])('is named by demo (%s), and neither simulator nor InfluxDB is left running', async (variable) => {
    const ports = await freeDemoPorts();
    const env = {
      ...toPortEnvironment(ports),
      RISER_INFLUX_URL: undefined,
      [variable]: String(taken.port),
    };
    const said = await runRiser(['demo', '--data', at(variable)], { env });
    expectRefusal(said, 'port-in-use', `127.0.0.1:${taken.port}`);
    for (const port of Object.values(ports)) expect(await isFree(port)).toBe(true);
  });
});

describe('a data directory', () => {
  test('that is a file, or lies below one, is not writable', async () => {
    writeFileSync(at('file'), '');
    expectRefusal(await run(at('file')), 'data-not-writable', at('file'));
    expectRefusal(await run(at('file/below')), 'data-not-writable', at('file/below'));
    expect(await isFree(httpPort)).toBe(true);
  });

  test('that demo has made is refused by run, also when its stamp is lost, because of the demo accounts', async () => {
    const data = at('demo');
    const gateway = await startChildGateway({ data, config, httpPort, ...devicePorts });
    await gateway.stop();
    expectRefusal(await run(data), 'data-from-demo', data);
    rmSync(`${data}/riser.json`);
    expectRefusal(await run(data), 'data-from-demo', data);
  });

  test('with demo accounts is not opened off loopback', async () => {
    // Not loopback by its name, though the system binds 127.0.0.1 for it: nothing is ever open to the outside.
    const site = at('outside.yaml');
    writeSite(site, { httpHost: '127.1', httpPort, ...devicePorts });
    const args = ['test/support/gateway-child.ts', '--config', site, '--data', at('outside')];
    await using child = await startProcess(process.execPath, args, { cwd: PROJECT_DIRECTORY });
    expect(await child.waitForExit(90_000)).toMatchObject({ code: 1 });
    expect(child.stderr()).toMatch(/^demo-not-on-loopback: /m);
    expect(existsSync(at('outside'))).toBe(false);
  });
});

describe('the command line', () => {
  const OPTIONS: Readonly<Record<string, readonly string[]>> = {
    demo: ['--data', '--speed', '--seed', '--log-level'],
    run: ['--config', '--data', '--log-level'],
    check: ['--config', '--schema'],
    simulate: ['--speed', '--seed', '--control', 'inject', 'clear'],
    user: ['--data', '--role', '--password-file', 'add', 'disable'],
  };

  test('--help names every command, and that of a command its options, with exit code 0', async () => {
    const all = await runRiser(['--help']);
    expect(all.code).toBe(0);
    for (const command of Object.keys(OPTIONS))
      expect(all.stdout).toMatch(new RegExp(`^  ${command} +\\S`, 'm'));
    for (const [command, options] of Object.entries(OPTIONS)) {
      const { code, stdout, stderr } = await runRiser([command, '--help']);
      expect({ code, stderr }, command).toEqual({ code: 0, stderr: '' });
      for (const option of options) expect(stdout, command).toContain(option);
    }
  });

  test('an unknown command is refused with those that are known', async () => {
    const { code, stdout, stderr } = await runRiser(['strat']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('"strat"');
    for (const command of Object.keys(OPTIONS)) expect(stderr).toContain(command);
  });

  test.each(Object.keys(OPTIONS))(
    '%s refuses an option that it does not know, by its name',
    async (command) => {
      const args = command === 'user' ? ['user', 'list'] : [command];
      const { code, stdout, stderr } = await runRiser([...args, '--nope'], { cwd: place.path });
      expect([1, 2]).toContain(code);
      expect(stdout).toBe('');
      expect(stderr).toContain('--nope');
      expect(stderr).not.toMatch(STACK);
      expect(existsSync(at('data'))).toBe(false);
    },
  );

  test.each([
    [['run'], '--config'],
    [['run', '--config', 'x.yaml', '--log-level', 'loud'], 'loud'],
    [['demo', '--speed', 'fast'], 'fast'],
    [['demo', '--speed', '5000'], '5000'],
    [['demo', '--seed', '1.5'], '1.5'],
    [['demo', '--log-level', 'loud'], 'loud'],
    [['simulate', 'no-such-scenario'], 'no-such-scenario'],
    [['simulate', 'inject', 'dws-1'], 'inject'],
    [['user', 'add', 'Bad Name', '--role', 'admin'], 'Bad Name'],
    [['user', 'add', 'guest', '--role', 'king'], 'king'],
    [['user', 'disable', 'guest', '--data', 'nowhere'], 'nowhere'],
  ] as const)('%j is refused with the word that is wrong', async (args, word) => {
    const env = { RISER_SIM_CONTROL_PORT: String(await freePort()) };
    const { code, stdout, stderr } = await runRiser(args, { cwd: place.path, env });
    expect([1, 2]).toContain(code);
    expect(stdout).toBe('');
    expect(stderr).toContain(word);
    expect(stderr).not.toMatch(STACK);
    expect(stderr).not.toContain('internal error');
    expect(existsSync(at('data'))).toBe(false);
  });
});
