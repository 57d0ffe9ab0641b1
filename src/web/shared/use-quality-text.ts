/** Words for a quality code (core/quality.ts); an unknown code keeps its number. */
import { useTranslation } from 'react-i18next';
import { zh } from '../locales/zh.ts';

export function useQualityText(): (code: number) => string {
  const { t } = useTranslation();
  return (code) =>
    Object.hasOwn(zh.quality, `q${code}`)
      ? t(`quality.q${code}` as 'quality.q0')
      : t('quality.unknown', { code });
}

/** The same in a word or two, for narrow places. */
export function useShortQualityText(): (code: number) => string {
  const { t } = useTranslation();
  return (code) =>
    Object.hasOwn(zh.qualityShort, `q${code}`)
      ? t(`qualityShort.q${code}` as 'qualityShort.q128')
      : t('quality.unknown', { code });
}
