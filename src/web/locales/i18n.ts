/** Starts i18next with both languages bundled; keys are typed by zh.ts. Which language is shown is settings.ts's business. */
import { changeLanguage, use as extendTexts } from 'i18next';
import { initReactI18next } from 'react-i18next';
import type { Language } from '../../core/text.ts';
import { en } from './en.ts';
import { type Locale, zh } from './zh.ts';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation';
    resources: { translation: Locale };
  }
}

/** Must have been awaited before the first render. */
export async function startTexts(language: Language): Promise<void> {
  await extendTexts(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    resources: { zh: { translation: zh }, en: { translation: en } },
    interpolation: { escapeValue: false },
  });
}

export async function showLanguage(language: Language): Promise<void> {
  await changeLanguage(language);
}
