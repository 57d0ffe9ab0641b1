/**
 * Has the engine give on the tickets of accounts that are closed, wherever they were closed: by the API or by the `user`
 * command of another process, which the next reading of the staff shows. Asked at every reading, so that a ticket that is
 * dispatched to a closed account by mistake does not stay there either.
 */
import type { Logger } from 'pino';
import type { CommandPort } from './engine/commands.ts';
import type { DutyView } from './people/duty.ts';

/** @returns to be called with every new view of the staff; one command is under way at a time */
export function createClosedAccounts(engine: CommandPort, log: Logger): (view: DutyView) => void {
  let isAsking = false;
  return ({ book }) => {
    const closed = [...book.staff.values()].filter(({ isDisabled }) => isDisabled);
    if (isAsking || closed.length === 0) return;
    isAsking = true;
    const usernames = closed.map(({ username }) => username);
    engine
      .submit({ type: 'release-tickets', usernames })
      // The next reading of the staff asks again.
      .catch((error: unknown) => log.warn({ err: error }, 'tickets of closed accounts could not be given on'))
      .finally(() => {
        isAsking = false;
      });
  };
}
