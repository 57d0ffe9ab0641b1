/** The two sheets that an emergency adds to its ticket: fire confirmation (火警确认) and lift entrapment (电梯困人记录). */
import CheckCircleFilled from '@ant-design/icons/CheckCircleFilled';
import { Alert, Button, Card, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useTicketStep } from '../api/ticket-queries.ts';
import type { OfferedStep, Text, Ticket } from '../api/types.ts';
import { usePersonName } from '../shared/person-name.ts';
import { useFormat } from '../shared/use-format.ts';
import { StepForm, SubmitError } from './step-form.tsx';
import { findStep, toStepAction } from './step-values.ts';

/** core/limits.ts `shortTextChars`. */
const MAX_LINE_CHARS = 200;

export function FireCard({ ticket }: { readonly ticket: Ticket }) {
  const { t } = useTranslation();
  const format = useFormat();
  const toName = usePersonName();
  const submit = useTicketStep(ticket);
  const [isOpen, setOpen] = useState(false);
  const confirm = findStep(ticket, 'confirm-fire');
  const step = findStep(ticket, 'fire-step');
  const { fire } = ticket;
  if (fire === null && (confirm === null || ticket.class !== 'fire')) return null;
  const isAsked = confirm !== null && (fire === null || isOpen);
  return (
    <Card size="small" className="sheet sheet-fire" title={t('sheet.fire')} data-testid="ticket-fire-sheet">
      {fire === null ? (
        <Alert className="gap-below" type="error" showIcon title={t('sheet.fireHelp')} />
      ) : (
        <p data-testid="ticket-fire-verdict">
          <b className={fire.verdict === 'real' ? 'attention' : ''}>{t(`option.${fire.verdict}`)}</b>{' '}
          <span className="hint">
            {t('sheet.fireBy', {
              by: toName(fire.by),
              time: format.dateTime(fire.atMs),
              how: t(`option.${fire.how}`),
            })}
          </span>
          {fire.cause !== null && <span className="prewrap"> {fire.cause}</span>}{' '}
          {confirm !== null && !isOpen && (
            <Button size="small" type="link" onClick={() => setOpen(true)}>
              {format.text(confirm.text)}
            </Button>
          )}
        </p>
      )}
      {submit.error !== null && <SubmitError error={submit.error} ticket={ticket} />}
      {isAsked && (
        <StepForm
          ticket={ticket}
          action={{ ...toStepAction(confirm), text: VERDICT }}
          submit={submit}
          onDone={() => setOpen(false)}
        />
      )}
      {fire?.verdict === 'real' && (
        <SheetSteps done={fire.steps} offered={step} submit={submit} signature={null} />
      )}
      <p className="hint">{t('sheet.auxiliary')}</p>
    </Card>
  );
}

/** Offered on every emergency that may be one; it opens by itself only once it is begun. */
export function EntrapmentCard({ ticket }: { readonly ticket: Ticket }) {
  const { t } = useTranslation();
  const submit = useTicketStep(ticket);
  const [isOpen, setOpen] = useState(false);
  const [edited, setEdited] = useState<Edited | null>(null);
  const step = findStep(ticket, 'entrapment');
  const { entrapment } = ticket;
  if (entrapment === null && (step === null || ticket.class === 'fire')) return null;
  if (entrapment === null && !isOpen)
    return (
      <Button
        block
        size="large"
        className="sheet-begin"
        data-testid="ticket-entrapment-begin"
        onClick={() => setOpen(true)}
      >
        {t('sheet.entrapment')} · {t('sheet.begin')}
      </Button>
    );
  const facts = step !== null && { ...step, fields: step.fields.filter(({ name }) => FACTS.includes(name)) };
  return (
    <Card size="small" className="sheet" title={t('sheet.entrapment')} data-testid="ticket-entrapment-sheet">
      {submit.error !== null && <SubmitError error={submit.error} ticket={ticket} />}
      {facts !== false && (
        <StepForm
          key={`${entrapment === null}`}
          ticket={ticket}
          action={{ ...toStepAction(facts), text: SAVE }}
          submit={submit}
        />
      )}
      {entrapment !== null && (
        <>
          {facts === false && <EntrapmentFacts sheet={entrapment} />}
          <SheetSteps
            done={entrapment.steps}
            offered={step}
            submit={submit}
            signature={{ step: 'back-in-service', label: t('sheet.signedBy') }}
            onEdit={setEdited}
          />
          {step !== null && edited !== null && (
            <EntryForm
              key={`${edited.step}/${edited.isCorrection}`}
              ticket={ticket}
              offered={step}
              edited={edited}
              submit={submit}
              onDone={() => setEdited(null)}
            />
          )}
        </>
      )}
    </Card>
  );
}

/** A step that is written down with all that belongs to it: a signature, or what was wrong before. */
interface Edited {
  readonly step: string;
  readonly text: Text;
  readonly isCorrection: boolean;
}

interface EntryFormProps {
  readonly ticket: Ticket;
  readonly offered: OfferedStep;
  readonly edited: Edited;
  readonly submit: ReturnType<typeof useTicketStep>;
  readonly onDone: () => void;
}

function EntryForm({ ticket, offered, edited, submit, onDone }: EntryFormProps) {
  const { step, text, isCorrection } = edited;
  const names = isCorrection ? [...SIGNATURE, 'reason'] : SIGNATURE;
  const fields = offered.fields
    .filter(({ name }) => names.includes(name))
    .map((field) => ({ ...field, isRequired: field.name === 'who' || field.name === 'reason' }));
  const mutate: typeof submit.mutate = (given, options) =>
    submit.mutate({ ...given, body: { ...given.body, step } }, options);
  return (
    <div data-testid={`sheet-entry-${step}`}>
      <StepForm
        ticket={ticket}
        action={{ ...toStepAction({ ...offered, fields }), text }}
        submit={{ ...submit, mutate }}
        onDone={onDone}
      />
    </div>
  );
}

