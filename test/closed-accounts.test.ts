/** Accounts that were closed, here or elsewhere: the engine is asked to give on what hangs on them. */
import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { createClosedAccounts } from '../src/closed-accounts.ts';
import { RiserError } from '../src/core/errors.ts';
import { createFeed } from '../src/core/feed.ts';
import type { Command, CommandOutcome } from '../src/engine/commands.ts';
import { createDutyView } from '../src/people/duty.ts';
import { createPeople } from '../src/people/service.ts';
import { openServiceParts } from '../src/service-parts.ts';
import { openStore } from '../src/store/sqlite/store.ts';
import { makeBook, member } from './people/fixtures.ts';
import { TEXT, toFile } from './policies/rig.ts';
import { createFakeClock } from './support/clock.ts';
import { createTestModel } from './support/model.ts';
import { temporaryDirectory } from './support/temp.ts';

const view = (...closed: readonly string[]) =>
  createDutyView(
    makeBook(
      null,
      ['wang', 'li'].map((name) => member(name, ['engineer'], { isDisabled: closed.includes(name) })),
    ),
  );

function start() {
  const asked: Command[] = [];
  const logged: string[] = [];
  let answer: () => Promise<CommandOutcome> = async () => ({ occurrence: null, ticket: null });
  const engine = {
    submit: (command: Command) => {
      asked.push(command);
      return answer();
    },
  };
  const look = createClosedAccounts(engine, pino({}, { write: (line: string) => void logged.push(line) }));
  return { asked, logged, look, answerWith: (next: typeof answer) => (answer = next) };
}

test('nobody is asked while all accounts are open', () => {
  const { asked, look } = start();
  look(view());
  expect(asked).toEqual([]);
});

test('every reading asks for those that are closed, one command at a time', async () => {
  const { asked, look, answerWith } = start();
  const waiting = Promise.withResolvers<CommandOutcome>();
  answerWith(() => waiting.promise);
  look(view('wang'));
  look(view('wang', 'li'));
  expect(asked).toEqual([{ type: 'release-tickets', usernames: ['wang'] }]);
  waiting.resolve({ occurrence: null, ticket: null });
  await new Promise(setImmediate);
  look(view('wang', 'li'));
  expect(asked.at(-1)).toEqual({ type: 'release-tickets', usernames: ['wang', 'li'] });
});

test('a refusal of the engine is logged, and the next reading asks again', async () => {
  const { asked, logged, look, answerWith } = start();
  answerWith(() => Promise.reject(new RiserError('store-failed')));
  look(view('li'));
  await new Promise(setImmediate);
  expect(logged.join()).toContain('closed accounts');
  look(view('li'));
  expect(asked).toHaveLength(2);
});

test('the running gateway asks at its start, and as soon as an account was closed', async () => {
  const store = await openStore({ directory: temporaryDirectory(), log: pino({ level: 'silent' }) });
  onTestFinished(() => store.close());
  const clock = createFakeClock();
  const people = createPeople({ store, clock, cost: { memoryKiB: 8, passes: 1, parallelism: 1 } });
  for (const username of ['wang', 'li'])
    await people.createUser(
      {
        username,
        displayName: { zh: username, en: username },
        roles: ['engineer'],
        password: 'correct horse battery',
      },
      'test',
    );
  await people.setDisabled('li', true, 'test');
  const parts = await openServiceParts({
    model: { ...createTestModel({}), policy: toFile(TEXT) },
    notify: { webhook: null },
    version: 'test',
    store,
    dataDirectory: temporaryDirectory(),
    clock,
    log: pino({ level: 'silent' }),
    policyChanges: createFeed(),
    announcements: createFeed(),
    pages: createFeed(),
    handoverSources: () => Promise.reject(new Error('no handover')),
  });
  onTestFinished(() => parts.stop());
  const asked: Command[] = [];
  const engine = {
    submit: async (command: Command) => {
      asked.push(command);
      return { occurrence: null, ticket: null };
    },
    ticket: () => null,
  };
  await parts.start(engine as unknown as Parameters<typeof parts.start>[0], [], async () => undefined);
  expect(asked).toEqual([{ type: 'release-tickets', usernames: ['li'] }]);
  await new Promise(setImmediate);
  await people.setDisabled('wang', true, 'test');
  await parts.board.reload();
  expect(asked.at(-1)).toEqual({ type: 'release-tickets', usernames: ['li', 'wang'] });
});
