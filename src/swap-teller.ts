/** Swaps of duty, told by the running engine to whom they concern: joins the roster (people/) with the messages (notify/). */
import type { Logger } from 'pino';
import type { Engine } from './engine/engine.ts';
import { toSwapTelling } from './notify/swap-tellings.ts';
import { same } from './notify/wording.ts';
import type { DutyBoard, SwapChange } from './people/duty-board.ts';

/** The swap itself is stored: a message that the engine cannot take any more, because it stops, is said in the log. */
export function createSwapTeller(
  engine: Pick<Engine, 'submit'>,
  board: Pick<DutyBoard, 'view'>,
  log: Pick<Logger, 'warn'>,
): (change: SwapChange) => void {
  return (change) => {
    const view = board.view();
    const nameOf = (username: string) => view.book.staff.get(username)?.name ?? same(username);
    const telling = toSwapTelling(change, view.book.roster ?? { posts: [], shifts: [] }, nameOf);
    engine.submit({ type: 'tell', telling }).catch((error: unknown) => {
      log.warn({ err: error, swap: change.swap.id }, 'a swap of duty could not be told');
    });
  };
}
