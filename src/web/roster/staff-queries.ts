/** One colleague as a supervisor edits him: profile with personal data, and his account. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { App } from 'antd';
import { useTranslation } from 'react-i18next';
import { request, toPath } from '../api/client.ts';
import type { Page, Text } from '../api/types.ts';

export const WAYS = ['phone', 'sms', 'chat', 'email', 'radio'] as const;

export interface StaffProfile {
  readonly groups: readonly string[];
  readonly specialities: readonly string[];
  readonly certificates: readonly Certificate[];
  /** In the order in which they are tried. */
  readonly ways: readonly { readonly way: (typeof WAYS)[number]; readonly address: string }[];
  readonly areas: readonly string[];
  readonly language: 'zh' | 'en';
  /** Of a contractor: the firm in the register of contacts. */
  readonly firm: string | null;
  /** Sent back with a change. */
  readonly version: string;
}

interface Certificate {
  readonly kind: string;
  readonly number: string;
  /** Local day, YYYY-MM-DD. */
  readonly validTo: string;
}

export interface Account {
  readonly username: string;
  readonly displayName: Text;
  readonly roles: readonly string[];
  readonly isDisabled: boolean;
  /** Sent back with a change. */
  readonly version: string;
}

/** What the form began with. */
export interface StaffFile {
  readonly profile: StaffProfile;
  /** null = the person on the page may not see accounts. */
  readonly account: Account | null;
}

/** What the form holds when it is sent. */
export interface StaffWish {
  readonly profile: Omit<StaffProfile, 'version'>;
  readonly account: Pick<Account, 'displayName' | 'roles' | 'isDisabled'> & { readonly password: string };
}

/** Each reading is audited: asked for when somebody opens the form, and not again by itself. */
export function useStaffFile(username: string, withAccount: boolean) {
  return useQuery({
    queryKey: ['staff', username, withAccount],
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
    queryFn: async ({ signal }): Promise<StaffFile> => ({
      profile: await request<StaffProfile>('GET', toPath`/staff/${username}`, undefined, signal),
      account: withAccount ? await readAccount(username, signal) : null,
    }),
  });
}

/**
 * Account first, then profile, each only where it differs and under the version that the form began with; the first that is
 * refused ends it. @param onAccount what is stored meanwhile, so that a second try does not send it again
 */
export function useStaffChange(file: StaffFile, username: string, onAccount: (account: Account) => void) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { message } = App.useApp();
  return useMutation({
    mutationFn: async ({ account, profile }: StaffWish) => {
      if (file.account !== null) await changeAccount(file.account, account, onAccount);
      const body = { ...file.profile, ...profile };
      if (!isSame(body, file.profile)) await request<void>('PUT', toPath`/staff/${username}`, body);
    },
    onSuccess: () => void message.success(t('staffForm.saved')),
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ['staff'], exact: true }),
        client.invalidateQueries({ queryKey: ['certificates'] }),
      ]),
  });
}

async function changeAccount(
  before: Account,
  { password, isDisabled, ...wish }: StaffWish['account'],
  onAccount: (account: Account) => void,
): Promise<void> {
  const path = toPath`/users/${before.username}`;
  let { version } = before;
  const next = async (): Promise<void> => {
    const account = await readAccount(before.username);
    version = account.version;
    onAccount(account);
  };
  const { displayName, roles } = before;
  if (!isSame(wish, { displayName, roles })) {
    await request<Account>('PUT', path, { ...wish, version });
    await next();
  }
  if (password !== '') {
    await request<void>('POST', `${path}/password`, { password, version });
    await next();
  }
  if (isDisabled !== before.isDisabled) {
    await request<void>('POST', `${path}/${isDisabled ? 'disable' : 'enable'}`, { version });
    await next();
  }
}

async function readAccount(username: string, signal?: AbortSignal): Promise<Account> {
  const { items } = await request<Page<Account>>('GET', '/users', undefined, signal);
  const account = items.find((one) => one.username === username);
  if (account === undefined) throw new Error(`no account ${username}`);
  return account;
}

/** Of data that came as JSON, or from a form that began with it: fields in one order. */
function isSame(a: object, b: object): boolean {
  const toSorted = (value: object) =>
    JSON.stringify(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return toSorted(a) === toSorted(b);
}
