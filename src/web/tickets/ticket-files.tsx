/** Photos and documents of a ticket: on a phone the camera is one tap away. */
import CameraOutlined from '@ant-design/icons/CameraOutlined';
import FileOutlined from '@ant-design/icons/FileOutlined';
import PaperClipOutlined from '@ant-design/icons/PaperClipOutlined';
import { Button, Card } from 'antd';
import { type ChangeEvent, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { toFileAddress, useUpload } from '../api/ticket-queries.ts';
import type { Attachment, Ticket } from '../api/types.ts';
import { toBytesText } from '../shared/bytes.ts';
import { usePersonName } from '../shared/person-name.ts';
import { useFormat } from '../shared/use-format.ts';
import { useIsPhone } from '../shared/use-is-phone.ts';

export function TicketFiles({ ticket }: { readonly ticket: Ticket }) {
  const { t } = useTranslation();
  const canAttach = ticket.transitions.includes('attach');
  if (!canAttach && ticket.attachments.length === 0) return null;
  return (
    <Card size="small" title={t('ticket.files')} data-testid="ticket-files">
      <ul className="files">
        {ticket.attachments.map((file) => (
          <li key={file.id}>
            <FileLink ticket={ticket.id} file={file} />
          </li>
        ))}
      </ul>
      {ticket.attachments.length === 0 && <p className="hint">{t('ticket.noFiles')}</p>}
      {canAttach && <UploadButtons ticket={ticket} />}
    </Card>
  );
}

function FileLink({ ticket, file }: { readonly ticket: string; readonly file: Attachment }) {
  const format = useFormat();
  const toName = usePersonName();
  const address = toFileAddress(ticket, file.id);
  const isImage = file.mediaType.startsWith('image/');
  return (
    <a
      href={address}
      target="_blank"
      rel="noreferrer"
      className="file"
      data-testid={`ticket-file-${file.id}`}
    >
      {isImage ? <img src={address} alt={file.name} loading="lazy" /> : <FileOutlined />}
      <span>
        {file.name}
        <span className="hint">
          {' '}
          {toBytesText(file.bytes)} · {toName(file.by)} {format.dateTime(file.atMs)}
        </span>
      </span>
    </a>
  );
}

function UploadButtons({ ticket }: { readonly ticket: Ticket }) {
  const { t } = useTranslation();
  const isPhone = useIsPhone();
  const camera = useRef<HTMLInputElement>(null);
  const chooser = useRef<HTMLInputElement>(null);
  const upload = useUpload(ticket);
  const send = (event: ChangeEvent<HTMLInputElement>): void => {
    const file = event.target.files?.[0];
    // The same file again must count as a change.
    event.target.value = '';
    if (file !== undefined) upload.mutate(file);
  };
  return (
    <div className="action-buttons">
      <input ref={camera} type="file" accept="image/*" capture="environment" hidden onChange={send} />
      <input
        ref={chooser}
        type="file"
        accept="image/jpeg,image/png,image/webp,application/pdf"
        hidden
        data-testid="ticket-file-input"
        onChange={send}
      />
      {isPhone && (
        <Button
          type="primary"
          icon={<CameraOutlined />}
          loading={upload.isPending}
          onClick={() => camera.current?.click()}
        >
          {t('ticket.photo')}
        </Button>
      )}
      <Button
        icon={<PaperClipOutlined />}
        loading={upload.isPending}
        data-testid="ticket-file-choose"
        onClick={() => chooser.current?.click()}
      >
        {t('ticket.file')}
      </Button>
    </div>
  );
}
