/** Files that are put to a follow-up: kept by the browser from the moment on, so that they outlive a crash like the words. */
import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { sizeInWords } from '../entry/file-kinds.ts';
import type { KeptFile } from './item.ts';
import { keepBlob } from './outbox.ts';

/** As the server has it when nobody sets it otherwise; then the server says so. */
export const mostBytes = 20 * 1024 * 1024;
export const mostFiles = 20;

export interface Filing {
  readonly refused: readonly string[];
  readonly add: (files: readonly File[]) => void;
  readonly remove: (key: string) => void;
}

/** `there`: files that count too, such as those that an entry has already. */
export function useFiling(
  files: readonly KeptFile[],
  there: number,
  change: (change: (files: readonly KeptFile[]) => readonly KeptFile[]) => void,
): Filing {
  const { t } = useTranslation();
  const [refused, setRefused] = useState<readonly string[]>([]);
  const count = files.length + there;
  const add = useCallback(
    async (given: readonly File[]) => {
      const reasons: string[] = [];
      let room = mostFiles - count;
      for (const file of given) {
        if (file.size > mostBytes) reasons.push(t('composer.files.big', { name: file.name, size: sizeInWords(file.size) }));
        else if (file.size === 0) reasons.push(t('composer.files.empty', { name: file.name }));
        else if (room <= 0) reasons.push(t('composer.files.many', { name: file.name, count: mostFiles }));
        else {
          room--;
          const key = crypto.randomUUID();
          try {
            await keepBlob(key, file);
            const kept: KeptFile = { key, name: file.name, type: file.type, size: file.size };
            change((before) => [...before, kept]);
          } catch {
            reasons.push(t('composer.files.noRoom', { name: file.name }));
          }
        }
      }
      setRefused(reasons);
    },
    [count, change, t],
  );
  const remove = useCallback(
    (key: string) => {
      change((before) => before.filter((file) => file.key !== key));
      // Its bytes stay for a while, for whoever else refers to them: see tidy.
      setRefused([]);
    },
    [change],
  );
  return { refused, add, remove };
}
