import type { TrailEntry } from '@genjin/client';
import { useTranslation } from 'react-i18next';
import { EntryText } from '../entry/entry-text.tsx';
import { joined } from '../entry/subjects.tsx';
import { TypeMark, typeName } from '../parts/trail-types.tsx';
import { Chip } from './chip.tsx';
import '../entry/entry.css';

const noWords: readonly string[] = [];

/** An entry that is not here yet: as it will look, but nothing can be done with it. */
export function PreviewEntry({ entry }: { entry: TrailEntry }) {
  const { t } = useTranslation();
  const name = typeName(entry.type);
  const author = joined(entry.create_user_info)?.nickname;
  const about = [
    ...(entry.company_id === 0 ? [] : [joined(entry.company_info)?.name || t('entry.companyId', { id: entry.company_id })]),
    ...(entry.lead_id === 0 ? [] : [joined(entry.lead_info)?.name || t('entry.leadId', { id: entry.lead_id })]),
    ...(entry.opportunity_id === 0
      ? []
      : [joined(entry.opportunity_info)?.name || t('entry.opportunityId', { id: entry.opportunity_id })]),
    ...(entry.customer_info ?? []).map((contact) => contact.name || t('entry.contactId', { id: contact.customer_id })),
  ];
  return (
    <article className="entry" data-trail-id={entry.trail_id}>
      <TypeMark type={entry.type} />
      <div className="entry-body">
        <div className="entry-head">
          <span className="entry-type">{name === null ? t('entry.unknownType', { type: entry.type }) : t(`type.${name}`)}</span>
          {author !== undefined && author !== '' && <span className="entry-author">{author}</span>}
          {entry.delete_flag !== 0 && <Chip colour="grey">{t('entry.removed')}</Chip>}
          <time className="entry-time" dateTime={`${entry.create_time.replace(' ', 'T')}+08:00`}>
            {entry.create_time.slice(0, 16)}
          </time>
        </div>
        <EntryText t={t} content={entry.content} marked={noWords} />
        {about.length > 0 && <p className="settings-about faint">{about.join(' · ')}</p>}
      </div>
    </article>
  );
}
