/** The red tag on an equipment that is locked out, short: on the overview and beside a name. */
import LockFilled from '@ant-design/icons/LockFilled';
import { useTranslation } from 'react-i18next';
import type { LockOut } from '../api/types.ts';
import { usePersonName } from '../shared/person-name.ts';
import { useFormat } from '../shared/use-format.ts';

export function LockOutTag({ lockOut }: { readonly lockOut: LockOut }) {
  const { t } = useTranslation();
  const format = useFormat();
  const toName = usePersonName();
  const told = [toName(lockOut.by), lockOut.reason, format.dateTime(lockOut.atMs)].join(' · ');
  return (
    <span className="tag lock-out-tag" title={told} data-testid="lock-out-tag">
      <LockFilled /> {t('lockOut.tag')}
    </span>
  );
}

/** Tags on parts, told where the parts stand together. @param names of the parts that have one. */
export function PartLockOutTag({ names }: { readonly names: readonly string[] }) {
  const { t } = useTranslation();
  const text = t('lockOut.partTag', { names: names.join(t('common.separator')) });
  return (
    <span className="tag lock-out-tag" title={text} data-testid="lock-out-part-tag">
      <LockFilled /> {text}
    </span>
  );
}
