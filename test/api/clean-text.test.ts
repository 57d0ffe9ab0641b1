/** What nobody sees in a text, and what turns it round, is left out before anything reads it. */
import { expect, test } from 'vitest';
import { cleanBody } from '../../src/api/clean-text.ts';
import { bearer, createGateway, startApi, TICKET } from './support.ts';

const cleaned = (body: unknown): unknown => {
  const request = { body };
  cleanBody(request);
  return request.body;
};

test('control characters, marks of direction and broken halves of characters go; lines and tabs stay', () => {
  const unseen = ['\u0000', '\u001b', '\u007f', '\u0085', '\u200e', '\u202e', '\u2028', '\u2066'].join('');
  expect(cleaned({ content: `漏${unseen}水`, list: [`a${unseen}`], deep: { note: unseen } })).toEqual({
    content: '漏水',
    list: ['a'],
    deep: { note: '' },
  });
  expect(cleaned({ text: 'one\r\n\ttwo 👨‍🔧' })).toEqual({ text: 'one\r\n\ttwo 👨‍🔧' });
  expect(cleaned({ text: '\ud800x' })).toEqual({ text: '\ufffdx' });
});

test('passwords, numbers, nothing and what is no plain body stay as they are', () => {
  const password = 'a\u0000b';
  expect(cleaned({ password, version: 3, none: null })).toEqual({ password, version: 3, none: null });
  expect(cleaned(undefined)).toBeUndefined();
  const stream = new Map([['text', '\u0000']]);
  expect(cleaned(stream)).toBe(stream);
});

test('a ticket that is opened over HTTP holds none of them, and words of nothing else are no words', async () => {
  const gateway = createGateway();
  gateway.answer = async () => ({ occurrence: null, ticket: TICKET });
  await using started = await startApi({}, gateway);
  const headers = bearer('desk');
  const open = (content: string) =>
    started.api.inject({
      method: 'POST',
      url: '/api/v1/tickets',
      headers,
      payload: { source: 'owner-call', channel: 'phone', class: 'help', content },
    });
  expect((await open('水管\u0000\u202e漏水')).statusCode).toBe(201);
  expect(started.submitted.at(-1)).toMatchObject({ ticket: { content: '水管漏水' } });
  expect((await open('\u0000\u202e')).statusCode).toBe(400);
});
