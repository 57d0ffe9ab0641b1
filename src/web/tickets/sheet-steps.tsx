/** The steps of a sheet, one tap each: numbers to ring stand beside them, who else did it and a note can be added first. */
import CheckCircleFilled from '@ant-design/icons/CheckCircleFilled';
import { Button, Input } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { useTicketStep } from '../api/ticket-queries.ts';
import type { OfferedStep, Ticket } from '../api/types.ts';
import { useDoerName } from '../shared/person-name.ts';
import { PhoneText } from '../shared/phone-text.tsx';
import { useFormat } from '../shared/use-format.ts';
import { MAX_LINE_CHARS } from './limits.ts';

export type SheetEntry = NonNullable<Ticket['fire']>['steps'][string];

interface SheetStepsProps {
  readonly done: Readonly<Record<string, SheetEntry>>;
  /** null = only read. */
  readonly offered: OfferedStep | null;
  readonly submit: ReturnType<typeof useTicketStep>;
  /** Whom a step rings, with the number. Key: step. */
  readonly numbers: Readonly<Record<string, string>>;
  /** The step that somebody from outside signs for: it has a form. */
  readonly signed?: string;
  /** Opens the form of a step; left out = what is written down stays as it is. */
  readonly onEdit?: (step: string, isCorrection: boolean) => void;
  /** Below the step that is being written down with all that belongs to it. */
  readonly entryForm?: { readonly step: string; readonly form: ReactNode } | null;
}

export function SheetSteps(props: SheetStepsProps) {
  const { done, offered, submit, numbers, signed, onEdit, entryForm = null } = props;
  const format = useFormat();
  const [who, setWho] = useState('');
  const [note, setNote] = useState('');
  const options = offered?.fields.find(({ name }) => name === 'step')?.options ?? [];
  const known = options.length > 0 ? options.map(({ value }) => value) : Object.keys(done);
  const toText = (code: string) => {
    const option = options.find(({ value }) => value === code);
    return option === undefined ? code : format.text(option.text);
  };
  const forget = () => {
    setWho('');
    setNote('');
  };
  const send = (step: string): void => {
    if (offered === null) return;
    if (step === signed) return onEdit?.(step, false);
    const body = {
      step,
      ...(who.trim() !== '' && { who: who.trim() }),
      ...(note.trim() !== '' && { note: note.trim() }),
    };
    submit.mutate(
      { route: [offered.transition], body, occurredAtMs: null, what: toText(step) },
      { onSuccess: forget },
    );
  };
  return (
    <>
      <ul className="sheet-steps">
        {known.map((step) => (
          <li key={step} data-testid={`sheet-step-${step}`} data-done={done[step] !== undefined}>
            <SheetStep
              text={toText(step)}
              number={numbers[step] ?? ''}
              entry={done[step] ?? null}
              isOffered={offered !== null}
              isSigned={step === signed}
              isPending={submit.isPending}
              onDone={() => send(step)}
              {...(onEdit !== undefined && offered !== null && { onCorrect: () => onEdit(step, true) })}
            />
            {entryForm?.step === step && entryForm.form}
          </li>
        ))}
      </ul>
      {offered !== null && <Remarks who={who} note={note} onWho={setWho} onNote={setNote} />}
    </>
  );
}

interface RemarksProps {
  readonly who: string;
  readonly note: string;
  readonly onWho: (who: string) => void;
  readonly onNote: (note: string) => void;
}

/** Folded away: mostly whoever taps has done it, and there is nothing to add. */
function Remarks({ who, note, onWho, onNote }: RemarksProps) {
  const { t } = useTranslation();
  return (
    <details className="late-entry">
      <summary className="hint">{t('sheet.remarks')}</summary>
      <div className="sheet-notes">
        <Input
          maxLength={MAX_LINE_CHARS}
          value={who}
          placeholder={t('sheet.stepWho')}
          data-testid="sheet-who"
          onChange={(event) => onWho(event.target.value)}
        />
        <Input
          maxLength={MAX_LINE_CHARS}
          value={note}
          placeholder={t('sheet.stepNote')}
          data-testid="sheet-note"
          onChange={(event) => onNote(event.target.value)}
        />
      </div>
    </details>
  );
}

interface SheetStepProps {
  readonly text: string;
  /** '' = nobody is rung for it. */
  readonly number: string;
  readonly entry: SheetEntry | null;
  readonly isOffered: boolean;
  readonly isSigned: boolean;
  readonly isPending: boolean;
  readonly onDone: () => void;
  /** Left out = it is not corrected. */
  readonly onCorrect?: () => void;
}

function SheetStep({
  text,
  number,
  entry,
  isOffered,
  isSigned,
  isPending,
  onDone,
  onCorrect,
}: SheetStepProps) {
  const { t } = useTranslation();
  if (entry !== null)
    return (
      <>
        <span>
          <CheckCircleFilled className="step-done" /> {text}
        </span>
        <span className="hint">
          <EntryWords entry={entry} />
          {onCorrect !== undefined && (
            <Button size="small" type="link" onClick={onCorrect}>
              {t('sheet.correct')}
            </Button>
          )}
        </span>
      </>
    );
  return (
    <>
      <span>
        {text}
        {number !== '' && (
          <span className="step-number">
            <PhoneText text={number} />
          </span>
        )}
      </span>
      {isOffered ? (
        <Button disabled={isPending} onClick={onDone}>
          {t(isSigned ? 'sheet.sign' : 'sheet.stepDone')}
        </Button>
      ) : (
        <span className="hint">{t('sheet.notYet')}</span>
      )}
    </>
  );
}

/** What stands there, and struck out what stood there before. */
function EntryWords({ entry }: { readonly entry: SheetEntry }) {
  const format = useFormat();
  const toDoer = useDoerName();
  const words = [
    format.time(entry.atMs),
    toDoer(entry.who),
    entry.firm,
    entry.phone,
    entry.signedSlip,
    entry.note,
  ];
  return (
    <>
      {words.filter((word) => word !== undefined && word !== '').join(' ')}
      {(entry.corrected ?? []).map((old) => (
        <del key={old.atMs}>
          {' '}
          {format.time(old.atMs)} {toDoer(old.who)} {old.note}
        </del>
      ))}
    </>
  );
}
