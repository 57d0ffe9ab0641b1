/** Certificates: who is refused, where what is refused lies, and how people trust it. */
import { existsSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from '../../support/ports.ts';
import { temporaryDirectory } from '../../support/temp.ts';
import { startOpcuaServer, type TestOpcuaServer } from './server.ts';
import { at, createSite, type Heard, listen, NAMESPACE } from './site.ts';

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function serve(): Promise<TestOpcuaServer> {
  const variables = { load: { type: 'Double', value: 4 } as const };
  const server = await startOpcuaServer({ namespace: NAMESPACE, variables });
  closing.push(() => server.stop());
  return server;
}

function open(url: string, directory: string, link: object): Heard {
  const heard = listen(createSite(url, [at('load')], { connectTimeoutMs: 20_000, ...link }), directory);
  closing.push(() => heard.connection.close());
  return heard;
}

const connect = (heard: Heard) => heard.connection.connect(new AbortController().signal);

/** What somebody does who has compared the certificate with the one of the plant. */
function trust(directory: string): void {
  const rejected = join(directory, 'rejected');
  const files = readdirSync(rejected);
  expect(files).toHaveLength(1);
  for (const file of files) renameSync(join(rejected, file), join(directory, 'trusted', 'certs', file));
}

describe('an encrypted link', () => {
  it('refuses a server that nobody has trusted, says where its certificate lies, and takes it once moved', async () => {
    const server = await serve();
    const directory = join(temporaryDirectory(), 'opcua');
    const first = open(server.url, directory, { security: 'sign-and-encrypt' });
    await expect(connect(first)).rejects.toMatchObject({
      code: 'connect-failed',
      retryable: false,
      message: expect.stringContaining(
        `it lies in ${directory}/rejected; move it to ${directory}/trusted/certs to trust it`,
      ),
    });
    expect(server.sessions()).toBe(0);
    await first.connection.close();
    const again = open(server.url, directory, { security: 'sign-and-encrypt' });
    await expect(connect(again)).rejects.toMatchObject({ code: 'connect-failed' });
    await again.connection.close();
    trust(directory);
    const second = open(server.url, directory, { security: 'sign-and-encrypt' });
    await connect(second);
    expect((await second.quality('load', 'good')).value).toBe(4);
    await second.connection.close();
    const signed = open(server.url, directory, { security: 'sign', policy: 'Aes256_Sha256_RsaPss' });
    await connect(signed);
    expect((await signed.quality('load', 'good')).value).toBe(4);
  });

  it('to a server that is not there fails like any other', async () => {
    const heard = open(`opc.tcp://127.0.0.1:${await freePort()}`, join(temporaryDirectory(), 'opcua'), {
      security: 'sign',
    });
    await expect(connect(heard)).rejects.toMatchObject({
      code: 'connect-failed',
      message: expect.stringMatching(/connection refused/),
    });
  });
});

it('a link without security needs no certificate and writes nothing to disk', async () => {
  const server = await serve();
  const directory = join(temporaryDirectory(), 'opcua');
  const heard = open(server.url, directory, {});
  await connect(heard);
  await heard.quality('load', 'good');
  expect(existsSync(directory)).toBe(false);
});