const SIGNATURE: readonly string[] = ['who', 'contact', 'firm', 'phone', 'signedSlip', 'signedPhoto', 'note'];
const FACTS: readonly string[] = ['liftCode', 'rescueLine', 'floor', 'people'];
/** What the buttons confirm. */
const VERDICT: Text = { zh: '结论', en: 'verdict' };
const SAVE: Text = { zh: '困人信息', en: 'entrapment facts' };

function EntrapmentFacts({ sheet }: { readonly sheet: NonNullable<Ticket['entrapment']> }) {
  const { t } = useTranslation();
  return (
    <dl className="facts">
      {(['liftCode', 'rescueLine', 'floor', 'people'] as const).map((name) => (
        <div key={name} className="fact-pair">
          <dt>{t(`field.${name}`)}</dt>
          <dd>{sheet[name] ?? t('sheet.notYet')}</dd>
        </div>
      ))}
    </dl>
  );
}

interface SheetStepsProps {
  readonly done: Readonly<Record<string, NonNullable<Ticket['fire']>['steps'][string]>>;
  /** null = only read. */
  readonly offered: OfferedStep | null;
  readonly submit: ReturnType<typeof useTicketStep>;
  /** The step that needs the name of somebody from outside. */
  readonly signature: { readonly step: string; readonly label: string } | null;
  /** Left out = what is written down stays as it is. */
  readonly onEdit?: (edited: Edited) => void;
}

/** One tap per step; who did it and a note can be added first. */
function SheetSteps({ done, offered, submit, signature, onEdit }: SheetStepsProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const [who, setWho] = useState('');
  const [note, setNote] = useState('');
  const options = offered?.fields.find(({ name }) => name === 'step')?.options ?? [];
  const known = options.length > 0 ? options.map(({ value }) => value) : Object.keys(done);
  const toText = (code: string) => {
    const option = options.find(({ value }) => value === code);
    return option === undefined ? code : format.text(option.text);
  };
  const edit = (step: string, isCorrection: boolean): void => {
    const option = options.find(({ value }) => value === step);
    onEdit?.({ step, text: option?.text ?? { zh: step, en: step }, isCorrection });
  };
  const send = (step: string): void => {
    if (offered === null) return;
    if (step === signature?.step) return edit(step, false);
    const body = {
      step,
      ...(who.trim() !== '' && { who: who.trim() }),
      ...(note.trim() !== '' && { note: note.trim() }),
    };
    submit.mutate(
      { route: [offered.transition], body, occurredAtMs: null, what: toText(step) },
      {
        onSuccess: () => {
          setWho('');
          setNote('');
        },
      },
    );
  };
  return (
    <>
      <ul className="sheet-steps">
        {known.map((step) => (
          <li key={step} data-testid={`sheet-step-${step}`} data-done={done[step] !== undefined}>
            <SheetStep
              text={toText(step)}
              entry={done[step] ?? null}
              isOffered={offered !== null}
              isPending={submit.isPending}
              onDone={() => send(step)}
              {...(onEdit !== undefined && offered !== null && { onCorrect: () => edit(step, true) })}
            />
          </li>
        ))}
      </ul>
      {offered !== null && (
        <div className="sheet-notes">
          <Input
            maxLength={MAX_LINE_CHARS}
            value={who}
            placeholder={
              signature === null ? t('sheet.stepWho') : `${t('sheet.stepWho')} / ${signature.label}`
            }
            data-testid="sheet-who"
            onChange={(event) => setWho(event.target.value)}
          />
          <Input
            maxLength={MAX_LINE_CHARS}
            value={note}
            placeholder={t('sheet.stepNote')}
            data-testid="sheet-note"
            onChange={(event) => setNote(event.target.value)}
          />
        </div>
      )}
    </>
  );
}

interface SheetStepProps {
  readonly text: string;
  readonly entry: NonNullable<Ticket['fire']>['steps'][string] | null;
  readonly isOffered: boolean;
  readonly isPending: boolean;
  readonly onDone: () => void;
  /** Left out = it is not corrected. */
  readonly onCorrect?: () => void;
}

function SheetStep({ text, entry, isOffered, isPending, onDone, onCorrect }: SheetStepProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const toName = usePersonName();
  if (entry === null)
    return (
      <>
        <span>{text}</span>
        {isOffered ? (
          <Button disabled={isPending} onClick={onDone}>
            {t('sheet.stepDone')}
          </Button>
        ) : (
          <span className="hint">{t('sheet.notYet')}</span>
        )}
      </>
    );
  return (
    <>
      <span>
        <CheckCircleFilled className="step-done" /> {text}
      </span>
      <span className="hint">
        {format.time(entry.atMs)} {toName(entry.who)} {entry.firm} {entry.phone} {entry.signedSlip}{' '}
        {entry.note}
        {(entry.corrected ?? []).map((old) => (
          <del key={old.atMs}>
            {' '}
            {format.time(old.atMs)} {toName(old.who)} {old.note}
          </del>
        ))}
        {onCorrect !== undefined && (
          <Button size="small" type="link" onClick={onCorrect}>
            {t('sheet.correct')}
          </Button>
        )}
      </span>
    </>
  );
}
