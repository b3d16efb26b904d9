import MailOutlined from '@ant-design/icons/MailOutlined';
import PhoneOutlined from '@ant-design/icons/PhoneOutlined';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { placeOf } from '../parts/place.ts';
import { To } from '../parts/to.tsx';

/** A contact person, of whatever. */
export interface Person {
  /** 0: leads to nowhere. */
  readonly id: number;
  readonly name: string;
  readonly post: string;
  readonly email: string;
  readonly phones: readonly (readonly [string, string])[];
  readonly accounts: readonly { readonly type: string; readonly value: string }[];
  readonly isMain: boolean;
  readonly isRemoved: boolean;
}

/** As the details of companies, leads and opportunities have them. */
interface Listed {
  readonly customer_id: number;
  readonly name: string;
  readonly post: string;
  readonly email: string;
  readonly tel_list: readonly (readonly [string, string])[];
  readonly contact: readonly { readonly type: string; readonly value: string }[];
  /** 1: the one to be asked first. */
  readonly main_customer_flag?: number;
  /** 0: removed. */
  readonly is_archive?: number;
}

export const personOf = (listed: Listed): Person => ({
  id: listed.customer_id,
  name: listed.name,
  post: listed.post,
  email: listed.email,
  phones: listed.tel_list,
  accounts: listed.contact,
  isMain: listed.main_customer_flag === 1,
  isRemoved: listed.is_archive === 0,
});

/** So many are there at once. */
const few = 3;

/** The contact persons, the one to be asked first before the others, each with the ways to reach them. */
export function People({ people, linked = true }: { people: readonly Person[]; linked?: boolean }) {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  const sorted = [...people].sort((a, b) => Number(b.isMain) - Number(a.isMain));
  return (
    <section className="people">
      <h2>{t('subject.contacts', { count: people.length })}</h2>
      {people.length === 0 ? (
        <p className="faint">{t('subject.noContacts')}</p>
      ) : (
        <ul>
          {(all ? sorted : sorted.slice(0, few)).map((person) => (
            <li key={`${person.id} ${person.name} ${person.email}`}>
              <One person={person} linked={linked} />
            </li>
          ))}
        </ul>
      )}
      {sorted.length > few && (
        <Button type="link" size="small" onClick={() => setAll(!all)} aria-expanded={all}>
          {all ? t('entry.less') : t('subject.allContacts', { count: sorted.length })}
        </Button>
      )}
    </section>
  );
}

function One({ person, linked }: { person: Person; linked: boolean }) {
  const { t } = useTranslation();
  const { id, name, post, email, phones, accounts, isMain, isRemoved } = person;
  const shown = <bdi>{name || email || t('entry.contactId', { id })}</bdi>;
  return (
    <>
      <div className="person-name">
        {linked && id !== 0 ? <To place={placeOf('contact', { id })}>{shown}</To> : shown}
        {isMain && <span className="badge blue">{t('subject.main')}</span>}
        {isRemoved && <span className="badge grey">{t('entry.removed')}</span>}
        {post !== '' && <bdi className="faint">{post}</bdi>}
      </div>
      <div className="person-ways">
        {email !== '' && (
          <a className="link" href={`mailto:${encodeURIComponent(email).replaceAll('%40', '@')}`}>
            <MailOutlined aria-hidden="true" /> {email}
          </a>
        )}
        {phones
          .filter(([, number]) => number !== '')
          .map(([area, number]) => (
            <a key={`${area} ${number}`} className="link" href={`tel:${telephone(area, number)}`}>
              <PhoneOutlined aria-hidden="true" /> {area === '' ? number : `+${area} ${number}`}
            </a>
          ))}
        {accounts.map(({ type, value }) => (
          <span key={`${type} ${value}`}>
            <span className="faint">{type}</span> <bdi>{value}</bdi>
          </span>
        ))}
      </div>
    </>
  );
}

/** As telephones take it: RFC 3966 without the marks that only help to read it. */
function telephone(area: string, number: string): string {
  const digits = number.replace(/[^\d*#+]/g, '');
  return area === '' ? digits : `+${area.replace(/\D/g, '')}${digits}`;
}
