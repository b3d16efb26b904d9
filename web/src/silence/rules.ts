/** After how many days of silence a customer is to be heard of again: a person's own rules, kept in this browser. */
import { useState } from 'react';
import { useSession } from '../parts/session.tsx';
import { usualRules } from '../parts/silence-badge.tsx';

const most = 6;
const longest = 3650;

/** Ascending, each once; `null` for what are no rules. */
export function readRules(text: string): readonly number[] | null {
  const words = text.split(/[\s,，、/;；]+/).filter((word) => word !== '');
  if (words.length === 0 || words.length > most || !words.every((word) => /^[1-9]\d{0,3}$/.test(word))) return null;
  const rules = [...new Set(words.map(Number))].sort((a, b) => a - b);
  return (rules.at(-1) as number) > longest ? null : rules;
}

export function useRules(): readonly [rules: readonly number[], choose: (rules: readonly number[]) => void] {
  const { tenantId, me } = useSession();
  const key = `genjin.silence.rules ${tenantId} ${me.user_id}`;
  const [rules, setRules] = useState(() => readRules(localStorage.getItem(key) ?? '') ?? usualRules);
  const choose = (chosen: readonly number[]): void => {
    localStorage.setItem(key, chosen.join(','));
    setRules(chosen);
  };
  return [rules, choose];
}
