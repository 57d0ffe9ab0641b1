/** Commissioning (调试验收): lists, one equipment with its points, and what people do about it. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { CommissionedPointView, CommissionView } from '../../api/commissioning-schema.ts';
import type { CommissioningStep } from '../../core/commissioning.ts';
import type { Text } from '../../core/text.ts';
import { request, requestForm, toPath } from '../api/client.ts';
import { keys } from '../api/queries.ts';
import type { Page } from '../api/types.ts';

export type Commission = CommissionView;
export type CommissionedPoint = CommissionedPointView;
export interface CommissionDetail {
  readonly commission: Commission;
  readonly points: readonly CommissionedPoint[];
}
export type StepName = CommissioningStep;
export type StateName = CommissionedPoint['state'];
export type ScopeName = 'equipment' | 'location' | 'link';

export const STEPS = ['seen', 'value', 'alarm', 'ticket', 'signed'] as const satisfies readonly StepName[];
const COMMISSIONING = ['commissioning'];
/** The gateway notes values, alarms and tickets by itself, without an event that tells of it. */
const RECHECK_MS = 10_000;

export function useCommissions(state: 'open' | 'all') {
  return useQuery({
    queryKey: [...COMMISSIONING, 'list', state],
    refetchInterval: RECHECK_MS,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      request<Page<Commission>>('GET', `/commissioning?state=${state}`, undefined, signal),
  });
}

export function useCommission(equipment: string) {
  return useQuery({
    queryKey: [...COMMISSIONING, 'one', equipment],
    refetchInterval: RECHECK_MS,
    queryFn: ({ signal }) =>
      request<CommissionDetail>('GET', toPath`/commissioning/${equipment}`, undefined, signal),
  });
}

interface Preview {
  readonly equipment: number;
  readonly points: number;
  readonly lifeSafety: number;
}

/** What a scope means before it is begun. @param id null = nothing is chosen yet */
export function useCommissioningPreview(scope: ScopeName, id: string | null) {
  return useQuery({
    queryKey: [...COMMISSIONING, 'preview', scope, id],
    enabled: id !== null,
    queryFn: ({ signal }) => {
      const search = new URLSearchParams({ [scope]: id ?? '' });
      return request<Preview>('GET', `/commissioning/preview?${search.toString()}`, undefined, signal);
    },
  });
}

interface Approver {
  readonly username: string;
  readonly displayName: Text;
}

/** Other persons who may approve that life safety is silent. */
export function useCommissioningApprovers() {
  return useQuery({
    queryKey: [...COMMISSIONING, 'approvers'],
    queryFn: ({ signal }) => request<Page<Approver>>('GET', '/commissioning/approvers', undefined, signal),
  });
}

type Body = Readonly<Record<string, unknown>>;

export function useBeginCommissioning() {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (body: Body) => request<Page<Commission>>('POST', '/commissioning', body),
    onSuccess: refresh,
  });
}

/** @param step `sign`, `end`, `points/outlet-pressure/value` …: what stands behind the equipment in the address, encoded */
export function useCommissioningStep(equipment: string) {
  const keep = useKeep(equipment);
  return useMutation({
    mutationFn: ({ step, body }: { readonly step: string; readonly body: Body }) =>
      request<CommissionDetail>('POST', `${toPath`/commissioning/${equipment}`}/${step}`, body),
    onSuccess: keep,
  });
}

export function useCommissioningPhoto(equipment: string, point: string) {
  const keep = useKeep(equipment);
  return useMutation({
    mutationFn: (file: File) => {
      const form = new FormData();
      form.append('file', file);
      return requestForm<CommissionDetail>(toPath`/commissioning/${equipment}/points/${point}/photos`, form);
    },
    onSuccess: keep,
  });
}

export function toPhotoAddress(equipment: string, photo: string): string {
  return `/api/v1${toPath`/commissioning/${equipment}/photos/${photo}`}`;
}

/** Name of a point in its equipment. @param point id: `equipment/name` */
export function toPointName(equipment: string, { point }: Pick<CommissionedPoint, 'point'>): string {
  return point.slice(equipment.length + 1);
}

function useKeep(equipment: string): (detail: CommissionDetail) => Promise<unknown> {
  const client = useQueryClient();
  const refresh = useRefresh();
  return (detail) => {
    client.setQueryData([...COMMISSIONING, 'one', equipment], detail);
    return refresh();
  };
}

/** Equipment carries the mark 调试中, which begins and ends with it. */
function useRefresh(): () => Promise<unknown> {
  const client = useQueryClient();
  return () =>
    Promise.all([
      client.invalidateQueries({ queryKey: COMMISSIONING }),
      client.invalidateQueries({ queryKey: keys.equipment }),
    ]);
}
