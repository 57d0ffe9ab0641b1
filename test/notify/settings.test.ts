/** `notify:` of the site file. */

import { Value } from 'typebox/value';
import { expect, test } from 'vitest';
import { NO_NOTIFY, NotifySchema, toNotifySettings } from '../../src/config/notify.ts';

const WEBHOOK = { url: 'https://messages.example/riser', secret: 'sixteen letters!' };

function isValid(value: unknown): boolean {
  return Value.Check(NotifySchema, Value.Default(NotifySchema, value));
}

function read(value: unknown) {
  return toNotifySettings(Value.Parse(NotifySchema, Value.Default(NotifySchema, value)));
}

test('without it there is the inbox alone', () => {
  expect(read({})).toEqual(NO_NOTIFY);
});

test('a webhook needs no more than its address and its secret', () => {
  expect(read({ webhook: WEBHOOK })).toEqual({
    webhook: {
      ...WEBHOOK,
      ca: null,
      kinds: null,
      roles: null,
      contacts: false,
      perMinute: 60,
      timeoutMs: 10_000,
    },
  });
});

test.for([
  ['a secret that can be guessed', { secret: 'short' }],
  ['an address that is no HTTP', { url: 'ftp://messages.example' }],
  ['a kind that there is not', { kinds: ['gossip'] }],
  ['a role that there is not', { roles: ['king'] }],
  ['no kind at all', { kinds: [] }],
  ['a rate of nothing', { perMinute: 0 }],
  ['a key that is not known', { insecure: true }],
] as const)('%s is refused', ([, wrong]) => {
  expect(isValid({ webhook: WEBHOOK })).toBe(true);
  expect(isValid({ webhook: { ...WEBHOOK, ...wrong } })).toBe(false);
});
