/** The poll plan of one link as it stands now, for people. */
import type { RequestStatus } from '../core/link.ts';
import type { PollRequest } from '../drivers/driver.ts';
import type { Task } from './task.ts';

/** In order of device (as planned), table, address and interval. */
export function toRequestStatuses(
  tasks: readonly Task[],
  isSplit: (request: PollRequest) => boolean,
): readonly RequestStatus[] {
  const devices = new Map<string, number>();
  for (const { device } of tasks) if (!devices.has(device.name)) devices.set(device.name, devices.size);
  const placeOf = ({ device }: RequestStatus): number => devices.get(device) ?? 0;
  return tasks
    .map((task) => toRequestStatus(task, isSplit(task.request)))
    .toSorted((a, b) => placeOf(a) - placeOf(b) || compareBlocks(a, b) || a.pollMs - b.pollMs);
}

function toRequestStatus({ request, pollMs, failures, shown }: Task, isSplit: boolean): RequestStatus {
  const { label, device, points, block, costMs, maxInFlight } = request;
  return { label, device, pollMs, points, block, costMs, maxInFlight, ...shown, failures, isSplit };
}

function compareBlocks(a: RequestStatus, b: RequestStatus): number {
  if (!a.block || !b.block) return 0;
  return a.block.table.localeCompare(b.block.table) || a.block.first - b.block.first;
}
