import FundOutlined from '@ant-design/icons/FundOutlined';
import PaperClipOutlined from '@ant-design/icons/PaperClipOutlined';
import ShopOutlined from '@ant-design/icons/ShopOutlined';
import TagOutlined from '@ant-design/icons/TagOutlined';
import UserOutlined from '@ant-design/icons/UserOutlined';
import type { TrailEntry, TrailEntryFileInfo } from '@genjin/client';
import { Tag } from 'antd';
import { memo, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { minuteOf, recordedIfOther } from '../parts/times.ts';
import { SubjectLink } from '../parts/to.tsx';
import { TypeMark, typeName } from '../parts/trail-types.tsx';
import { Contacts } from './contacts.tsx';
import { EntryText } from './entry-text.tsx';

/** OKKI writes `[]` where there is no joined object. */
export const joined = <T extends object>(info: T | []): T | null => (Array.isArray(info) ? null : info);

interface EntryCardProps {
  readonly entry: TrailEntry;
  /** Its place in the list. */
  readonly index: number;
  /** Words that were looked for. */
  readonly marked: readonly string[];
}

/** One follow-up. */
export const EntryCard = memo(function EntryCard({ entry, index, marked }: EntryCardProps) {
  const { t } = useTranslation();
  const author = joined(entry.create_user_info);
  const name = typeName(entry.type);
  const recorded = recordedIfOther(entry.create_time, entry.created_at);
  return (
    <article className="entry" data-trail-id={entry.trail_id} data-index={index} data-time={entry.create_time}>
      <TypeMark type={entry.type} />
      <div className="entry-body">
        <div className="entry-head">
          <span className="entry-type">{name === null ? t('entry.unknownType', { type: entry.type }) : t(`type.${name}`)}</span>
          {(author !== null || entry.create_user !== 0) && (
            <span className="entry-author" title={t('entry.author')}>
              <SubjectLink view="colleague" id={entry.create_user}>
                {author?.nickname || t('entry.authorId', { id: entry.create_user })}
              </SubjectLink>
            </span>
          )}
          <time
            className="entry-time"
            dateTime={`${entry.create_time.replace(' ', 'T')}+08:00`}
            title={t('entry.exactly', { tookPlace: entry.create_time, recorded: entry.created_at })}
          >
            {minuteOf(entry.create_time)}
          </time>
        </div>
        <EntryText content={entry.content} marked={marked} />
        <Subjects entry={entry} />
        {entry.file_info !== null && <Files files={entry.file_info} />}
        {recorded !== null && <div className="entry-recorded">{t('entry.recorded', { time: recorded })}</div>}
      </div>
    </article>
  );
});

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

function Subjects({ entry }: { entry: TrailEntry }) {
  const { t } = useTranslation();
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
          {company?.is_archive === 0 && <Tag className="removed">{t('entry.removed')}</Tag>}
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
          <Contacts ids={entry.customer_id} known={entry.customer_info} />
        </Subject>
      )}
      {entry.lead_customer_id.length > 0 && (
        <Subject icon={<UserOutlined />} label={t('entry.leadContacts')}>
          <Contacts ids={entry.lead_customer_id} known={entry.lead_customer_info} />
        </Subject>
      )}
    </div>
  );
}

const units = ['B', 'KB', 'MB', 'GB'];

function sizeInWords(bytes: number): string {
  const power = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}

/** Only what leads to the web: an imported address may be anything, a script too. */
const webAddress = (text: string): string | null => (/^https?:\/\//i.test(text) ? text : null);

function Files({ files }: { files: readonly TrailEntryFileInfo[] }) {
  const { t } = useTranslation();
  return (
    <ul className="files" aria-label={t('entry.files')}>
      {files.map((file) => {
        const address = webAddress(file.file_preview_url) ?? webAddress(file.file_path);
        const name = file.file_name || String(file.file_id);
        return (
          <li key={file.file_id}>
            <PaperClipOutlined />
            {address === null ? (
              <span className="file-name">{name}</span>
            ) : (
              <a className="file-name link" href={address} target="_blank" rel="noopener noreferrer">
                {name}
              </a>
            )}
            <span className="faint">{sizeInWords(file.file_size)}</span>
          </li>
        );
      })}
    </ul>
  );
}
