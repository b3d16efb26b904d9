import { type KeyboardEvent, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { TypeMark } from '../../parts/trail-types.tsx';

/** What can be recorded, the most usual first: those of the first nine have the keys 1 to 9. */
const types = [101, 103, 104, 105, 110, 111, 112, 106, 107, 108, 109, 102] as const;

/** What kind of follow-up: one of few, by a click, an arrow or a number. */
export function TypeField({ value, onChange }: { value: number; onChange: (type: number) => void }) {
  const { t } = useTranslation();
  const group = useRef<HTMLDivElement>(null);
  const choose = (index: number): void => {
    onChange(types[index] as number);
    group.current?.querySelectorAll<HTMLElement>('[role=radio]')[index]?.focus();
  };
  const at = (types as readonly number[]).indexOf(value);
  const pressed = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const move = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const number = /^[1-9]$/.test(event.key) ? Number(event.key) - 1 : null;
    if (move === undefined && number === null) return;
    event.preventDefault();
    choose(number ?? (at + (move as number) + types.length) % types.length);
  };
  return (
    <div ref={group} className="composer-types" role="radiogroup" aria-label={t('filter.type')} onKeyDown={pressed}>
      {types.map((type, i) => (
        // biome-ignore lint/a11y/useSemanticElements: an input of its own could not be styled as a whole
        <button
          key={type}
          type="button"
          role="radio"
          aria-checked={type === value}
          tabIndex={i === Math.max(0, at) ? 0 : -1}
          title={i < 9 ? `${t(`type.t${type}`)} (${i + 1})` : t(`type.t${type}`)}
          className="composer-type"
          onClick={() => onChange(type)}
        >
          <TypeMark type={type} />
          <span>{t(`composer.type.t${type}`)}</span>
        </button>
      ))}
    </div>
  );
}
