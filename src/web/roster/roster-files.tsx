/** The roster as a file: import with all its problems by line, export. */
import UploadOutlined from '@ant-design/icons/UploadOutlined';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Alert, App, Button } from 'antd';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { requestFile } from '../api/client.ts';
import type { Roster } from '../api/types.ts';
import { ProblemList } from '../shared/problem-list.tsx';
import { useErrorText } from '../shared/use-error-text.ts';
import { usePermission } from '../shared/use-permission.ts';
import { dutyKeys } from './duty-queries.ts';

/** @param version that the person has seen; 0 = there is none yet */
export function RosterFiles({ version }: { readonly version: number }) {
  const { t } = useTranslation();
  const canEdit = usePermission('roster.edit');
  const client = useQueryClient();
  const toErrorText = useErrorText();
  const { message } = App.useApp();
  const chooser = useRef<HTMLInputElement>(null);
  const load = useMutation({
    mutationFn: (file: File) => {
      const format = file.name.toLowerCase().endsWith('.csv') ? 'csv' : 'yaml';
      const search = new URLSearchParams({ version: String(version), format, name: file.name });
      return requestFile<Roster>('PUT', `/roster?${search}`, file);
    },
    onSuccess: () => {
      void message.success(t('roster.imported'));
      return client.invalidateQueries({ queryKey: dutyKeys.roster });
    },
  });
  return (
    <div className="action-buttons">
      {canEdit && (
        <>
          <input
            ref={chooser}
            type="file"
            accept=".yaml,.yml,.csv"
            hidden
            data-testid="roster-file"
            onChange={(event) => {
              const file = event.target.files?.[0];
              event.target.value = '';
              if (file !== undefined) load.mutate(file);
            }}
          />
          <Button icon={<UploadOutlined />} loading={load.isPending} onClick={() => chooser.current?.click()}>
            {t('roster.import')}
          </Button>
        </>
      )}
      {version > 0 && (
        <Button href="/api/v1/roster/export?format=csv" data-testid="roster-export">
          {t('roster.export')}
        </Button>
      )}
      {load.error !== null && (
        <Alert
          type="error"
          showIcon
          title={toErrorText(load.error)}
          description={<ProblemList error={load.error} />}
        />
      )}
    </div>
  );
}
