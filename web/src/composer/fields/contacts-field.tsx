import { Select } from 'antd';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { Person } from '../subject-info.ts';

/** More than these are looked for by their names. */
const mostChips = 8;

interface ContactsFieldProps {
  readonly people: readonly Person[];
  readonly value: readonly number[];
  readonly onChange: (contacts: readonly number[]) => void;
}

/** With whom it was, of those who are there. */
export function ContactsField({ people, value, onChange }: ContactsFieldProps) {
  const { t } = useTranslation();
  const id = useId();
  if (people.length === 0) return null;
  const labelled = ({ name, post }: Person): string => (post === '' ? name : `${name} · ${post}`);
  return (
    <div className="composer-field">
      <div className="composer-label" id={id}>
        {t('composer.contacts')}
      </div>
      {people.length > mostChips ? (
        <Select
          mode="multiple"
          aria-labelledby={id}
          value={[...value]}
          onChange={onChange}
          options={people.map((person) => ({ value: person.id, label: labelled(person) }))}
          showSearch={{ optionFilterProp: 'label' }}
        />
      ) : (
        // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out as the others
        <div className="composer-chips" role="group" aria-labelledby={id}>
          {people.map((person) => {
            const chosen = value.includes(person.id);
            return (
              <button
                key={person.id}
                type="button"
                className="chip contact-chip"
                aria-pressed={chosen}
                title={labelled(person)}
                onClick={() => onChange(chosen ? value.filter((one) => one !== person.id) : [...value, person.id])}
              >
                {person.name}
              </button>
            );
          })}
        </div>
      )}
    </div>
  );
}
