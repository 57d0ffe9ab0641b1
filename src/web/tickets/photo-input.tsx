/** One of the photos of the ticket, named as proof. */
import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Ticket } from '../api/types.ts';
import { testId as toTestId } from '../shared/test-id.ts';
import { useFormat } from '../shared/use-format.ts';

interface PhotoInputProps {
  readonly testId: string;
  readonly ticket: Ticket;
  readonly value: string;
  readonly onChange: (value: unknown) => void;
}

export function PhotoInput({ testId, ticket, value, onChange }: PhotoInputProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const photos = ticket.attachments.filter(({ mediaType }) => mediaType.startsWith('image/'));
  return (
    <Select<string>
      allowClear
      value={value}
      disabled={photos.length === 0}
      placeholder={photos.length === 0 ? t('ticket.noPhoto') : undefined}
      options={photos.map(({ id, name, atMs }) => ({ value: id, label: `${name} ${format.dateTime(atMs)}` }))}
      onChange={onChange}
      {...toTestId(testId)}
    />
  );
}
