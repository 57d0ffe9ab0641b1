/** State of a store: shape, colour and words together; the sentence of the log behind them. */
import CheckCircleFilled from '@ant-design/icons/CheckCircleFilled';
import CloseCircleFilled from '@ant-design/icons/CloseCircleFilled';
import ExclamationCircleFilled from '@ant-design/icons/ExclamationCircleFilled';
import MinusCircleOutlined from '@ant-design/icons/MinusCircleOutlined';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Tone } from './storage-words.ts';

const ICONS = {
  good: <CheckCircleFilled />,
  medium: <ExclamationCircleFilled />,
  bad: <CloseCircleFilled />,
  off: <MinusCircleOutlined />,
} as const satisfies Record<Tone, ReactNode>;

interface StoreStateProps {
  readonly tone: Tone;
  readonly word: string;
  readonly text: string;
}

export function StoreState({ tone, word, text }: StoreStateProps) {
  return (
    <span className={`tag store-state store-${tone}`} data-state={word}>
      {ICONS[tone]} {text}
    </span>
  );
}

/** Nothing where all is well. */
export function Detail({ detail }: { readonly detail: string }) {
  const { t } = useTranslation();
  if (detail === '') return null;
  return <p className="hint prewrap store-detail">{t('storage.gatewaySays', { detail })}</p>;
}

interface FactProps {
  readonly label: string;
  readonly id?: string;
  readonly children: ReactNode;
}

export function Fact({ label, id, children }: FactProps) {
  return (
    <div className="store-fact" data-testid={id}>
      <dt>{label}</dt>
      <dd className="figures">{children}</dd>
    </div>
  );
}
