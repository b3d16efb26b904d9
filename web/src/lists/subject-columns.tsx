import type { SubjectListDataList } from '@genjin/client';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { SubjectKind } from '../composer/item.ts';
import { joined } from '../entry/subjects.tsx';
import { countryInWords } from '../parts/country.ts';
import type { Column } from '../parts/data-table.tsx';
import { LastContact, NextDay } from '../parts/day-text.tsx';
import { SilenceBadge } from '../parts/silence-badge.tsx';
import { statusName } from '../parts/status.ts';
import { SubjectLink } from '../parts/to.tsx';
import { Owners } from '../parts/users.tsx';

type Row = SubjectListDataList;

/** The columns of a list; `key` is what the server sorts by. */
export function useSubjectColumns(kind: SubjectKind): readonly Column<Row>[] {
  const { t } = useTranslation();
  return useMemo(() => {
    const column = (key: string, title: string, cell: Column<Row>['cell'], more: Partial<Column<Row>> = {}): Column<Row> => ({
      key,
      title,
      cell,
      ...more,
    });
    const name = column('name', t(`lists.${kind}Name`), (row) => <Name kind={kind} row={row} />, { sorts: true });
    const company = column('company', t('entry.company'), ({ company_id, company_name }) =>
      company_id ? (
        <SubjectLink view="company" id={company_id}>
          {company_name || t('entry.companyId', { id: company_id })}
        </SubjectLink>
      ) : null,
    );
    const status = column('status', t('lists.status'), (row) => {
      const known = statusName(row.status);
      return known === null ? null : <span className="badge grey">{t(`leadStatus.${known}`)}</span>;
    });
    const contact = column('contact', t('lists.contact'), (row) => <MainContact row={row} />);
    const country = column('country', t('lists.country'), ({ country }) =>
      country === '' ? null : <Country country={country} />,
    );
    const common = [
      column('owner', t('lists.owner'), ({ owners }) => <Owners owners={owners} />),
      column('last_contact', t('lists.lastContact'), (row) => <LastContact time={row.last_contact_time} />, { sorts: true }),
      column('silence', t('lists.silence'), (row) => <SilenceBadge days={row.days_silent} />, { sorts: true, isNumber: true }),
      column('next_follow_up', t('lists.next'), (row) => <NextDay time={row.next_follow_up_time} />, { sorts: true }),
    ];
    const own = { company: [contact, country], lead: [status, contact, country], opportunity: [company] }[kind];
    return [name, ...own, ...common];
  }, [kind, t]);
}

function Name({ kind, row }: { kind: SubjectKind; row: Row }) {
  const { t } = useTranslation();
  return (
    <span className="list-name">
      <SubjectLink view={kind} id={row.id}>
        {row.name || t(`entry.${kind}Id`, { id: row.id })}
      </SubjectLink>
      {row.serial_id !== '' && <span className="faint">{row.serial_id}</span>}
    </span>
  );
}

/** The person to be asked, and how many others there are. */
function MainContact({ row: { main_contact, contacts } }: { row: Row }) {
  const { t } = useTranslation();
  const contact = joined(main_contact);
  if (contact === null) return <span className="faint">{t('lists.noContact')}</span>;
  return (
    <span className="list-contact">
      <bdi>{contact.name || contact.email}</bdi>
      {contacts > 1 && <span className="faint">{t('lists.others', { count: contacts - 1 })}</span>}
    </span>
  );
}

function Country({ country }: { country: string }) {
  const { i18n } = useTranslation();
  return <span className="country">{countryInWords(country, i18n.language)}</span>;
}
