/**
 * The form of one colleague: teams, specialities, areas, certificates, ways to reach the person; with the right to it the
 * account. What was read is what a change is held against: whoever was slower is told and loses nothing of what he typed.
 */
import { Alert, Button, Drawer, Form, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../api/client.ts';
import { useContacts, useLocations, useStaff } from '../api/people-queries.ts';
import type { StaffMember } from '../api/types.ts';
import { QueryState } from '../shared/query-state.tsx';
import { testId } from '../shared/test-id.ts';
import { toEventText } from '../shared/to-event-text.ts';
import { useErrorText } from '../shared/use-error-text.ts';
import { useFormat } from '../shared/use-format.ts';
import { usePermission } from '../shared/use-permission.ts';
import { AccountFields } from './staff-account.tsx';
import { StaffLists } from './staff-lists.tsx';
import {
  type StaffFile,
  type StaffProfile,
  type StaffWish,
  useStaffChange,
  useStaffFile,
} from './staff-queries.ts';

const SPECIALITIES = [
  'water',
  'drainage',
  'fire-water',
  'fire',
  'lift',
  'access',
  'power',
  'meter',
  'climate',
];

interface StaffDialogProps {
  readonly member: StaffMember;
  readonly onClose: () => void;
}

export function StaffDialog({ member, onClose }: StaffDialogProps) {
  const format = useFormat();
  const canManage = usePermission('user.manage');
  const query = useStaffFile(member.username, canManage);
  return (
    <Drawer
      open
      size={560}
      title={`${format.text(member.displayName)} (${member.username})`}
      onClose={onClose}
      {...testId('staff-dialog')}
    >
      {query.data === undefined || query.isFetching ? (
        <QueryState error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <StaffForm
          key={query.dataUpdatedAt}
          username={member.username}
          file={query.data}
          onReload={() => void query.refetch()}
          onClose={onClose}
        />
      )}
    </Drawer>
  );
}

interface StaffFormProps {
  readonly username: string;
  readonly file: StaffFile;
  readonly onReload: () => void;
  readonly onClose: () => void;
}

interface Values extends StaffProfile {
  readonly account?: {
    readonly displayName: { readonly zh: string; readonly en: string };
    readonly roles: readonly string[];
    readonly isEnabled: boolean;
    readonly password?: string;
  };
}

function StaffForm({ username, file, onReload, onClose }: StaffFormProps) {
  const { t } = useTranslation();
  const [account, setAccount] = useState(file.account);
  const change = useStaffChange({ ...file, account }, username, setAccount);
  const { profile } = file;
  const initial = account === null ? {} : { account: { ...account, isEnabled: !account.isDisabled } };
  return (
    <Form<Values>
      layout="vertical"
      initialValues={{ ...profile, ...initial }}
      onFinish={(values) => change.mutate(toWish(values), { onSuccess: onClose })}
    >
      {account !== null && <AccountFields />}
      <ChoiceFields profile={profile} />
      <StaffLists />
      {change.error !== null && <Refusal error={change.error} onReload={onReload} />}
      <Button
        type="primary"
        size="large"
        htmlType="submit"
        loading={change.isPending}
        data-testid="staff-submit"
      >
        {t('staffForm.save')}
      </Button>
    </Form>
  );
}

/** Whoever was slower sees his own words until he asks for those of the other. */
function Refusal({ error, onReload }: { readonly error: Error; readonly onReload: () => void }) {
  const { t } = useTranslation();
  const toErrorText = useErrorText();
  const isConflict = error instanceof ProblemError && error.code === 'staff-changed';
  return (
    <Alert
      className="gap-below"
      type={isConflict ? 'warning' : 'error'}
      showIcon
      title={toErrorText(error)}
      description={
        isConflict && (
          <>
            <p>{t('staffForm.changed')}</p>
            <Button data-testid="staff-reload" onClick={onReload}>
              {t('staffForm.reload')}
            </Button>
          </>
        )
      }
      data-testid="staff-error"
    />
  );
}

function ChoiceFields({ profile }: { readonly profile: StaffProfile }) {
  const { t } = useTranslation();
  const format = useFormat();
  const groups = new Set((useStaff().data?.items ?? []).flatMap((one) => one.groups ?? []));
  const contacts = useContacts().data?.items ?? [];
  const toOptions = (values: Iterable<string>, toLabel: (value: string) => string) =>
    [...values].map((value) => ({ value, label: toLabel(value) }));
  return (
    <>
      <Form.Item name="groups" label={t('staff.groups')}>
        <Select
          mode="tags"
          options={toOptions(groups, (id) => toEventText(t, 'group', id))}
          {...testId('staff-groups')}
        />
      </Form.Item>
      <Form.Item name="specialities" label={t('staff.specialities')}>
        <Select
          mode="multiple"
          options={toOptions(new Set([...SPECIALITIES, ...profile.specialities]), (id) =>
            toEventText(t, 'speciality', id),
          )}
          showSearch={{ optionFilterProp: 'label' }}
          {...testId('staff-specialities')}
        />
      </Form.Item>
      <AreaField />
      <Form.Item name="firm" label={t('staffForm.firm')} extra={t('staffForm.firmHelp')}>
        <Select
          allowClear
          options={contacts
            .filter(({ kind }) => kind !== 'internal')
            .map(({ id, name }) => ({ value: id, label: format.text(name) }))}
          {...testId('staff-firm')}
        />
      </Form.Item>
      <Form.Item name="language" label={t('staffForm.language')}>
        <Select
          options={[
            { value: 'zh', label: '中文' },
            { value: 'en', label: 'English' },
          ]}
        />
      </Form.Item>
    </>
  );
}

/** With the whole way down to each place: three floors have a corridor. */
function AreaField() {
  const { t } = useTranslation();
  const format = useFormat();
  const places = useLocations().data?.items ?? [];
  return (
    <Form.Item name="areas" label={t('staffForm.areas')} extra={t('staffForm.areasHelp')}>
      <Select
        mode="multiple"
        options={places.map(({ id, path }) => ({ value: id, label: format.text(path) }))}
        showSearch={{ optionFilterProp: 'label' }}
        {...testId('staff-areas')}
      />
    </Form.Item>
  );
}

function toWish({ account, ...profile }: Values): StaffWish {
  const { displayName = { zh: '', en: '' }, roles = [], isEnabled = true, password = '' } = account ?? {};
  const name = { zh: displayName.zh.trim(), en: displayName.en.trim() };
  return {
    profile: { ...profile, firm: profile.firm ?? null },
    account: { displayName: name, roles, isDisabled: !isEnabled, password },
  };
}
