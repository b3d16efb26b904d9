import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { countryInWords } from '../parts/country.ts';
import { usePlace } from '../parts/place.ts';
import { useSession } from '../parts/session.tsx';
import { statusName } from '../parts/status.ts';
import { SubjectLink } from '../parts/to.tsx';
import { Owners } from '../parts/users.tsx';
import { Fact, Homepage } from './fact.tsx';
import { People, personOf } from './people.tsx';
import { SubjectPage, useNext } from './subject-page.tsx';

/** A firm that may become a customer. */
export default function LeadPage() {
  const { t, i18n } = useTranslation();
  const { client } = useSession();
  const id = Number(usePlace().params['id']);
  const found = useQuery({
    queryKey: ['subject', 'lead', id],
    queryFn: ({ signal }) => client.leads.info({ lead_id: id }, { signal }),
  });
  const next = useNext('lead', id);
  return (
    <SubjectPage
      kind="lead"
      id={id}
      found={found}
      nameOf={({ name, company_name }) => name || company_name}
      lastContactOf={({ order_time }) => order_time}
      nextOf={() => next}
      facts={(lead) => {
        const status = statusName(lead.status);
        return (
          <>
            <Fact label={t('lists.status')}>{status && <span className="badge grey">{t(`leadStatus.${status}`)}</span>}</Fact>
            <Fact label={t('lists.owner')}>
              <Owners owners={lead.owner.map(({ user_id, nickname }) => ({ user_id: Number(user_id), nickname }))} />
            </Fact>
            <Fact label={t('subject.firm')}>{lead.company_name !== lead.name && <bdi>{lead.company_name}</bdi>}</Fact>
            <Fact label={t('subject.became')}>
              {lead.company_id !== 0 && (
                <SubjectLink view="company" id={lead.company_id}>
                  {t('entry.companyId', { id: lead.company_id })}
                </SubjectLink>
              )}
            </Fact>
            <Fact label={t('lists.country')}>{lead.country && countryInWords(lead.country, i18n.language)}</Fact>
            <Fact label={t('subject.serial')}>{lead.serial_id}</Fact>
            <Fact label={t('subject.star')}>{lead.star > 0 && t('subject.stars', { count: lead.star })}</Fact>
            <Fact label={t('subject.homepage')}>{lead.homepage && <Homepage address={lead.homepage} />}</Fact>
            <Fact label={t('entry.phone')}>
              {lead.tel && `${lead.tel_area_code === '' ? '' : `+${lead.tel_area_code} `}${lead.tel}`}
            </Fact>
            <Fact label={t('subject.address')}>{lead.address && <bdi>{lead.address}</bdi>}</Fact>
            <Fact label={t('subject.remark')}>{lead.remark && <bdi className="remark">{lead.remark}</bdi>}</Fact>
          </>
        );
      }}
    >
      {({ customers }) => <People linked={false} people={customers.map(personOf)} />}
    </SubjectPage>
  );
}
