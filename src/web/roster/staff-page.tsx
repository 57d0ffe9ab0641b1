/** Who works here: roles, groups, specialities and certificates; what runs out soon stands first. The form is staff-dialog.tsx. */
import EditOutlined from '@ant-design/icons/EditOutlined';
import { Alert, Button, Table } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocations, useStaff } from '../api/people-queries.ts';
import type { CertificateNotice, StaffMember } from '../api/types.ts';
import { QueryState } from '../shared/query-state.tsx';
import { toEventText } from '../shared/to-event-text.ts';
import { useFormat } from '../shared/use-format.ts';
import { useIsPhone } from '../shared/use-is-phone.ts';
import { usePermission } from '../shared/use-permission.ts';
import { useCertificates } from './duty-queries.ts';
import { DutyTabs } from './duty-tabs.tsx';
import { StaffDialog } from './staff-dialog.tsx';
import { useStaffName } from './staff-name.ts';

export function StaffPage() {
  const query = useStaff();
  return (
    <>
      <DutyTabs page="staff" />
      <div className="ticket">
        <Expiring />
        {query.data === undefined ? (
          <QueryState error={query.error} onRetry={() => void query.refetch()} />
        ) : (
          <StaffTable staff={query.data.items} />
        )}
      </div>
    </>
  );
}

function Expiring() {
  const { t } = useTranslation();
  const toName = useStaffName();
  const notices = useCertificates().data?.items ?? [];
  if (notices.length === 0) return null;
  const toLine = ({ username, kind: id, validTo, daysLeft }: CertificateNotice) => {
    const kind = toEventText(t, 'certificate', id);
    const name = toName(username);
    return daysLeft < 0
      ? t('staff.expired', { name, kind, date: validTo })
      : t('staff.expires', { name, kind, date: validTo, days: daysLeft });
  };
  return (
    <Alert
      type="warning"
      showIcon
      title={t('staff.expiring')}
      data-testid="staff-expiring"
      description={notices.map((notice) => (
        <div key={`${notice.username} ${notice.kind} ${notice.validTo}`}>{toLine(notice)}</div>
      ))}
    />
  );
}

function StaffTable({ staff }: { readonly staff: readonly StaffMember[] }) {
  const { t } = useTranslation();
  const canManage = usePermission('staff.manage');
  const [edited, setEdited] = useState<StaffMember | null>(null);
  const columns = useColumns();
  const isPhone = useIsPhone();
  const edit = {
    title: '',
    width: 64,
    render: (_: unknown, member: StaffMember) => (
      <Button
        type="text"
        icon={<EditOutlined />}
        aria-label={`${t('staffForm.edit')} ${member.username}`}
        data-testid={`staff-edit-${member.username}`}
        onClick={() => setEdited(member)}
      />
    ),
  };
  return (
    <>
      {isPhone ? (
        <StaffCards staff={staff} onEdit={canManage ? setEdited : null} />
      ) : (
        <Table<StaffMember>
          rowKey="username"
          size="small"
          pagination={false}
          scroll={{ x: 760 }}
          dataSource={[...staff]}
          columns={canManage ? [...columns, edit] : [...columns]}
        />
      )}
      {edited !== null && (
        <StaffDialog key={edited.username} member={edited} onClose={() => setEdited(null)} />
      )}
    </>
  );
}

interface StaffCardsProps {
  readonly staff: readonly StaffMember[];
  /** null = the person may not. */
  readonly onEdit: ((member: StaffMember) => void) | null;
}

/** On a phone: one colleague below the other, only what is known. */
function StaffCards({ staff, onEdit }: StaffCardsProps) {
  const { t } = useTranslation();
  const columns = useColumns();
  const [name, ...others] = columns;
  return (
    <div className="cards">
      {staff.map((member) => (
        <article key={member.username} className="row-card">
          <div className="row-card-head">
            {name?.render(undefined, member)}
            <span className="spread" />
            {onEdit !== null && (
              <Button
                icon={<EditOutlined />}
                aria-label={`${t('staffForm.edit')} ${member.username}`}
                data-testid={`staff-edit-${member.username}`}
                onClick={() => onEdit(member)}
              />
            )}
          </div>
          <dl className="facts">
            {others.map((column) => {
              const cell = column.render(undefined, member);
              const isEmpty = cell === '' || (Array.isArray(cell) && cell.length === 0);
              return isEmpty ? null : (
                <div key={column.title} className="fact-pair">
                  <dt>{column.title}</dt>
                  <dd>{cell}</dd>
                </div>
              );
            })}
          </dl>
        </article>
      ))}
    </div>
  );
}

interface Column {
  readonly title: string;
  readonly render: (_: unknown, member: StaffMember) => ReactNode;
}

function useColumns(): readonly Column[] {
  const { t } = useTranslation();
  const format = useFormat();
  const list = (words: readonly string[]) => words.join(t('common.separator'));
  const places = useLocations().data?.items;
  const toPlace = (id: string): string => {
    const place = places?.find((one) => one.id === id);
    return place === undefined ? id : format.text(place.path);
  };
  return [
    {
      title: t('staff.name'),
      render: (_, member) => (
        <>
          <b>{format.text(member.displayName)}</b> <span className="hint">{member.username}</span>
          {member.isDisabled === true && <span className="tag"> {t('staffForm.disabled')}</span>}
        </>
      ),
    },
    {
      title: t('staff.roles'),
      render: (_, { roles }) => list(roles.map((role) => toEventText(t, 'role', role))),
    },
    {
      title: t('staff.groups'),
      render: (_, { groups }) => list((groups ?? []).map((id) => toEventText(t, 'group', id))),
    },
    {
      title: t('staff.specialities'),
      render: (_, { specialities }) =>
        list((specialities ?? []).map((id) => toEventText(t, 'speciality', id))),
    },
    {
      title: t('staffForm.areas'),
      render: (_, { areas }) => list((areas ?? []).map(toPlace)),
    },
    {
      title: t('staff.certificates'),
      render: (_, { certificates }) =>
        (certificates ?? []).map(({ kind, validTo }) => (
          <div key={`${kind} ${validTo}`}>
            {toEventText(t, 'certificate', kind)}{' '}
            <span className="hint">{t('staff.validTo', { date: validTo })}</span>
          </div>
        )),
    },
    {
      title: t('staff.reachedBy'),
      render: (_, { reachedBy }) => list((reachedBy ?? []).map((way) => toEventText(t, 'contactWay', way))),
    },
  ];
}
