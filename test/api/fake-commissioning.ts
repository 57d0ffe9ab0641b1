/** Commissioning as it runs, over a store that is a list: the API's tests take its steps for real. */

import type { ApiServices } from '../../src/api/services.ts';
import { Commissioning } from '../../src/commissioning/commissioning.ts';
import type { CommissioningPort, CommissioningStatus } from '../../src/commissioning/port.ts';
import { NO_COMMISSIONING } from '../../src/commissioning/state.ts';
import type { CommissioningEvent } from '../../src/core/commissioning.ts';
import { type EquipmentId, toId } from '../../src/core/ids.ts';
import type { Attachment } from '../../src/core/ticket.ts';

export const NOT_COMMISSIONING: CommissioningStatus = {
  open: 0,
  overdue: 0,
  unsigned: 0,
  mute: 0,
  silent: [],
  silentTotal: 0,
  changed: 0,
  oldestMs: null,
  dropped: 0,
  isHealthy: true,
};

/** @param services as they are when it is asked */
export function createFakeCommissioning(
  services: () => Pick<ApiServices, 'clock' | 'latest' | 'texts' | 'model' | 'queries'>,
): Commissioning {
  const events: CommissioningEvent[] = [];
  const store = {
    commit: async ({
      writes,
    }: Parameters<ConstructorParameters<typeof Commissioning>[0]['store']['commit']>[0]) => {
      for (const write of writes) if (write.type === 'commissioning-event') events.push(write.event);
    },
    queries: {
      commissioningHistory: async (equipment: string) => {
        const items = events.filter((event) => event.equipment === equipment).toReversed();
        return { items, total: items.length };
      },
    } as unknown as ApiServices['queries'],
  };
  return new Commissioning(
    {
      store,
      clock: { now: () => services().clock.now() },
      latest: { get: (point) => services().latest.get(point) },
      toText: (number) => services().texts.toText(number),
      model: () => services().model,
    },
    NO_COMMISSIONING,
  );
}

/** One equipment of which everything is allowed and nothing is kept: for tests of permissions. */
export function createLenientCommissioning(photo: Attachment): Partial<CommissioningPort> {
  const commission = {
    equipment: toId<EquipmentId>('booster'),
    origin: 'person',
    reason: 'new set',
    begunBy: 'supervisor',
    beganAtMs: 1,
    untilMs: 2,
    approver: null,
    endedAtMs: null,
    endedBy: null,
    endWhy: null,
    endReason: '',
    toldAtMs: null,
    told: 0,
    isSafetyTold: false,
  } as const;
  const none = { unsigned: 0, ready: 0, signed: 0, changed: 0, open: 0 };
  const done = { seen: 0, value: 0, alarm: 0, ticket: 0, signed: 0 };
  const text = { zh: '增压泵组', en: 'Booster set' };
  const view = { commission, name: text, place: text, tally: none, done, silent: [], isOverdue: true };
  const nothing = async (): Promise<void> => undefined;
  return {
    equipment: () => view,
    points: () => [],
    list: () => [view],
    photo: () => photo,
    preview: () => ({ equipment: 1, points: 3, lifeSafety: 0 }),
    begin: async () => [commission.equipment],
    extend: nothing,
    end: nothing,
    checkValue: nothing,
    addPhoto: nothing,
    confirmTicket: nothing,
    waive: nothing,
    sign: nothing,
    withdraw: nothing,
  };
}
