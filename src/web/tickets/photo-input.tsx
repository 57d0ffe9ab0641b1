/** One of the photos of the ticket, named as proof; a new one is taken without leaving the form. */
import CameraOutlined from '@ant-design/icons/CameraOutlined';
import { Button, Select } from 'antd';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useUpload } from '../api/ticket-queries.ts';
import type { Ticket } from '../api/types.ts';
import { testId as toTestId } from '../shared/test-id.ts';
import { useFormat } from '../shared/use-format.ts';

interface PhotoInputProps {
  /** Given by Form.Item. */
  readonly id?: string;
  readonly testId: string;
  readonly ticket: Ticket;
  readonly value: string;
  readonly onChange: (value: unknown) => void;
}

export function PhotoInput({ id, testId, ticket, value, onChange }: PhotoInputProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const photos = ticket.attachments.filter(({ mediaType }) => mediaType.startsWith('image/'));
  return (
    <div className="photo-input">
      {photos.length > 0 && (
        <Select<string>
          {...(id !== undefined && { id })}
          allowClear
          value={value}
          options={photos.map((photo) => ({
            value: photo.id,
            label: `${photo.name} ${format.dateTime(photo.atMs)}`,
          }))}
          onChange={onChange}
          {...toTestId(testId)}
        />
      )}
      {ticket.transitions.includes('attach') ? (
        <NewPhoto testId={`${testId}-new`} ticket={ticket} onTaken={onChange} />
      ) : (
        photos.length === 0 && <span className="hint">{t('ticket.noPhoto')}</span>
      )}
    </div>
  );
}

interface NewPhotoProps {
  readonly testId: string;
  readonly ticket: Ticket;
  readonly onTaken: (attachment: string) => void;
}

/** What was taken is chosen at once: it is the last of the ticket's own. */
function NewPhoto({ testId, ticket, onTaken }: NewPhotoProps) {
  const { t } = useTranslation();
  const chooser = useRef<HTMLInputElement>(null);
  const upload = useUpload(ticket);
  const choose = ({ attachments }: Ticket): void => {
    const taken = attachments.findLast(({ mediaType }) => mediaType.startsWith('image/'));
    if (taken !== undefined) onTaken(taken.id);
  };
  return (
    <>
      <input
        ref={chooser}
        type="file"
        accept="image/*"
        className="hidden-file"
        data-testid={testId}
        onChange={(event) => {
          const file = event.target.files?.[0];
          // The same file again must count as a change.
          event.target.value = '';
          if (file !== undefined) upload.mutate(file, { onSuccess: choose });
        }}
      />
      <Button icon={<CameraOutlined />} loading={upload.isPending} onClick={() => chooser.current?.click()}>
        {t('ticket.photoAdd')}
      </Button>
    </>
  );
}
