import PlusOutlined from '@ant-design/icons/PlusOutlined';
import type { AdminWebhookListDataList } from '@genjin/client';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Nothing } from '../parts/nothing.tsx';
import { placeOf } from '../parts/place.ts';
import { useSession } from '../parts/session.tsx';
import { To } from '../parts/to.tsx';
import { Deliveries } from './deliveries.tsx';
import { Loaded, type Secret, SecretDialog, Section } from './parts.tsx';
import { WebhookDialog } from './webhook-dialog.tsx';
import { WebhookRow } from './webhook-row.tsx';

export type Webhook = AdminWebhookListDataList;

export function WebhooksTab() {
  const { t } = useTranslation();
  const { client } = useSession();
  const queries = useQueryClient();
  const [editing, setEditing] = useState<'new' | Webhook | null>(null);
  const [secret, setSecret] = useState<Secret | null>(null);
  const { data, error, refetch } = useQuery({
    queryKey: ['admin', 'webhooks'],
    queryFn: async ({ signal }) => {
      const [webhooks, applications] = await Promise.all([
        client.admin.webhooks.list({ signal }),
        client.admin.applications.list({ signal }),
      ]);
      const taken = new Set(webhooks.list.map(({ client_id }) => client_id));
      const usable = applications.list.filter(({ revoke_time }) => revoke_time === '');
      return {
        webhooks: webhooks.list,
        applications: usable,
        free: usable.filter(({ client_id }) => !taken.has(client_id)),
      };
    },
  });
  const changed = (): void => void queries.invalidateQueries({ queryKey: ['admin'] });
  const show = (name: string, key: string): void =>
    setSecret({ title: t('settings.webhooks.key', { name }), values: [{ label: t('settings.webhooks.keyLabel'), value: key }] });
  const add =
    data === undefined || data.free.length === 0 ? undefined : (
      <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setEditing('new')}>
        {t('settings.webhooks.add')}
      </Button>
    );
  return (
    <>
      <Section title={t('settings.tab.webhooks')} why={t('settings.webhooks.why')} action={add}>
        <Loaded data={data} error={error} onAgain={() => refetch()}>
          {({ webhooks, applications }) =>
            webhooks.length > 0 ? (
              <ul className="settings-rows">
                {webhooks.map((webhook) => (
                  <WebhookRow
                    key={webhook.client_id}
                    webhook={webhook}
                    onEdit={() => setEditing(webhook)}
                    onChanged={changed}
                    onKey={(key) => show(webhook.name, key)}
                  />
                ))}
              </ul>
            ) : applications.length > 0 ? (
              <Nothing title={t('settings.webhooks.empty')} more={t('settings.webhooks.emptyHow')} />
            ) : (
              <Nothing title={t('settings.webhooks.needApplication')} more={t('settings.webhooks.needApplicationHow')}>
                <To place={placeOf('settings', { tab: 'applications' })}>{t('settings.webhooks.toApplications')}</To>
              </Nothing>
            )
          }
        </Loaded>
        {editing !== null && data !== undefined && (
          <WebhookDialog
            webhook={editing === 'new' ? null : editing}
            applications={data.free}
            onKey={show}
            onSaved={changed}
            onClose={() => setEditing(null)}
          />
        )}
        {secret !== null && <SecretDialog secret={secret} onClose={() => setSecret(null)} />}
      </Section>
      <Deliveries names={new Map(data?.webhooks.map(({ client_id, name }) => [client_id, name]))} />
    </>
  );
}
