/** `@` and a colleague's name in a text. The ids of those who are meant go beside it, so a name may change later. */
import { Fragment, type ReactNode } from 'react';
import { SubjectLink } from '../parts/to.tsx';

export interface Named {
  readonly id: number;
  readonly name: string;
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Every second part is a name with its `@`. */
function partsOf(text: string, names: readonly string[]): string[] {
  const known = names.filter((name) => name !== '').sort((a, b) => b.length - a.length);
  return known.length === 0 ? [text] : text.split(new RegExp(`(@(?:${known.map(escaped).join('|')}))`, 'u'));
}

/** Whom a text mentions; of two with the same name the one who was chosen from the list. */
export function mentionedIn(text: string, people: readonly Named[], chosen: ReadonlyMap<string, number>): number[] {
  const ids = partsOf(
    text,
    people.map(({ name }) => name),
  ).flatMap((part, i) => {
    if (i % 2 === 0) return [];
    const name = part.slice(1);
    return chosen.get(name) ?? people.find((one) => one.name === name)?.id ?? [];
  });
  return [...new Set(ids)];
}

/** A text with those whom it mentions as links. */
export function WithMentions({ text, people }: { text: string; people: readonly Named[] }): ReactNode {
  let at = 0;
  return partsOf(
    text,
    people.map(({ name }) => name),
  ).map((part, i) => {
    const key = at;
    at += part.length;
    const person = i % 2 === 1 ? people.find(({ name }) => `@${name}` === part) : undefined;
    if (person === undefined) return <Fragment key={key}>{part}</Fragment>;
    return (
      <span key={key} className="mention">
        <SubjectLink view="colleague" id={person.id}>
          {part}
        </SubjectLink>
      </span>
    );
  });
}
