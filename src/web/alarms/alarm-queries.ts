/** What the pages of alarms ask for beside the lists: explanations, members of storms, and everything people do to an alarm. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { request, toPath } from '../api/client.ts';
import { keys, MAX_ROWS } from '../api/queries.ts';
import type { Acknowledged, Alarm, AlarmControl, Approver, Explanation, Page } from '../api/types.ts';
import { applyAlarm, applyControl } from '../live/cache.ts';

/** Values and countdowns of an explanation are worth looking at again. */
const EXPLAIN_RECHECK_MS = 5_000;
/** Occurrences that one request acknowledges (api/alarm-requests.ts). */
export const MAX_BULK = 2_000;
/** 2,000 of them in one commit, on a busy machine. */
const BULK_TIMEOUT_MS = 60_000;

/** An alarm by its open occurrence, or by its rule where it has none. */
export type Target =
  | { readonly type: 'alarm'; readonly id: string }
  | { readonly type: 'rule'; readonly equipment: string; readonly rule: string };

/** The alarm that is decided about. */
export type Controlled = Pick<
  Alarm & AlarmControl,
  'equipment' | 'equipmentName' | 'rule' | 'text' | 'severity' | 'shelf' | 'outOfService'
>;

interface Decision {
  readonly alarm: Alarm | null;
  readonly control: AlarmControl | null;
}

export interface ShelfWish {
  readonly reason: string;
  readonly forMs: number;
  readonly isOneShot: boolean;
  /** Left out = nobody answers for it. */
  readonly approver?: string;
}

export interface ServiceWish {
  readonly reason: string;
  readonly permit: string;
  readonly approver: string;
  readonly untilMs: number;
}

export function useAlarmExplanation(id: string) {
  return useQuery<Explanation>({
    queryKey: keys.alarmExplanation(id),
    refetchInterval: ({ state }) => (state.data?.isLive === false ? false : EXPLAIN_RECHECK_MS),
    queryFn: ({ signal }) => request<Explanation>('GET', toPath`/alarms/${id}/explain`, undefined, signal),
  });
}

export function useRuleExplanation(equipment: string, rule: string) {
  return useQuery({
    queryKey: [...keys.rule(equipment, rule), 'explain'],
    refetchInterval: EXPLAIN_RECHECK_MS,
    queryFn: ({ signal }) =>
      request<Explanation>('GET', toPath`/rules/${equipment}/${rule}/explain`, undefined, signal),
  });
}

/** The first MAX_ROWS of them, oldest first; `total` says how many there are. */
export function useStormMembers(id: string) {
  return useQuery({
    queryKey: keys.stormMembers(id),
    queryFn: ({ signal }) =>
      request<Page<Alarm>>(
        'GET',
        `${toPath`/storms/${id}/members`}?limit=${MAX_ROWS}&offset=0`,
        undefined,
        signal,
      ),
  });
}

/** Other persons who may approve that an alarm is taken out of service. */
export function useApprovers() {
  return useQuery({
    queryKey: ['service-approvers'],
    queryFn: ({ signal }) => request<Page<Approver>>('GET', '/alarms/approvers', undefined, signal),
  });
}

export function useShelve(target: Target) {
  return useDecision((wish: ShelfWish) => request<Decision>('POST', toTargetPath(target, 'shelve'), wish));
}

export function useTakeOutOfService(target: Target) {
  return useDecision((wish: ServiceWish) =>
    request<Decision>('POST', toTargetPath(target, 'out-of-service'), wish),
  );
}

/** Ends a shelf or a service before its time. */
export function useEndControl(target: Target, end: 'unshelve' | 'in-service') {
  return useDecision((note: string) =>
    request<Decision>('POST', toTargetPath(target, end), toNoteBody(note)),
  );
}

/** Of one occurrence. */
export function useHandling(id: string, type: 'acknowledge' | 'reset' | 'comment') {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (note: string) => request<Alarm>('POST', toPath`/alarms/${id}/${type}`, toNoteBody(note)),
    onSuccess: (alarm) => {
      applyAlarm(client, alarm);
      void client.invalidateQueries({ queryKey: keys.alarmHistory(id) });
    },
    onError: () => void client.invalidateQueries({ queryKey: keys.openAlarms }),
  });
}

export function useAcknowledgeMany() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ ids, note }: { readonly ids: readonly string[]; readonly note: string }) =>
      request<Acknowledged>(
        'POST',
        '/alarms/acknowledge',
        { ids, ...toNoteBody(note) },
        undefined,
        BULK_TIMEOUT_MS,
      ),
    onSettled: () => void client.invalidateQueries({ queryKey: keys.openAlarms }),
  });
}

function useDecision<Wish>(decide: (wish: Wish) => Promise<Decision>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: decide,
    onSuccess: ({ alarm, control }) => {
      if (alarm !== null) applyAlarm(client, alarm);
      if (control !== null) applyControl(client, control);
    },
    onSettled: () => {
      void client.invalidateQueries({ queryKey: keys.controls });
      void client.invalidateQueries({ queryKey: ['rule'] });
    },
  });
}

function toTargetPath(target: Target, action: string): string {
  return target.type === 'alarm'
    ? toPath`/alarms/${target.id}/${action}`
    : toPath`/rules/${target.equipment}/${target.rule}/${action}`;
}

function toNoteBody(note: string): { readonly note?: string } {
  return note.trim() === '' ? {} : { note: note.trim() };
}
