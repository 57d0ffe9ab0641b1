/** The table of channels. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { NO_NOTIFY, type NotifySettings } from '../../src/config/notify.ts';
import { CHANNELS, createChannels, toChannelRules } from '../../src/notify/index.ts';
import { createFakeClock } from '../support/clock.ts';

const FOLDER = new URL('../../src/notify/', import.meta.url);
/** A file that makes a notifier says so in its signature. */
const MAKES = /export function create\w+\([^)]*\): Notifier \{/;

const WEBHOOK: NotifySettings = {
  webhook: {
    url: 'http://127.0.0.1:9/hook',
    secret: 'sixteen letters!',
    ca: null,
    kinds: ['emergency'],
    roles: ['leader'],
    contacts: true,
    perMinute: 60,
    timeoutMs: 1_000,
  },
};

test('every file that makes a channel is listed under its name', () => {
  const files = readdirSync(FOLDER).filter((name) => MAKES.test(readFileSync(new URL(name, FOLDER), 'utf8')));
  expect(files.length).toBeGreaterThanOrEqual(2);
  expect(Object.keys(CHANNELS).sort()).toEqual(files.map((name) => name.replace('.ts', '')).sort());
});

test('every channel has its contract suite', () => {
  for (const id of Object.keys(CHANNELS)) {
    const suite = readFileSync(new URL(`${id}.test.ts`, import.meta.url), 'utf8');
    expect(suite).toContain(`describeNotifier('${id}'`);
  }
});

test.for([
  ['nothing configured', NO_NOTIFY, ['inbox']],
  ['a webhook', WEBHOOK, ['inbox', 'webhook']],
] as const)(
  'with %s, the channels made are those that messages are written for',
  async ([, settings, ids]) => {
    const made = createChannels({
      settings,
      clock: createFakeClock(),
      announce: () => undefined,
      linkTo: () => null,
      userAgent: 'Riser/test',
    });
    expect(made.map(({ notifier }) => notifier.id)).toEqual(ids);
    expect(toChannelRules(settings).map(({ id }) => id)).toEqual(ids);
    await Promise.all(made.map(({ notifier }) => notifier.close()));
  },
);

test('a webhook takes only the kinds and roles that the site gives it', () => {
  expect(toChannelRules(WEBHOOK)[1]).toEqual({
    id: 'webhook',
    kinds: ['emergency'],
    roles: ['leader'],
    reachesContacts: true,
  });
});
