import { REST_OF_THE_WORLD } from './firm-countries-east.ts';
import { AMERICAS_AND_EUROPE } from './firm-countries-west.ts';

/**
 * How firms and people of a country are named. Lists are texts: words separated by `|`, and where a word is not written in
 * Latin letters, `word:latin`. Cities and ports are `Chinese:English`, or `Chinese:English:native`.
 */
export interface CountrySource {
  code: string;
  zh: string;
  area: string;
  /** `#` stands for a digit; ranges that are kept free for fiction where the country has such a range. */
  tel: string;
  weight: number;
  english?: boolean;
  cities: string;
  ports: string;
  stems: string;
  trades: string;
  /** `S` the stem, `T` the trade. */
  core: string;
  /** `*` is the core, `@` the city; a form that always names a city has `@` in `forms` as well. */
  placed: string;
  forms: string;
  given: string;
  family: string;
  familyFirst?: boolean;
}

export interface Word {
  text: string;
  latin: string;
}

export interface City {
  zh: string;
  en: string;
  native: string;
  latin: string;
}

export interface Country {
  code: string;
  zh: string;
  area: string;
  tel: string;
  weight: number;
  english: boolean;
  cities: City[];
  ports: City[];
  stems: Word[];
  trades: Word[];
  core: string;
  placed: string;
  forms: string[];
  alwaysPlaced: boolean;
  given: Word[];
  family: Word[];
  familyFirst: boolean;
}

const SPECIAL: Record<string, string> = { ß: 'ss', ł: 'l', Ł: 'L', ø: 'o', đ: 'd', Đ: 'D', ı: 'i', æ: 'ae' };

function latin(text: string): string {
  return text
    .replace(/[ßłŁøđĐıæ]/g, (letter) => SPECIAL[letter] ?? letter)
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '');
}

function words(list: string): Word[] {
  return list.split('|').map((item) => {
    const [text = '', spelled = text] = item.split(':');
    return { text, latin: latin(spelled) };
  });
}

function cities(list: string): City[] {
  return list.split('|').map((item) => {
    const [zh = '', en = '', native = en] = item.split(':');
    return { zh, en, native, latin: latin(en) };
  });
}

export const COUNTRIES: readonly Country[] = [...AMERICAS_AND_EUROPE, ...REST_OF_THE_WORLD].map((source) => ({
  ...source,
  english: source.english ?? false,
  cities: cities(source.cities),
  ports: cities(source.ports),
  stems: words(source.stems),
  trades: words(source.trades),
  forms: source.forms.split('|'),
  alwaysPlaced: source.forms.includes('@'),
  given: words(source.given),
  family: words(source.family),
  familyFirst: source.familyFirst ?? false,
}));
