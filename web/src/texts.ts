/** The page's language: what was chosen here before, else Chinese when the browser asks for it, else English. */
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { en } from './texts/en.ts';
import { type Texts, zh } from './texts/zh.ts';

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: Texts };
  }
}

export type Language = 'zh-CN' | 'en';

const key = 'genjin.language';

function firstLanguage(): Language {
  const chosen = localStorage.getItem(key);
  if (chosen === 'zh-CN' || chosen === 'en') return chosen;
  return /^zh\b/i.test(navigator.language) ? 'zh-CN' : 'en';
}

/** To be called once, before the first text is shown. */
export function initTexts(): void {
  i18next.on('languageChanged', (language) => {
    document.documentElement.lang = language;
  });
  i18next.use(initReactI18next).init({
    resources: { 'zh-CN': { translation: zh }, en: { translation: en } },
    lng: firstLanguage(),
    fallbackLng: 'en',
    initAsync: false,
    // React escapes.
    interpolation: { escapeValue: false },
  });
}

export function chooseLanguage(language: Language): void {
  localStorage.setItem(key, language);
  i18next.changeLanguage(language);
}
