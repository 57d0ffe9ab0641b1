/** One question with a note: acknowledge, reset, comment, unshelve, back into service. Enter in the note sends it. */
import { Alert, Input, Modal } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { testId } from '../shared/test-id.ts';
import { useErrorText } from '../shared/use-error-text.ts';

/** core/limits.ts `textChars`. */
export const MAX_NOTE_CHARS = 4_000;

interface NoteDialogProps {
  /** Beginning of the test ids. */
  readonly name: string;
  readonly title: string;
  readonly okText: string;
  readonly help?: string;
  /** Name of the field; it may stay empty unless `isNoteNeeded`. */
  readonly noteText: string;
  readonly isNoteNeeded?: boolean;
  readonly isPending: boolean;
  readonly error: Error | null;
  readonly onSubmit: (note: string) => void;
  readonly onClose: () => void;
  /** What it is about, above the help. */
  readonly children?: ReactNode;
}

export function NoteDialog(props: NoteDialogProps) {
  const { name, title, okText, help, noteText, isNoteNeeded = false, isPending, error } = props;
  const { t } = useTranslation();
  const toErrorText = useErrorText();
  const [note, setNote] = useState('');
  const isReady = !isPending && (!isNoteNeeded || note.trim() !== '');
  const submit = (): void => {
    if (isReady) props.onSubmit(note);
  };
  return (
    <Modal
      open
      title={title}
      okText={okText}
      okButtonProps={{ ...testId(`${name}-submit`), disabled: !isReady }}
      confirmLoading={isPending}
      onOk={submit}
      onCancel={props.onClose}
    >
      {props.children}
      {help !== undefined && <p className="hint">{help}</p>}
      <Input
        autoFocus
        maxLength={MAX_NOTE_CHARS}
        value={note}
        aria-label={noteText}
        placeholder={isNoteNeeded ? noteText : t('common.optionalField', { field: noteText })}
        data-testid={`${name}-note`}
        onChange={(event) => setNote(event.target.value)}
        onPressEnter={submit}
      />
      {error !== null && (
        <Alert
          className="gap-above"
          type="error"
          showIcon
          title={toErrorText(error)}
          data-testid={`${name}-error`}
        />
      )}
    </Modal>
  );
}
