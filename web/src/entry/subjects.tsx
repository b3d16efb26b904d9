import FundOutlined from '@ant-design/icons/FundOutlined';
import ShopOutlined from '@ant-design/icons/ShopOutlined';
import TagOutlined from '@ant-design/icons/TagOutlined';
import UserOutlined from '@ant-design/icons/UserOutlined';
import type { TrailEntry } from '@genjin/client';
import type { TFunction } from 'i18next';
import type { ReactNode } from 'react';
import { SubjectLink } from '../parts/to.tsx';
import { Contacts } from './contacts.tsx';

/** OKKI writes `[]` where there is no joined object. */
export const joined = <T extends object>(info: T | []): T | null => (Array.isArray(info) ? null : info);

function Subject({ icon, label, children }: { icon: ReactNode; label: string; children: ReactNode }) {
  return (
    <span className="subject">
      <span className="subject-icon" role="img" title={label} aria-label={label}>
        {icon}
      </span>
      <span>{children}</span>
    </span>
  );
}

/** What an entry is about, and with whom. */
export function Subjects({ t, entry }: { t: TFunction; entry: TrailEntry }) {
  const company = joined(entry.company_info);
  const lead = joined(entry.lead_info);
  const opportunity = joined(entry.opportunity_info);
  const nothing = !entry.company_id && !entry.lead_id && !entry.opportunity_id;
  if (nothing && entry.customer_id.length === 0 && entry.lead_customer_id.length === 0) return null;
  return (
    <div className="subjects">
      {entry.company_id !== 0 && (
        <Subject icon={<ShopOutlined />} label={t('entry.company')}>
          <SubjectLink view="company" id={entry.company_id}>
            {company?.name || t('entry.companyId', { id: entry.company_id })}
          </SubjectLink>
          {company?.is_archive === 0 && <span className="removed">{t('entry.removed')}</span>}
        </Subject>
      )}
      {entry.lead_id !== 0 && (
        <Subject icon={<TagOutlined />} label={t('entry.lead')}>
          <SubjectLink view="lead" id={entry.lead_id}>
            {lead?.name || t('entry.leadId', { id: entry.lead_id })}
          </SubjectLink>
        </Subject>
      )}
      {entry.opportunity_id !== 0 && (
        <Subject icon={<FundOutlined />} label={t('entry.opportunity')}>
          <SubjectLink view="opportunity" id={entry.opportunity_id}>
            {opportunity?.name || t('entry.opportunityId', { id: entry.opportunity_id })}
          </SubjectLink>
        </Subject>
      )}
      {entry.customer_id.length > 0 && (
        <Subject icon={<UserOutlined />} label={t('entry.contacts')}>
          <Contacts t={t} ids={entry.customer_id} known={entry.customer_info} linked />
        </Subject>
      )}
      {entry.lead_customer_id.length > 0 && (
        <Subject icon={<UserOutlined />} label={t('entry.leadContacts')}>
          <Contacts t={t} ids={entry.lead_customer_id} known={entry.lead_customer_info} linked={false} />
        </Subject>
      )}
    </div>
  );
}
