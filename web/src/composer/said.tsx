/** Says what became of what was just done: that it was recorded, with the way to it. */
import CheckCircleFilled from '@ant-design/icons/CheckCircleFilled';
import WarningOutlined from '@ant-design/icons/WarningOutlined';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { placeOf } from '../parts/place.ts';
import { To } from '../parts/to.tsx';
import type { Item } from './item.ts';

type Saying =
  | { readonly what: 'recorded'; readonly item: Item; readonly trailId: number }
  | { readonly what: 'edited' | 'kept' | 'stillSignedIn' };

/** How long it stays (ms); longer while somebody points at it or has the focus in it. */
const stay = 7000;

let said: Saying | null = null;
const hearers = new Set<() => void>();

export function say(saying: Saying | null): void {
  said = saying;
  for (const heard of hearers) heard();
}

const subscribe = (heard: () => void): (() => void) => {
  hearers.add(heard);
  return () => hearers.delete(heard);
};

export function Said() {
  const { t } = useTranslation();
  const saying = useSyncExternalStore(subscribe, () => said);
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (saying === null || held) return;
    const timer = setTimeout(() => say(null), stay);
    return () => clearTimeout(timer);
  }, [saying, held]);
  return (
    <div
      className="said"
      role="status"
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      {saying !== null && (
        <div className="said-box">
          {saying.what === 'stillSignedIn' ? <WarningOutlined aria-hidden="true" /> : <CheckCircleFilled aria-hidden="true" />}
          <span>{t(`composer.said.${saying.what}`)}</span>
          {saying.what === 'recorded' && (
            <To
              place={placeOf(saying.item.written.subject.kind, { id: saying.item.written.subject.id, at: saying.item.happened })}
            >
              {t('composer.said.look')}
            </To>
          )}
        </div>
      )}
    </div>
  );
}
