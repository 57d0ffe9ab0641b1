/** Exports what is on show as CSV or XLSX: progress while it comes, and a way to break it off. */
import { Alert, Button, Modal, Progress, Radio } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toBytesText } from '../shared/bytes.ts';
import { testId } from '../shared/test-id.ts';
import { useErrorText } from '../shared/use-error-text.ts';
import { useFormat } from '../shared/use-format.ts';
import { type ExportWish, fetchExport, saveFile } from './export-file.ts';
import type { Window } from './window.ts';

interface ExportDialogProps {
  readonly points: readonly string[];
  readonly window: Window;
  readonly onClose: () => void;
}

type Step =
  | { readonly type: 'choice'; readonly error: Error | null; readonly isStopped: boolean }
  | { readonly type: 'running'; readonly bytes: number }
  | { readonly type: 'done'; readonly bytes: number; readonly name: string; readonly isIncomplete: boolean };

export function ExportDialog({ points, window, onClose }: ExportDialogProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { step, run, stop } = useExport();
  const [file, setFile] = useState<ExportWish['format']>('csv');
  const [kind, setKind] = useState<ExportWish['kind']>('buckets');
  const isRunning = step.type === 'running';
  const close = (): void => {
    stop();
    onClose();
  };
  return (
    <Modal open title={t('trends.export.title')} footer={null} mask={{ closable: false }} onCancel={close}>
      <div className="trend-export" data-testid="export-dialog" data-step={step.type}>
        <p className="hint figures">
          {t('trends.export.what', {
            count: points.length,
            from: format.dateTime(window.fromMs),
            to: format.dateTime(window.toMs),
          })}
        </p>
        <Radio.Group
          disabled={isRunning}
          value={kind}
          onChange={(event) => setKind(event.target.value as ExportWish['kind'])}
          options={(['buckets', 'readings'] as const).map((value) => ({
            value,
            label: (
              <span data-testid={`export-kind-${value}`}>
                {t(`trends.export.kind.${value}`)}{' '}
                <span className="hint">{t(`trends.export.kindHelp.${value}`)}</span>
              </span>
            ),
          }))}
          vertical
        />
        <Radio.Group
          disabled={isRunning}
          value={file}
          optionType="button"
          onChange={(event) => setFile(event.target.value as ExportWish['format'])}
          options={(['csv', 'xlsx'] as const).map((value) => ({
            value,
            label: <span data-testid={`export-format-${value}`}>{t(`trends.export.format.${value}`)}</span>,
          }))}
        />
        <ExportState step={step} />
        <div className="trend-export-actions">
          {isRunning ? (
            <Button danger onClick={stop} {...testId('export-stop')}>
              {t('trends.export.stop')}
            </Button>
          ) : (
            <Button
              type="primary"
              {...testId('export-start')}
              onClick={() => run({ points, window, format: file, kind, language: format.language })}
            >
              {t('trends.export.start')}
            </Button>
          )}
        </div>
      </div>
    </Modal>
  );
}

function ExportState({ step }: { readonly step: Step }) {
  const { t } = useTranslation();
  const toErrorText = useErrorText();
  switch (step.type) {
    case 'choice':
      if (step.error !== null) return <Alert type="error" showIcon title={toErrorText(step.error)} />;
      return step.isStopped ? <Alert type="info" showIcon title={t('trends.export.stopped')} /> : null;
    case 'running':
      return (
        <div role="status">
          <Progress percent={100} status="active" showInfo={false} aria-label={t('trends.export.running')} />
          <span className="figures" data-testid="export-bytes">
            {t('trends.export.received', { size: toBytesText(step.bytes) })}
          </span>
        </div>
      );
    case 'done':
      return (
        <Alert
          type={step.isIncomplete ? 'warning' : 'success'}
          showIcon
          title={t(step.isIncomplete ? 'trends.export.incomplete' : 'trends.export.done')}
          description={`${step.name} · ${toBytesText(step.bytes)}`}
        />
      );
    default:
      return step satisfies never;
  }
}

function useExport() {
  const [step, setStep] = useState<Step>({ type: 'choice', error: null, isStopped: false });
  const abort = useRef<AbortController | null>(null);
  useEffect(() => () => abort.current?.abort(), []);
  const run = (wish: ExportWish): void => {
    const controller = new AbortController();
    abort.current = controller;
    setStep({ type: 'running', bytes: 0 });
    const follow = (bytes: number): void => setStep({ type: 'running', bytes });
    fetchExport(wish, follow, controller.signal).then(
      (file) => {
        saveFile(file);
        const { name, isIncomplete, blob } = file;
        setStep({ type: 'done', bytes: blob.size, name, isIncomplete });
      },
      (error: unknown) => {
        const isStopped = controller.signal.aborted;
        setStep({ type: 'choice', isStopped, error: isStopped ? null : (error as Error) });
      },
    );
  };
  return { step, run, stop: () => abort.current?.abort() };
}
