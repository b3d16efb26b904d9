import type { TrailEntry, TrailHistoryDataList } from '@genjin/client';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Dialog } from '../parts/dialog.tsx';
import { Failure } from '../parts/failure.tsx';
import { useSession } from '../parts/session.tsx';
import { Waiting } from '../parts/waiting.tsx';
import { Difference } from './difference.tsx';
import { fieldOf, useValueText } from './history-values.ts';
import './history.css';

const pageSize = 200;
/** More versions than that have never been seen. */
const mostPages = 10;

/** Every version of an entry, newest first: who, when, and what became different. */
export default function History({ entry, onClose }: { entry: TrailEntry; onClose: () => void }) {
  const { t } = useTranslation();
  const { client } = useSession();
  const { data, error, refetch } = useQuery({
    queryKey: ['history', entry.trail_id, entry.update_time],
    queryFn: async ({ signal }) => {
      const versions: TrailHistoryDataList[] = [];
      for (let page = 1; page <= mostPages; page++) {
        const query = { trail_id: entry.trail_id, count: pageSize, start_index: page };
        const { list, totalItem } = await client.trails.history(query, { signal });
        versions.push(...list);
        if (versions.length >= totalItem) break;
      }
      return versions;
    },
  });
  // A comment changes the entry too, and shows for itself.
  const versions = data?.filter(
    ({ action, changes }, place) => place === 0 || action !== 'edited' || changes.some(({ field }) => fieldOf(field) !== null),
  );
  return (
    <Dialog title={t('history.title')} width={720} className="history" onClose={onClose}>
      {data === undefined && error === null && <Waiting />}
      {error !== null && <Failure error={error} onAgain={() => refetch()} />}
      {versions !== undefined && (
        <ol>
          {versions.toReversed().map((version) => (
            <Version key={version.revision} version={version} entry={entry} />
          ))}
        </ol>
      )}
    </Dialog>
  );
}

const actions = ['recorded', 'edited', 'removed', 'restored', 'erased'] as const;

function Version({ version, entry }: { version: TrailHistoryDataList; entry: TrailEntry }) {
  const { t } = useTranslation();
  const valueText = useValueText(entry);
  const { nickname, actor, time, action, erased } = version;
  const by =
    nickname ||
    t(actor.startsWith('command:') ? 'history.byCommand' : 'history.byApplication', { actor: actor.replace(/^\w+:/, '') });
  const known = actions.find((one) => one === action) ?? 'edited';
  const changes = version.changes.flatMap((change) => {
    const field = fieldOf(change.field);
    // Of the first version only the text is told: the rest is what the entry itself shows.
    return field === null || (known === 'recorded' && field !== 'content') ? [] : [{ ...change, field }];
  });
  return (
    <li className="version">
      <p className="version-head">
        <strong>{by}</strong> {t(`history.action.${known}`)}
        <time className="faint">{time.slice(0, 16)}</time>
      </p>
      {erased === 1 && <p className="faint">{t('history.erased')}</p>}
      {changes.map(({ field, from, to }) =>
        field === 'content' ? (
          (from !== null || to !== null) && (
            <Difference key={field} before={String(from ?? '')} after={String(to ?? '')} whole={known === 'recorded'} />
          )
        ) : (
          <p key={field} className="version-field">
            <span className="faint">{t(`history.field.${field}`)}</span> <del>{valueText(field, from)}</del>{' '}
            <span aria-hidden="true">→</span> <ins>{valueText(field, to)}</ins>
          </p>
        ),
      )}
    </li>
  );
}
