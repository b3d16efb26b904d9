import DisconnectOutlined from '@ant-design/icons/DisconnectOutlined';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { usePlace } from '../parts/place.ts';
import { beijingTime } from '../parts/times.ts';
import { elsewhere, useConnection } from './connection.ts';
import './offline.css';

/** Says that what is shown is not of now, and of when it is. */
export function OfflineBand() {
  const { t } = useTranslation();
  const { offline, asOf } = useConnection();
  const place = usePlace();
  // biome-ignore lint/correctness/useExhaustiveDependencies: each place shows answers of its own
  useEffect(elsewhere, [place.view, place.params['id']]);
  return (
    <div role="status">
      {offline && (
        <div className="offline-band">
          <DisconnectOutlined aria-hidden="true" />
          <span>{asOf === null ? t('offline.nothing') : t('offline.asOf', { time: beijingTime(asOf).slice(0, 16) })}</span>
        </div>
      )}
    </div>
  );
}
