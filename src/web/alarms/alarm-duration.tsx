/** How long an alarm lasts: counts on while it is active, stands still once it has returned. */

import type { Alarm } from '../api/types.ts';
import { useServerNow } from '../live/server-clock.ts';
import { useFormat } from '../shared/use-format.ts';

export function AlarmDuration({ alarm }: { readonly alarm: Alarm }) {
  const endMs = alarm.isActive ? null : (alarm.returnedAtMs ?? alarm.endedAtMs);
  return endMs === null ? (
    <Running sinceMs={alarm.onsetAtMs} />
  ) : (
    <Fixed durationMs={endMs - alarm.onsetAtMs} />
  );
}

function Running({ sinceMs }: { readonly sinceMs: number }) {
  return <Fixed durationMs={useServerNow() - sinceMs} />;
}

function Fixed({ durationMs }: { readonly durationMs: number }) {
  return <span className="figures">{useFormat().duration(durationMs)}</span>;
}
