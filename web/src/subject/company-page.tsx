import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { countryInWords } from '../parts/country.ts';
import { LastContact, NextDay } from '../parts/day-text.tsx';
import { usePlace } from '../parts/place.ts';
import { useSession } from '../parts/session.tsx';
import { SubjectLink } from '../parts/to.tsx';
import { Owners } from '../parts/users.tsx';
import { Fact, Homepage } from './fact.tsx';
import { People, personOf } from './people.tsx';
import { SubjectPage } from './subject-page.tsx';

/** A customer firm. */
export default function CompanyPage() {
  const { t, i18n } = useTranslation();
  const { client } = useSession();
  const id = Number(usePlace().params['id']);
  const found = useQuery({
    queryKey: ['subject', 'company', id],
    queryFn: ({ signal }) => client.companies.info({ company_id: id }, { signal }),
  });
  return (
    <SubjectPage
      kind="company"
      id={id}
      found={found}
      nameOf={({ name }) => name}
      lastContactOf={({ order_time }) => order_time}
      nextOf={({ next_follow_up_time }) => next_follow_up_time}
      facts={(company) => (
        <>
          <Fact label={t('lists.owner')}>
            <Owners owners={company.owner} />
          </Fact>
          <Fact label={t('lists.country')}>{company.country && countryInWords(company.country, i18n.language)}</Fact>
          <Fact label={t('subject.serial')}>{company.serial_id}</Fact>
          <Fact label={t('subject.star')}>{company.star > 0 && t('subject.stars', { count: company.star })}</Fact>
          <Fact label={t('subject.homepage')}>{company.homepage && <Homepage address={company.homepage} />}</Fact>
          <Fact label={t('entry.phone')}>
            {company.tel[1] && `${company.tel[0] === '' ? '' : `+${company.tel[0]} `}${company.tel[1]}`}
          </Fact>
          <Fact label={t('subject.address')}>{company.address && <bdi>{company.address}</bdi>}</Fact>
          <Fact label={t('subject.remark')}>{company.remark && <bdi className="remark">{company.remark}</bdi>}</Fact>
        </>
      )}
    >
      {({ customers }) => (
        <>
          <People people={customers.map(personOf)} />
          <Deals companyId={id} />
        </>
      )}
    </SubjectPage>
  );
}

/** More than this are to be looked for in the list. */
const most = 20;

/** The opportunities of a company; without any there is nothing. */
function Deals({ companyId }: { companyId: number }) {
  const { t } = useTranslation();
  const { client } = useSession();
  const { data } = useQuery({
    queryKey: ['subjects', 'of company', companyId],
    queryFn: ({ signal }) =>
      client.subjects.list(
        { kind: 'opportunity', company_id: companyId, sort: 'last_contact', order: 'desc', count: most },
        { signal },
      ),
    placeholderData: keepPreviousData,
  });
  if (data === undefined || data.totalItem === 0) return null;
  return (
    <section className="deals">
      <h2>{t('subject.deals', { count: data.totalItem })}</h2>
      <ul>
        {data.list.map((deal) => (
          <li key={deal.id}>
            <SubjectLink view="opportunity" id={deal.id}>
              {deal.name || t('entry.opportunityId', { id: deal.id })}
            </SubjectLink>
            <span className="deal-days">
              <span className="faint">{t('lists.lastContact')}</span> <LastContact time={deal.last_contact_time} />
            </span>
            {deal.next_follow_up_time !== '' && (
              <span className="deal-days">
                <span className="faint">{t('lists.next')}</span> <NextDay time={deal.next_follow_up_time} />
              </span>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
