/** Validators that are compiled when they are needed: refusals stay as they are, and a schema nobody asks for costs nothing. */
import Fastify from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { validateLazily } from '../../src/api/validators.ts';

const NUMBER = { type: 'object', required: ['value'], properties: { value: { type: 'number' } } } as const;
/** No validator can be made of it. */
const BROKEN = { type: 'nothing that there is' } as const;

async function start(paths: Readonly<Record<string, object>>) {
  const api = Fastify();
  onTestFinished(() => api.close());
  validateLazily(api);
  for (const [path, body] of Object.entries(paths))
    api.post(path, { schema: { body } }, async () => ({ isTaken: true }));
  await api.ready();
  return async (url: string, payload: object) => (await api.inject({ method: 'POST', url, payload })).json();
}

test('the first route and those after it refuse alike, each time with what is wrong', async () => {
  const post = await start({
    '/first': NUMBER,
    '/second': NUMBER,
    '/third': { ...NUMBER, maxProperties: 1 },
  });
  for (const path of ['/first', '/second', '/second', '/third']) {
    expect(await post(path, { value: 'x' })).toMatchObject({
      statusCode: 400,
      message: 'body/value must be number',
    });
    expect(await post(path, {})).toMatchObject({ message: "body must have required property 'value'" });
  }
  expect(await post('/third', { value: 1, other: 2 })).toMatchObject({ statusCode: 400 });
});

test('what cannot be compiled is no hindrance before it is asked for, and then a fault of the server', async () => {
  const post = await start({ '/first': NUMBER, '/broken': BROKEN });
  expect(await post('/broken', { value: 1 })).toMatchObject({ statusCode: 500 });
  expect(await post('/first', { value: 'x' })).toMatchObject({ statusCode: 400 });
  await expect(start({ '/broken': BROKEN })).rejects.toThrow('Failed building the validation schema');
});
