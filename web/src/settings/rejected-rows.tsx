import type { ImportRunDataRejectedList } from '@genjin/client';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { acceptedKey } from './accepted.ts';

/** Shown at first. */
const some = 50;

/** What of a file is not taken, and what would be. `count`: of all, of which the server names the first. */
export function RejectedRows({ count, rows }: { count: number; rows: readonly ImportRunDataRejectedList[] }) {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  if (rows.length === 0) return null;
  return (
    <>
      <h3>{rows.length < count ? t('settings.imports.rowsSome', { count: rows.length }) : t('settings.imports.rows')}</h3>
      <ul className="settings-rows settings-rejected">
        {rows.slice(0, all ? rows.length : some).map((row) => (
          <li className="settings-row" key={`${row.row} ${row.reason}`}>
            <span className="settings-rejected-row">{t('settings.imports.row', { row: row.row })}</span>
            {row.field === '' ? (
              <Reason reason={row.reason} />
            ) : (
              <dl className="settings-row-main settings-rejected-field">
                <dt>
                  <code>{row.field}</code>
                </dt>
                <dd>
                  {row.value !== '' && (
                    <>
                      <span className="faint">{t('settings.imports.value')}</span> <code>{row.value}</code>{' '}
                    </>
                  )}
                  <span className="faint">{t('settings.imports.accepted')}</span> <Accepted text={row.accepted} />
                </dd>
              </dl>
            )}
          </li>
        ))}
      </ul>
      {!all && rows.length > some && (
        <Button onClick={() => setAll(true)}>{t('settings.imports.showAll', { count: rows.length })}</Button>
      )}
    </>
  );
}

function Accepted({ text }: { text: string }) {
  const { t } = useTranslation();
  const found = acceptedKey(text);
  return found === null ? text : t(`settings.imports.acceptedAs.${found.key}`, { id: found.id });
}

/** Of what is nothing of one field. */
function Reason({ reason }: { reason: string }) {
  const { t } = useTranslation();
  const name = reason.startsWith('not JSON: ') ? 'notJson' : reason === 'not UTF-8' ? 'notUtf8' : null;
  return (
    <span className="settings-row-main">
      {name === null ? reason : t(`settings.imports.${name}`)}
      {name === 'notJson' && <span className="faint"> · {reason.slice('not JSON: '.length)}</span>}
    </span>
  );
}
