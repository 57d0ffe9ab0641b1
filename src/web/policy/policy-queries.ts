/** Versions of the service policy: list, text, comparison, proposal, review. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { App } from 'antd';
import { request, toPath } from '../api/client.ts';
import type { Page, PolicyComparison, PolicyVersion } from '../api/types.ts';
import { useErrorText } from '../shared/use-error-text.ts';

const VERSIONS = 50;

export function usePolicyVersions() {
  return useQuery({
    queryKey: ['policy'],
    queryFn: ({ signal }) =>
      request<Page<PolicyVersion>>('GET', `/policy/versions?limit=${VERSIONS}&offset=0`, undefined, signal),
  });
}

export function usePolicyInForce() {
  return useQuery({
    queryKey: ['policy', 'in-force'],
    queryFn: ({ signal }) => request<PolicyVersion>('GET', '/policy', undefined, signal),
  });
}

/** One version with its text. */
export function usePolicyVersion(version: string, isAsked: boolean) {
  return useQuery({
    queryKey: ['policy', 'version', version],
    enabled: isAsked,
    queryFn: ({ signal }) =>
      request<PolicyVersion>('GET', toPath`/policy/versions/${version}`, undefined, signal),
  });
}

/** @param to null = nothing is asked */
export function usePolicyComparison(from: string | null, to: string | null) {
  return useQuery({
    queryKey: ['policy', 'compare', from, to],
    enabled: from !== null && to !== null,
    queryFn: ({ signal }) => {
      const search = new URLSearchParams({ from: from ?? '', to: to ?? '' });
      return request<PolicyComparison>('GET', `/policy/compare?${search}`, undefined, signal);
    },
  });
}

/** What a text would change; refused with every problem by line. */
export function usePolicyCheck() {
  return useMutation({
    mutationFn: (text: string) =>
      request<Pick<PolicyComparison, 'differences' | 'held'>>('POST', '/policy/check', { text }),
  });
}

export function useProposePolicy() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { readonly text: string; readonly reason: string }) =>
      request<PolicyVersion>('POST', '/policy/versions', body),
    onSuccess: () => client.invalidateQueries({ queryKey: ['policy'] }),
  });
}

export type PolicyReviewName = 'approve' | 'refuse' | 'withdraw';

export function useReviewPolicy() {
  const client = useQueryClient();
  const { message } = App.useApp();
  const toErrorText = useErrorText();
  return useMutation({
    mutationFn: ({ version, review, body }: PolicyReview) =>
      request<PolicyVersion>('POST', toPath`/policy/versions/${version}/${review}`, body),
    onSuccess: () => client.invalidateQueries({ queryKey: ['policy'] }),
    onError: (error) => void message.error(toErrorText(error)),
  });
}

interface PolicyReview {
  readonly version: string;
  readonly review: PolicyReviewName;
  readonly body: Readonly<Record<string, unknown>>;
}
