import type { Slot, Template } from './firm-scene.ts';
import { CHINESE_SLOTS, compile, ENGLISH_SLOTS } from './firm-scene.ts';
import { ENGLISH } from './firm-texts-en.ts';
import { CHINESE } from './firm-texts-zh.ts';

/** The way of a deal, in its order; a company goes round it again and again. */
export const TOPICS = [
  'inquiry',
  'quote',
  'sample',
  'visit',
  'deal',
  'order',
  'production',
  'shipping',
  'payment',
  'aftersales',
  'fair',
] as const;
export type Topic = (typeof TOPICS)[number];

export const PERSONAL_TYPES = [101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112] as const;
export type PersonalType = (typeof PERSONAL_TYPES)[number];

export const SYSTEM_TYPES = [801, 802, 1201, 1203] as const;
export type SystemType = (typeof SYSTEM_TYPES)[number];

interface Phrases<T> {
  openers: Record<PersonalType, T[]>;
  topics: Record<Topic, T[]>;
  nexts: T[];
  plans: T[];
  minutesHeads: T[];
  minutesTails: T[];
  letters: T[];
  letterEnds: T[];
  oddities: T[];
  system: Record<SystemType, T[]>;
}

export interface PhraseSource extends Phrases<string> {
  comma: string;
  stop: string;
}

export interface PhraseBook extends Phrases<Template> {
  comma: string;
  stop: string;
}

function mapped<K extends PropertyKey, A, B>(record: Record<K, A>, change: (value: A) => B): Record<K, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value as A)])) as Record<K, B>;
}

function book(source: PhraseSource, slots: Record<string, Slot>): PhraseBook {
  const list = (texts: string[]) => texts.map((text) => compile(text, slots));
  return {
    openers: mapped(source.openers, list),
    topics: mapped(source.topics, list),
    nexts: list(source.nexts),
    plans: list(source.plans),
    minutesHeads: list(source.minutesHeads),
    minutesTails: list(source.minutesTails),
    letters: list(source.letters),
    letterEnds: list(source.letterEnds),
    oddities: list(source.oddities),
    system: mapped(source.system, list),
    comma: source.comma,
    stop: source.stop,
  };
}

export const CHINESE_BOOK = book(CHINESE, CHINESE_SLOTS);
export const ENGLISH_BOOK = book(ENGLISH, ENGLISH_SLOTS);
