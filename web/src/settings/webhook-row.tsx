import MoreOutlined from '@ant-design/icons/MoreOutlined';
import { Button, Dropdown } from 'antd';
import { useTranslation } from 'react-i18next';
import { useSession } from '../parts/session.tsx';
import { useAsked } from './asking.tsx';
import { Chip } from './chip.tsx';
import { useDoing } from './doing.tsx';
import { webhooksOf } from './webhook-dialog.tsx';
import { partsOf } from './webhook-events.ts';
import type { Webhook } from './webhooks-tab.tsx';

interface WebhookRowProps {
  readonly webhook: Webhook;
  readonly onEdit: () => void;
  readonly onChanged: () => void;
  readonly onKey: (key: string) => void;
}

const colours = { active: 'green', paused: 'gold', revoked: 'grey' } as const;

export function WebhookRow({ webhook, onEdit, onChanged, onKey }: WebhookRowProps) {
  const { t } = useTranslation();
  const { client } = useSession();
  const { said } = useAsked();
  const { doing, busy, failure } = useDoing();
  const { client_id, name, callback_url: address } = webhook;
  const state = webhook.state as keyof typeof colours;
  const then = (done: string) => (): void => {
    said(done);
    onChanged();
  };
  const webhooks = webhooksOf(client_id);
  const test = () => doing(null, () => webhooks.test().then(() => said(t('settings.webhooks.testOk', { address }))));
  const pause = () => doing(null, () => client.admin.webhooks.pause(client_id).then(then(t('settings.webhooks.saidPaused'))));
  const resume = () =>
    doing(null, () => webhooks.update({ callback_url: address }).then(then(t('settings.webhooks.saidResumed'))));
  const newKey = () =>
    doing(
      {
        title: t('settings.webhooks.newKeySure', { name }),
        more: t('settings.webhooks.newKeyWhy'),
        yes: t('settings.webhooks.newKey'),
        danger: true,
      },
      async () => onKey((await webhooks.regenerateSecret()).webhook_secret),
    );
  const remove = () =>
    doing(
      {
        title: t('settings.webhooks.removeSure', { name }),
        more: t('settings.webhooks.removeWhy'),
        yes: t('settings.webhooks.remove'),
        danger: true,
      },
      () => webhooks.delete().then(then(t('settings.webhooks.saidRemoved'))),
    );
  const usable =
    state === 'revoked'
      ? []
      : [
          { key: 'edit', label: t('settings.webhooks.edit'), onClick: onEdit },
          state === 'active'
            ? { key: 'pause', label: t('settings.webhooks.pause'), onClick: pause }
            : { key: 'resume', label: t('settings.webhooks.resume'), onClick: resume },
          { key: 'key', label: t('settings.webhooks.newKey'), onClick: newKey },
        ];
  const remaining = { key: 'remove', label: t('settings.webhooks.remove'), onClick: remove };
  const behind = Math.max(0, ...webhook.subscriptions.map((one) => one.behind));
  return (
    <li className="settings-row" data-client-id={client_id}>
      <div className="settings-row-main">
        <div className="settings-row-title">
          <span>{name}</span>
          <Chip colour={colours[state]}>{t(`settings.webhooks.state.${state}`)}</Chip>
        </div>
        <div className="settings-row-more faint">
          <code>{address}</code>
        </div>
        <div className="settings-row-more faint">
          <Told webhook={webhook} />
          {webhook.subscriptions.length > 0 && (
            <span>{behind === 0 ? t('settings.webhooks.upToDate') : t('settings.webhooks.behind', { count: behind })}</span>
          )}
        </div>
        {failure}
      </div>
      {state !== 'revoked' && (
        <Button onClick={test} loading={busy}>
          {t('settings.webhooks.test')}
        </Button>
      )}
      <Dropdown trigger={['click']} placement="bottomRight" menu={{ items: [...usable, remaining] }}>
        <Button type="text" icon={<MoreOutlined />} aria-label={`${t('settings.more')}: ${name}`} />
      </Dropdown>
    </li>
  );
}

/** Which events, in words. */
function Told({ webhook: { subscriptions } }: { webhook: Webhook }) {
  const { t } = useTranslation();
  if (subscriptions.length === 0) return <span>{t('settings.webhooks.noEvents')}</span>;
  const words = subscriptions.map(({ subscribe_type, subscribe_config }) => {
    const events = subscribe_config.map((type) => partsOf(type)).filter((parts) => parts !== null);
    const [first] = events;
    if (first === undefined) return subscribe_type;
    const verbs = events.map(({ verb }) => t(`settings.webhooks.verb.${verb}`)).join(', ');
    return `${t(`settings.webhooks.module.${first.module}`)} (${verbs})`;
  });
  return <span>{words.join(' · ')}</span>;
}
