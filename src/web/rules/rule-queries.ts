/** What the pages of rules read and ask for: lists, changes with their review, trials over history. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ProblemError, request, toPath } from '../api/client.ts';
import { keys, MAX_ROWS, PAGE_ROWS } from '../api/queries.ts';
import type { Backtest, Page, ProposedChange, Rule, RuleChange, RuleTests } from '../api/types.ts';
import { applyRuleChange } from '../live/cache.ts';

export interface RuleSearch {
  readonly words: string;
  /** Only those that an approved change has changed. */
  readonly isChanged: boolean;
  /** Counts from 1. */
  readonly page: number;
}

/** Properties as in a profile; null = what the files say. */
export type Override = RuleChange['override'];

/** While a trial runs its progress is worth looking at. */
const RUNNING_RECHECK_MS = 1_000;

export function useRules({ words, isChanged, page }: RuleSearch) {
  const search = new URLSearchParams({
    limit: String(PAGE_ROWS),
    offset: String((page - 1) * PAGE_ROWS),
    ...(words.trim() !== '' && { text: words.trim() }),
    ...(isChanged && { changed: 'true' }),
  }).toString();
  return useQuery({
    queryKey: ['rules', search],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => request<Page<Rule>>('GET', `/rules?${search}`, undefined, signal),
  });
}

/** Playing fifty cases, behind others that wait. */
const TEST_RUN_TIMEOUT_MS = 120_000;

const testsKey = (equipment: string, rule: string) => [...keys.rule(equipment, rule), 'tests'];

export function useRuleTests(equipment: string, rule: string) {
  return useQuery({
    queryKey: testsKey(equipment, rule),
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) =>
      request<RuleTests>('GET', toPath`/rules/${equipment}/${rule}/tests`, undefined, signal),
  });
}

export function useRunRuleTests(equipment: string, rule: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () =>
      request<RuleTests>(
        'POST',
        toPath`/rules/${equipment}/${rule}/tests/run`,
        undefined,
        undefined,
        TEST_RUN_TIMEOUT_MS,
      ),
    onSuccess: (tests) => client.setQueryData(testsKey(equipment, rule), tests),
  });
}

/** Newest first. */
export function useChangesOfRule(equipment: string, rule: string) {
  return useQuery({
    queryKey: [...keys.rule(equipment, rule), 'changes'],
    queryFn: ({ signal }) =>
      request<Page<RuleChange>>(
        'GET',
        `${toPath`/rules/${equipment}/${rule}/changes`}?limit=${PAGE_ROWS}&offset=0`,
        undefined,
        signal,
      ),
  });
}

/** Of all rules, those that wait for a review. */
export function useProposedChanges() {
  return useQuery({
    queryKey: ['rule-changes', 'proposed'],
    queryFn: ({ signal }) =>
      request<Page<RuleChange>>(
        'GET',
        `/rule-changes?state=proposed&limit=${MAX_ROWS}&offset=0`,
        undefined,
        signal,
      ),
  });
}

interface Proposal {
  readonly override: Override;
  readonly reason: string;
  /** Only checked: nothing is stored. */
  readonly isTrial: boolean;
}

export function usePropose(equipment: string, rule: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ override, reason, isTrial }: Proposal) =>
      request<ProposedChange>('POST', toPath`/rules/${equipment}/${rule}/changes`, {
        override,
        isTrial,
        ...(reason.trim() !== '' && { reason: reason.trim() }),
      }),
    onSuccess: ({ change }) => change !== null && applyRuleChange(client, change),
  });
}

export interface Review {
  readonly note: string;
  readonly withoutBacktest?: boolean;
}

export function useReview(change: RuleChange, type: 'approve' | 'refuse' | 'withdraw') {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ note, withoutBacktest = false }: Review) =>
      request<RuleChange>('POST', toPath`/rule-changes/${change.id}/${type}`, {
        ...(note.trim() !== '' && { note: note.trim() }),
        ...(type === 'approve' && { withoutBacktest }),
      }),
    onSettled: () => applyRuleChange(client, change),
  });
}

const backtestKey = (id: string) => ['backtest', id] as const;

/** null = the gateway has let go of it. @param id null = there is none */
export function useBacktest(id: string | null) {
  return useQuery<Backtest | null>({
    queryKey: backtestKey(id ?? ''),
    enabled: id !== null,
    refetchInterval: ({ state }) => (isUnderWay(state.data) ? RUNNING_RECHECK_MS : false),
    queryFn: async ({ signal }) => {
      try {
        return await request<Backtest>('GET', toPath`/backtests/${id ?? ''}`, undefined, signal);
      } catch (error) {
        if (error instanceof ProblemError && error.status === 404) return null;
        throw error;
      }
    },
  });
}

export function isUnderWay(backtest: Backtest | null | undefined): boolean {
  return backtest?.state === 'queued' || backtest?.state === 'running';
}

export function useStartBacktest(change: RuleChange) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (range: { readonly fromMs: number; readonly toMs: number }) =>
      request<Backtest>('POST', '/backtests', { ...range, change: change.id }),
    onSuccess: (backtest) => {
      client.setQueryData(backtestKey(backtest.id), backtest);
      applyRuleChange(client, change);
    },
  });
}

export function useCancelBacktest(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => request<undefined>('DELETE', toPath`/backtests/${id}`),
    onSettled: () => void client.invalidateQueries({ queryKey: backtestKey(id) }),
  });
}
