/** Figures of the outbox: for the gateway's own points, whose rules make an undelivered message an alarm, and for /metrics. */
import type { OutboxStatus } from './outbox.ts';

type OutboxPoint = 'message-delay' | 'messages-failed';

/** Values by the figure name in devices/riser-gateway.yaml. @param status null = nothing is sent yet */
export function toOutboxPoints(
  status: () => OutboxStatus | null,
): Readonly<Record<OutboxPoint, () => number>> {
  return {
    // How long the message that waits longest could have been sent already, s.
    'message-delay': () => (status()?.oldestMs ?? 0) / 1_000,
    // Given up within the last hour, or tried in vain for a good while.
    'messages-failed': () => {
      const { failedLately = 0, undelivered = 0 } = status() ?? {};
      return failedLately + undelivered;
    },
  };
}

/** What is not counted by channel. */
export function toOutboxCounters({ failedLately, recordFailures }: OutboxStatus) {
  return { failedLately, recordFailures };
}
