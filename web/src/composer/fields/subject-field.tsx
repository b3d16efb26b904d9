import FundOutlined from '@ant-design/icons/FundOutlined';
import ShopOutlined from '@ant-design/icons/ShopOutlined';
import TagOutlined from '@ant-design/icons/TagOutlined';
import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { type ComponentType, type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../parts/session.tsx';
import type { Subject, SubjectKind } from '../item.ts';
import { recentOf } from '../recent.ts';

const icons: Readonly<Record<SubjectKind, ComponentType>> = {
  company: ShopOutlined,
  lead: TagOutlined,
  opportunity: FundOutlined,
};
const kinds = Object.keys(icons) as SubjectKind[];
/** Of typing, in ms. */
const pause = 180;
const each = 6;

interface Choice extends Subject {
  /** What tells it from others of that name. */
  readonly more: string;
}

interface SubjectFieldProps {
  readonly owner: string;
  readonly subject: Subject | null;
  readonly name: string;
  /** `null`: it stays what it is. */
  readonly onChoose: ((subject: Subject) => void) | null;
}

/** What the follow-up is about: shown, or looked for. */
export function SubjectField({ owner, subject, name, onChoose }: SubjectFieldProps) {
  const { t } = useTranslation();
  const [changing, setChanging] = useState(false);
  if (subject === null || changing) {
    return (
      <Search
        owner={owner}
        onChoose={(chosen) => {
          setChanging(false);
          onChoose?.(chosen);
        }}
        onBack={subject === null ? null : () => setChanging(false)}
      />
    );
  }
  const Icon = icons[subject.kind];
  return (
    <div className="composer-subject">
      <Icon />
      <span className="composer-subject-name">{name || t(`entry.${subject.kind}Id`, { id: subject.id })}</span>
      {onChoose !== null && (
        <Button type="text" size="small" onClick={() => setChanging(true)}>
          {t('composer.subject.change')}
        </Button>
      )}
    </div>
  );
}

function Search({
  owner,
  onChoose,
  onBack,
}: {
  owner: string;
  onChoose: (subject: Subject) => void;
  onBack: (() => void) | null;
}) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const [open, setOpen] = useState(true);
  const { choices, failed, loading } = useChoices(owner, text.trim());
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: other words, other choices
  useEffect(() => setAt(0), [text]);
  const shown = Math.min(at, choices.length - 1);
  const pressed = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (move !== undefined && choices.length > 0) {
      event.preventDefault();
      setOpen(true);
      setAt((shown + move + choices.length) % choices.length);
    } else if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      const choice = open ? choices[shown] : undefined;
      if (choice !== undefined) onChoose({ kind: choice.kind, id: choice.id, name: choice.name });
    } else if (event.key === 'Escape' && onBack !== null) {
      event.preventDefault();
      event.stopPropagation();
      onBack();
    }
  };
  return (
    <div className="composer-search">
      <input
        ref={input}
        className="composer-input"
        role="combobox"
        aria-expanded={open && choices.length > 0}
        aria-controls={`${id}-list`}
        aria-activedescendant={open && choices.length > 0 ? `${id}-${shown}` : undefined}
        aria-autocomplete="list"
        aria-label={t('composer.subject.label')}
        placeholder={t('composer.subject.search')}
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setOpen(true);
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={pressed}
      />
      {open && (
        <div className="composer-choices">
          <div id={`${id}-list`} role="listbox" aria-label={t('composer.subject.label')}>
            {choices.map((choice, i) => {
              const Icon = icons[choice.kind];
              return (
                // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the input's
                // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the input
                <div
                  key={`${choice.kind} ${choice.id}`}
                  id={`${id}-${i}`}
                  role="option"
                  aria-selected={i === shown}
                  className="composer-choice"
                  onPointerDown={(event) => event.preventDefault()}
                  onPointerMove={() => setAt(i)}
                  onClick={() => onChoose({ kind: choice.kind, id: choice.id, name: choice.name })}
                >
                  <Icon />
                  <span className="composer-choice-name">{choice.name}</span>
                  <span className="faint">{choice.more}</span>
                </div>
              );
            })}
          </div>
          {choices.length === 0 && (
            <p className="composer-choice faint" role="status">
              {t(loading ? 'composer.subject.loading' : failed ? 'composer.subject.offline' : 'composer.subject.none')}
            </p>
          )}
        </div>
      )}
    </div>
  );
}

/** What matches, newest used first; without words what was used last, then what had the last contacts. */
function useChoices(owner: string, words: string): { choices: readonly Choice[]; failed: boolean; loading: boolean } {
  const { client } = useSession();
  const [keyword, setKeyword] = useState(words);
  useEffect(() => {
    const timer = setTimeout(() => setKeyword(words), pause);
    return () => clearTimeout(timer);
  }, [words]);
  const { data, isError, isLoading } = useQuery({
    queryKey: ['subjects', 'composer', keyword],
    queryFn: async ({ signal }) => {
      const query = { sort: 'last_contact', order: 'desc', count: each, ...(keyword === '' ? {} : { keyword }) } as const;
      const lists = await Promise.all(
        kinds.map(async (kind) => {
          const { list } = await client.subjects.list({ kind, ...query }, { signal });
          return list.map(
            (row): Choice => ({ kind, id: row.id, name: row.name, more: row.company_name || row.serial_id || row.country }),
          );
        }),
      );
      return lists.flat();
    },
    placeholderData: (before) => before,
  });
  const lower = words.toLowerCase();
  const recent = recentOf(owner)
    .filter(({ name }) => name.toLowerCase().includes(lower))
    .map((subject): Choice => ({ ...subject, more: '' }));
  const known = new Set(recent.map(({ kind, id }) => `${kind} ${id}`));
  const found = (data ?? []).filter(({ kind, id }) => !known.has(`${kind} ${id}`));
  return { choices: [...recent, ...found], failed: isError, loading: isLoading };
}
