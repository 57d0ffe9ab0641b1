/** Commissioning as it was stored: every event, in order, and what the register says since. */
import type { CommissioningEvent } from '../core/commissioning.ts';
import { Commissioning, type CommissioningOptions } from './commissioning.ts';
import { COMMISSIONING_LIMITS } from './limits.ts';
import { NO_COMMISSIONING, withEvents } from './state.ts';
import { noteStart } from './watch.ts';

/** Before the engine starts: its first round must know what is mute. @throws RiserError `store-failed` */
export async function openCommissioning(options: CommissioningOptions): Promise<Commissioning> {
  const events: CommissioningEvent[] = [];
  const { readRows } = COMMISSIONING_LIMITS;
  for (let after = 0; ; ) {
    const rows = await options.store.queries.commissioningEvents(after, readRows);
    for (const { event } of rows) events.push(event);
    if (rows.length < readRows) break;
    after = rows.at(-1)?.seq ?? after;
  }
  const commissioning = new Commissioning(options, withEvents(NO_COMMISSIONING, events));
  await noteStart(commissioning);
  return commissioning;
}
