import { Switch } from 'antd';
import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from './dialog.tsx';
import { chooseKeys, type Key, keyGroups, useKeysAreOn } from './keys.ts';
import './help.css';

/** All keys, out of their table. */
export default function Help({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const on = useKeysAreOn();
  return (
    <Dialog title={t('keys.title')} width={560} className="help" onClose={onClose}>
      <div className="help-groups">
        {Object.entries(keyGroups).map(([group, keys]) => (
          <section key={group}>
            <h3>{t(`keys.group.${group as keyof typeof keyGroups}`)}</h3>
            <dl>
              {keys.map((key: Key) => (
                <Fragment key={key}>
                  <dt>
                    {key.split(' ').map((one) => (
                      <kbd key={one}>{one}</kbd>
                    ))}
                  </dt>
                  <dd>{t(`keys.does.${key}`)}</dd>
                </Fragment>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <label className="help-switch" htmlFor="keys-on">
        <Switch id="keys-on" size="small" checked={on} onChange={chooseKeys} />
        <span>{t('keys.on')}</span>
      </label>
    </Dialog>
  );
}
