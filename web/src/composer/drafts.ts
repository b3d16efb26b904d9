/**
 * What one was writing, one draft a subject, whatever happens to the page. Words lie in the browser's local storage, which is written at once,
 * also while the page is being closed; the bytes of files lie in its database.
 */
import { useCallback, useEffect, useRef, useState } from 'react';
import { type Draft, isWritten, type Subject } from './item.ts';

const prefix = 'genjin.draft';
/** Of typing, in ms. */
const pause = 200;

export const draftKey = (subject: Subject | null): string => (subject === null ? 'none' : `${subject.kind} ${subject.id}`);

const nameOf = (owner: string, key: string): string => `${prefix} ${owner} ${key}`;

export function readDraft(owner: string, key: string): Draft | null {
  const text = localStorage.getItem(nameOf(owner, key));
  if (text === null) return null;
  try {
    return JSON.parse(text) as Draft;
  } catch {
    return null;
  }
}

/** `false`: the browser has no room for it. */
function writeDraft(owner: string, key: string, draft: Draft): boolean {
  try {
    if (isWritten(draft)) localStorage.setItem(nameOf(owner, key), JSON.stringify(draft));
    else localStorage.removeItem(nameOf(owner, key));
    return true;
  } catch {
    return false;
  }
}

const dropDraft = (owner: string, key: string): void => localStorage.removeItem(nameOf(owner, key));

/** The keys of all files that drafts have, whoever wrote them. */
export function filesOfDrafts(): ReadonlySet<string> {
  const names = Object.keys(localStorage).filter((name) => name.startsWith(`${prefix} `));
  const drafts = names.map((name) => {
    const [owner = '', ...key] = name.slice(prefix.length + 1).split(' ');
    return readDraft(owner, key.join(' '));
  });
  return new Set(drafts.flatMap((draft) => draft?.files.map(({ key }) => key) ?? []));
}

/** Two drafts for the same subject become one: nothing that was written is lost. */
function joined<D extends Draft>(kept: D, typed: D): D {
  const content = [typed.content, kept.content].filter((text) => text.trim() !== '').join('\n\n');
  return { ...kept, ...typed, content, files: [...typed.files, ...kept.files] };
}

export interface Drafting<D extends Draft> {
  readonly draft: D;
  readonly change: (more: Partial<D> | ((before: D) => Partial<D>)) => void;
  /** About another one: the draft goes there, to what was begun there already. */
  readonly about: (subject: Subject) => void;
  /** It was sent, or thrown away. */
  readonly end: () => void;
  /** The browser has no room for it. */
  readonly full: boolean;
}

/** `keyOf`: under what it is kept; `begin`: what it is when nothing is kept. */
export function useDraft<D extends Draft>(owner: string, keyOf: (draft: D) => string, begin: () => D): Drafting<D> {
  const [draft, setDraft] = useState<D>(() => {
    const fresh = begin();
    return (readDraft(owner, keyOf(fresh)) as D | null) ?? fresh;
  });
  const [full, setFull] = useState(false);
  const latest = useRef(draft);
  latest.current = draft;
  const key = useRef(keyOf);
  key.current = keyOf;
  const ended = useRef(false);

  const save = useCallback(() => {
    if (!ended.current) setFull(!writeDraft(owner, key.current(latest.current), latest.current));
  }, [owner]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each change begins the pause anew
  useEffect(() => {
    const timer = setTimeout(save, pause);
    return () => clearTimeout(timer);
  }, [draft, save]);
  useEffect(() => {
    window.addEventListener('pagehide', save);
    document.addEventListener('visibilitychange', save);
    return () => {
      window.removeEventListener('pagehide', save);
      document.removeEventListener('visibilitychange', save);
      save();
    };
  }, [save]);

  const change = useCallback((more: Partial<D> | ((before: D) => Partial<D>)) => {
    setDraft((before) => ({ ...before, ...(typeof more === 'function' ? more(before) : more) }));
  }, []);
  const about = useCallback(
    (next: Subject) => {
      const typed = latest.current;
      const moved: D = { ...typed, subject: next, contacts: [] };
      if (draftKey(typed.subject) === draftKey(next)) return;
      // What waits to be sent has a place of its own, whatever it is about.
      if (key.current(typed) === key.current(moved)) return setDraft(moved);
      dropDraft(owner, key.current(typed));
      const kept = readDraft(owner, key.current(moved)) as D | null;
      setDraft(kept === null ? moved : joined(kept, moved));
    },
    [owner],
  );
  const end = useCallback(() => {
    ended.current = true;
    dropDraft(owner, key.current(latest.current));
  }, [owner]);
  return { draft, change, about, end, full };
}
