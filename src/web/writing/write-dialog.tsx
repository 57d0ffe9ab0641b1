/**
 * Writing one point, in steps that cannot be skipped:
 *
 *   form ──next──▶ check (old → new) ──write now──▶ sending ──▶ what came of it
 *    ◀────back──────┘                                  └─refused─▶ form again, if wanted
 *
 * Sends once: a second press, a second Enter or a second opening sends nothing while the first is under way.
 */
import { Modal } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Equipment, PointDefinition, PointWriting } from '../api/types.ts';
import { serverNow } from '../live/server-clock.ts';
import { useFormat } from '../shared/use-format.ts';
import type { Obstacle } from './obstacles.ts';
import {
  type Asked,
  followAnswer,
  latestOf,
  type Sending,
  toFailedAnswer,
  toRevertValue,
  type WriteAnswer,
} from './write-answer.ts';
import { WriteCheck } from './write-check.tsx';
import { WriteForm } from './write-form.tsx';
import { useWritePoint, useWriteRecords } from './write-queries.ts';
import { WriteResult } from './write-result.tsx';

export interface WriteDialogProps {
  readonly point: PointDefinition;
  readonly write: PointWriting;
  /** The register: for the full name of the equipment. */
  readonly all: readonly Equipment[];
  /** What forbids it now; may change while the dialog is open. */
  readonly obstacles: readonly Obstacle[];
  /** Who writes. */
  readonly username: string;
  /** Of the write before this one nothing is known but that it was sent. */
  readonly wasLost: boolean;
  /** @param isLost nobody knows what came of it, not even the records of the gateway */
  readonly onClose: (isLost: boolean) => void;
}

export interface Draft {
  readonly value: number | null;
  readonly reason: string;
}

type Step =
  | { readonly type: 'form' }
  | { readonly type: 'check'; readonly asked: Asked }
  | { readonly type: 'sending'; readonly sending: Sending }
  | { readonly type: 'ended'; readonly sending: Sending; readonly answer: WriteAnswer };

const WIDTH_PX = 560;

export function WriteDialog(props: WriteDialogProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const flow = useWriteFlow(props);
  const isSending = flow.step.type === 'sending';
  return (
    <Modal
      open
      width={WIDTH_PX}
      footer={null}
      title={t('writing.title', { point: format.text(props.point.text) })}
      closable={!isSending}
      keyboard={!isSending}
      mask={{ closable: false }}
      onCancel={flow.close}
    >
      <div className="write-dialog" data-testid="write-dialog" data-step={flow.step.type}>
        <StepView props={props} flow={flow} />
      </div>
    </Modal>
  );
}

interface StepViewProps {
  readonly props: WriteDialogProps;
  readonly flow: ReturnType<typeof useWriteFlow>;
}

function StepView({ props, flow }: StepViewProps) {
  const { point } = props;
  const { step, rows } = flow;
  const revertValue = (present: number | null) => toRevertValue(point.id, rows, present);
  switch (step.type) {
    case 'form':
      return (
        <WriteForm
          {...props}
          draft={flow.draft}
          latest={latestOf(point.id, rows)}
          revertValue={revertValue}
          onDraft={flow.setDraft}
          onNext={flow.check}
          onCancel={flow.close}
        />
      );
    case 'check':
      return (
        <WriteCheck
          {...props}
          asked={step.asked}
          revertValue={revertValue}
          onBack={flow.edit}
          onConfirm={() => flow.send(step.asked)}
        />
      );
    case 'sending':
      return <WriteResult point={point} asked={step.sending.asked} answer={null} />;
    case 'ended':
      return (
        <WriteResult
          point={point}
          asked={step.sending.asked}
          answer={flow.answer}
          onClose={flow.close}
          onChange={flow.edit}
        />
      );
    default:
      return step satisfies never;
  }
}

function useWriteFlow({ point, username, wasLost, onClose }: WriteDialogProps) {
  const [draft, setDraft] = useState<Draft>({ value: null, reason: '' });
  const [step, setStep] = useState<Step>({ type: 'form' });
  const isSent = useRef(false);
  const write = useWritePoint(point);
  const { rows } = useWriteRecords([point.equipment], step.type === 'ended' && step.answer.type === 'lost');
  const answer = step.type === 'ended' ? followAnswer(step.answer, step.sending, rows) : null;
  const send = (asked: Asked): void => {
    if (isSent.current) return;
    isSent.current = true;
    const sending = { point: point.id, by: username, asked, sinceMs: serverNow() };
    setStep({ type: 'sending', sending });
    const end = (answer: WriteAnswer) => setStep({ type: 'ended', sending, answer });
    write.mutate(asked, {
      onSuccess: (row) => end({ type: 'row', row }),
      onError: (error) => end(toFailedAnswer(error)),
    });
  };
  return {
    draft,
    step,
    rows,
    answer,
    setDraft,
    send,
    check: (asked: Asked) => setStep({ type: 'check', asked }),
    /** Only from where nothing is under way. */
    edit: () => {
      isSent.current = false;
      setStep({ type: 'form' });
    },
    close: () => onClose(answer === null ? wasLost : answer.type === 'lost'),
  };
}
