import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { joined } from '../entry/subjects.tsx';
import { countryInWords } from '../parts/country.ts';
import { usePlace } from '../parts/place.ts';
import { useSession } from '../parts/session.tsx';
import { SubjectLink } from '../parts/to.tsx';
import { Owners } from '../parts/users.tsx';
import { Fact } from './fact.tsx';
import { People, personOf } from './people.tsx';
import { SubjectPage, useNext } from './subject-page.tsx';

/** A deal that may come about. */
export default function OpportunityPage() {
  const { t, i18n } = useTranslation();
  const { client } = useSession();
  const id = Number(usePlace().params['id']);
  const found = useQuery({
    queryKey: ['subject', 'opportunity', id],
    queryFn: ({ signal }) => client.opportunities.info({ opportunity_id: id }, { signal }),
  });
  const next = useNext('opportunity', id);
  return (
    <SubjectPage
      kind="opportunity"
      id={id}
      found={found}
      nameOf={({ name }) => name}
      lastContactOf={({ trail_time }) => trail_time}
      nextOf={() => next}
      facts={(deal) => {
        const company = joined(deal.company);
        const owners = [...(joined(deal.main_user_info) === null ? [] : [joined(deal.main_user_info)]), ...deal.handler_info];
        return (
          <>
            <Fact label={t('entry.company')}>
              {deal.company_id !== 0 && (
                <SubjectLink view="company" id={deal.company_id}>
                  {company?.name || t('entry.companyId', { id: deal.company_id })}
                </SubjectLink>
              )}
            </Fact>
            <Fact label={t('lists.owner')}>
              <Owners
                owners={owners.flatMap((user) =>
                  user === null ? [] : [{ user_id: Number(user.user_id), nickname: user.nickname }],
                )}
              />
            </Fact>
            <Fact label={t('lists.stage')}>{deal.stage !== 0 && t('lists.stageId', { id: deal.stage })}</Fact>
            <Fact label={t('subject.amount')}>
              {deal.amount !== '' && deal.amount !== '0' && `${deal.amount} ${deal.currency}`}
            </Fact>
            <Fact label={t('lists.country')}>{company?.country && countryInWords(company.country, i18n.language)}</Fact>
            <Fact label={t('subject.serial')}>{deal.serial_id}</Fact>
            <Fact label={t('subject.remark')}>{deal.remark && <bdi className="remark">{deal.remark}</bdi>}</Fact>
          </>
        );
      }}
    >
      {({ customer }) => <People people={customer.map(personOf)} />}
    </SubjectPage>
  );
}
