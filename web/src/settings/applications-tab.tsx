import MoreOutlined from '@ant-design/icons/MoreOutlined';
import PlusOutlined from '@ant-design/icons/PlusOutlined';
import type { AdminApplicationListDataList } from '@genjin/client';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Checkbox, Dropdown, Form, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Nothing } from '../parts/nothing.tsx';
import { useSession } from '../parts/session.tsx';
import { useAsked } from './asking.tsx';
import { Chip } from './chip.tsx';
import { useDoing } from './doing.tsx';
import { FormDialog, Loaded, type Secret, SecretDialog, Section, someChosen } from './parts.tsx';

type Application = AdminApplicationListDataList;

/** Those of which there is something to be asked. */
const modules = ['company', 'lead', 'opportunity', 'user', 'webhook', 'report'] as const;
type Module = (typeof modules)[number];

interface Typed {
  readonly name: string;
  readonly scope: readonly Module[];
}

export function ApplicationsTab() {
  const { t } = useTranslation();
  const { client } = useSession();
  const queries = useQueryClient();
  const [adding, setAdding] = useState(false);
  const [secret, setSecret] = useState<Secret | null>(null);
  const { data, error, refetch } = useQuery({
    queryKey: ['admin', 'applications'],
    queryFn: ({ signal }) => client.admin.applications.list({ signal }),
  });
  const changed = (): void => void queries.invalidateQueries({ queryKey: ['admin'] });
  const show = (name: string, credentials: { readonly client_id: string; readonly client_secret: string }): void =>
    setSecret({
      title: t('settings.applications.credentials', { name }),
      values: [
        { label: t('settings.applications.id'), value: credentials.client_id },
        { label: t('settings.applications.secret'), value: credentials.client_secret },
      ],
    });
  const needed = { required: true, whitespace: true, message: t('settings.needed') };
  const add = (
    <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setAdding(true)}>
      {t('settings.applications.add')}
    </Button>
  );
  return (
    <Section title={t('settings.tab.applications')} why={t('settings.applications.why')} action={add}>
      <Loaded data={data} error={error} onAgain={() => refetch()}>
        {({ list }) =>
          list.length === 0 ? (
            <Nothing title={t('settings.applications.empty')} more={t('settings.applications.emptyHow')} />
          ) : (
            <ul className="settings-rows">
              {[...list]
                // Those in use first.
                .sort((a, b) => Number(a.revoke_time !== '') - Number(b.revoke_time !== ''))
                .map((application) => (
                  <ApplicationRow key={application.client_id} application={application} onChanged={changed} onSecret={show} />
                ))}
            </ul>
          )
        }
      </Loaded>
      {adding && (
        <FormDialog<Typed>
          title={t('settings.applications.add')}
          initial={{ name: '', scope: ['company', 'lead', 'opportunity', 'user'] }}
          submit={t('settings.applications.add')}
          work={async ({ name, scope }) => {
            const own = name.trim();
            show(own, await client.admin.applications.create({ name: own, scope: scope.join(' ') }));
            changed();
          }}
          onClose={() => setAdding(false)}
        >
          <Form.Item name="name" label={t('settings.applications.name')} rules={[needed]}>
            <Input maxLength={200} autoComplete="off" placeholder={t('settings.applications.nameHint')} />
          </Form.Item>
          <Form.Item name="scope" label={t('settings.applications.scope')} rules={[someChosen(t('settings.needed'))]}>
            <Checkbox.Group
              className="settings-choices"
              options={modules.map((module) => ({ value: module, label: t(`settings.applications.module.${module}`) }))}
            />
          </Form.Item>
        </FormDialog>
      )}
      {secret !== null && <SecretDialog secret={secret} onClose={() => setSecret(null)} />}
    </Section>
  );
}

interface ApplicationRowProps {
  readonly application: Application;
  readonly onChanged: () => void;
  readonly onSecret: (name: string, credentials: { client_id: string; client_secret: string }) => void;
}

function ApplicationRow({ application, onChanged, onSecret }: ApplicationRowProps) {
  const { t } = useTranslation();
  const { client } = useSession();
  const { said } = useAsked();
  const { doing, failure } = useDoing();
  const { client_id, name, scope, create_time, revoke_time } = application;
  const revoked = revoke_time !== '';
  const rotate = () =>
    doing(
      {
        title: t('settings.applications.rotateSure', { name }),
        more: t('settings.applications.rotateWhy'),
        yes: t('settings.applications.rotate'),
        danger: true,
      },
      async () => onSecret(name, await client.admin.applications.rotate({ client_id })),
    );
  const revoke = () =>
    doing(
      {
        title: t('settings.applications.revokeSure', { name }),
        more: t('settings.applications.revokeWhy'),
        yes: t('settings.applications.revoke'),
        danger: true,
      },
      async () => {
        await client.admin.applications.revoke({ client_id });
        said(t('settings.applications.saidRevoked', { name }));
        onChanged();
      },
    );
  const words = scope.split(' ').map((word) => {
    const module = modules.find((one) => one === word);
    return module === undefined ? word : t(`settings.applications.module.${module}`);
  });
  return (
    <li className="settings-row" data-client-id={client_id}>
      <div className="settings-row-main">
        <div className="settings-row-title">
          <span className={revoked ? 'faint' : ''}>{name}</span>
          {revoked && <Chip colour="gold">{t('settings.applications.revoked')}</Chip>}
        </div>
        <div className="settings-row-more faint">
          <code>{client_id}</code>
          <span>{words.join(' · ')}</span>
          <span>
            {revoked
              ? t('settings.applications.revokedAt', { time: revoke_time.slice(0, 16) })
              : t('settings.applications.created', { time: create_time.slice(0, 16) })}
          </span>
        </div>
        {failure}
      </div>
      {!revoked && (
        <Dropdown
          trigger={['click']}
          placement="bottomRight"
          menu={{
            items: [
              { key: 'rotate', label: t('settings.applications.rotate'), onClick: rotate },
              { key: 'revoke', label: t('settings.applications.revoke'), onClick: revoke },
            ],
          }}
        >
          <Button type="text" icon={<MoreOutlined />} aria-label={`${t('settings.more')}: ${name}`} />
        </Dropdown>
      )}
    </li>
  );
}
