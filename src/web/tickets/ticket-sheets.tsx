/** The two sheets that an emergency adds to its ticket: fire confirmation (火警确认) and lift entrapment (电梯困人记录). */
import { Alert, Button, Card } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useTicketStep } from '../api/ticket-queries.ts';
import type { OfferedField, OfferedStep, Text, Ticket } from '../api/types.ts';
import { useDoerName } from '../shared/person-name.ts';
import { useFormat } from '../shared/use-format.ts';
import { SheetSteps } from './sheet-steps.tsx';
import { StepForm, SubmitError } from './step-form.tsx';
import { findStep, toStepAction } from './step-values.ts';

export function FireCard({ ticket }: { readonly ticket: Ticket }) {
  const { t } = useTranslation();
  const format = useFormat();
  const toDoer = useDoerName();
  const submit = useTicketStep(ticket);
  const [isOpen, setOpen] = useState(false);
  const confirm = findStep(ticket, 'confirm-fire');
  const step = findStep(ticket, 'fire-step');
  const { fire } = ticket;
  if (fire === null && (confirm === null || ticket.entrapment !== null)) return null;
  // Of an emergency that was reported as something else it may turn out to be a fire.
  if (fire === null && ticket.class !== 'fire' && !isOpen)
    return (
      <Button
        block
        size="large"
        className="sheet-begin"
        data-testid="ticket-fire-begin"
        onClick={() => setOpen(true)}
      >
        {t('sheet.fire')} · {t('sheet.begin')}
      </Button>
    );
  const isAsked = confirm !== null && (fire === null || isOpen);
  return (
    <Card size="small" className="sheet sheet-fire" title={t('sheet.fire')} data-testid="ticket-fire-sheet">
      {fire === null ? (
        <Alert className="gap-below" type="warning" showIcon title={t('sheet.fireHelp')} />
      ) : (
        <p data-testid="ticket-fire-verdict">
          <b className={fire.verdict === 'real' ? 'attention' : ''}>{t(`option.${fire.verdict}`)}</b>{' '}
          <span className="hint">
            {t('sheet.fireBy', {
              by: toDoer(fire.by),
              time: format.dateTime(fire.atMs),
              how: t(`option.${fire.how}`),
            })}
          </span>
          {fire.cause !== null && <span className="prewrap"> {fire.cause}</span>}{' '}
          {confirm !== null && !isOpen && (
            <Button size="small" type="link" onClick={() => setOpen(true)}>
              {t('sheet.verdictAgain')}
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
        <SheetSteps done={fire.steps} offered={step} submit={submit} numbers={FIRE_NUMBERS} />
      )}
      {fire?.voided?.map(({ by, atMs }, index) => (
        <p key={`${index}/${atMs}`} className="attention" data-testid="fire-voided">
          {t('sheet.burnsAgain', { by: toDoer(by), time: format.dateTime(atMs) })}
        </p>
      ))}
      {confirm !== null && fire?.steps['extinguished'] !== undefined && (
        <p className="hint">{t('sheet.stillBurning')}</p>
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
  return (
    <Card size="small" className="sheet" title={t('sheet.entrapment')} data-testid="ticket-entrapment-sheet">
      {submit.error !== null && <SubmitError error={submit.error} ticket={ticket} />}
      {entrapment !== null && <Steps ticket={ticket} sheet={entrapment} offered={step} submit={submit} />}
      {step !== null && entrapment?.steps['released'] !== undefined && (
        <p className="hint">{t('sheet.stillInside')}</p>
      )}
      {step !== null && (
        <StepForm
          key={`${entrapment === null}`}
          ticket={ticket}
          action={{ ...toStepAction(withFields(step, [...FACTS, 'reason'])), text: SAVE }}
          submit={submit}
        />
      )}
      {entrapment !== null && step === null && <EntrapmentFacts sheet={entrapment} />}
      {entrapment !== null && <LoweredNumbers sheet={entrapment} />}
      {entrapment !== null && <VoidedReleases sheet={entrapment} />}
    </Card>
  );
}

function withFields(step: OfferedStep, names: readonly string[]): OfferedStep {
  const fields = names.flatMap((name) => step.fields.find((field) => field.name === name) ?? []);
  return { ...step, fields };
}

interface StepsProps {
  readonly ticket: Ticket;
  readonly sheet: Sheet;
  readonly offered: OfferedStep | null;
  readonly submit: ReturnType<typeof useTicketStep>;
}

/** What was not said of somebody's first call can be written anew; the last step is signed for. */
function Steps({ ticket, sheet, offered, submit }: StepsProps) {
  const [edited, setEdited] = useState<Edited | null>(null);
  const edit = (step: string, isCorrection: boolean): void => setEdited({ step, isCorrection });
  const entryForm = offered !== null &&
    edited !== null && {
      step: edited.step,
      form: (
        <EntryForm
          key={`${edited.step}/${edited.isCorrection}`}
          ticket={ticket}
          offered={offered}
          edited={edited}
          onDone={() => setEdited(null)}
        />
      ),
    };
  return (
    <SheetSteps
      done={sheet.steps}
      offered={offered}
      submit={submit}
      numbers={{ 'maintainer-called': sheet.maintainer ?? '', 'rescue-called': sheet.rescueLine }}
      signed={SIGNED_STEP}
      onEdit={edit}
      entryForm={entryForm === false ? null : entryForm}
    />
  );
}

/** A step that is written down with all that belongs to it: a signature, or what was wrong before. */
interface Edited {
  readonly step: string;
  readonly isCorrection: boolean;
}

interface EntryFormProps {
  readonly ticket: Ticket;
  readonly offered: OfferedStep;
  readonly edited: Edited;
  readonly onDone: () => void;
}

/** Its errors stand in it: the card begins far above. */
function EntryForm({ ticket, offered, edited: { step, isCorrection }, onDone }: EntryFormProps) {
  const { t } = useTranslation();
  const submit = useTicketStep(ticket);
  const isSigned = step === SIGNED_STEP;
  const names = [...(isSigned ? SIGNATURE : REMARK), ...(isCorrection ? ['reason'] : [])];
  const toText = ({ name, text }: OfferedField): Text => (isSigned && name === 'who' ? SIGNER : text);
  const fields = withFields(offered, names).fields.map((field) => ({
    ...field,
    text: toText(field),
    isRequired: field.name === 'reason' || (isSigned && field.name === 'who'),
  }));
  const option = offered.fields
    .find(({ name }) => name === 'step')
    ?.options?.find(({ value }) => value === step);
  const mutate: typeof submit.mutate = (given, options) =>
    submit.mutate({ ...given, body: { ...given.body, step } }, options);
  return (
    <div className="sheet-entry" data-testid={`sheet-entry-${step}`}>
      {isSigned && <p className="hint">{t('sheet.signHelp')}</p>}
      <StepForm
        ticket={ticket}
        action={{ ...toStepAction({ ...offered, fields }), text: option?.text ?? { zh: step, en: step } }}
        submit={{ ...submit, mutate }}
        onDone={onDone}
      />
      {submit.error !== null && <SubmitError error={submit.error} ticket={ticket} />}
      <Button type="link" onClick={onDone}>
        {t('common.cancel')}
      </Button>
    </div>
  );
}

type Sheet = NonNullable<Ticket['entrapment']>;

/** The maintainer signs for it. */
const SIGNED_STEP = 'back-in-service';
const SIGNATURE: readonly string[] = ['who', 'signedSlip', 'signedPhoto', 'note', 'contact', 'firm', 'phone'];
const REMARK: readonly string[] = ['who', 'note'];
const SIGNER: Text = { zh: '维保签字人', en: 'Signed by (maintainer)' };
const FACTS: readonly string[] = ['floor', 'people', 'liftCode', 'rescueLine'];
const FIRE_NUMBERS = { 'called-119': '119' };
/** What the buttons confirm. */
const VERDICT: Text = { zh: '结论', en: 'verdict' };
const SAVE: Text = { zh: '困人信息', en: 'entrapment facts' };

/** What was said of the people before: a smaller number releases nobody. */
function LoweredNumbers({ sheet: { lowered = [] } }: { readonly sheet: Sheet }) {
  const { t } = useTranslation();
  const format = useFormat();
  const toDoer = useDoerName();
  return lowered.map(({ people, by, atMs }) => (
    <p key={`${people}/${atMs}`} className="hint" data-testid="sheet-lowered">
      {t('sheet.lowered', { people, by: toDoer(by), time: format.dateTime(atMs) })}
    </p>
  ));
}

function EntrapmentFacts({ sheet }: { readonly sheet: Sheet }) {
  const { t } = useTranslation();
  return (
    <dl className="facts">
      {(['floor', 'people', 'liftCode', 'rescueLine'] as const).map((name) => (
        <div key={name} className="fact-pair">
          <dt>{t(`field.${name}`)}</dt>
          <dd>{sheet[name] ?? t('sheet.notYet')}</dd>
        </div>
      ))}
    </dl>
  );
}

function VoidedReleases({ sheet: { voided = [] } }: { readonly sheet: Sheet }) {
  const { t } = useTranslation();
  const format = useFormat();
  const toDoer = useDoerName();
  return voided.map(({ by, atMs }, index) => (
    <p key={`${index}/${atMs}`} className="attention" data-testid="sheet-voided">
      {t('sheet.voided', { by: toDoer(by), time: format.dateTime(atMs) })}
    </p>
  ));
}
