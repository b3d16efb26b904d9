import MoreOutlined from '@ant-design/icons/MoreOutlined';
import PlusOutlined from '@ant-design/icons/PlusOutlined';
import type { AdminUserListDataList } from '@genjin/client';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Dropdown, Form, Input, Radio } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Role, useSession } from '../parts/session.tsx';
import { useAsked } from './asking.tsx';
import { Chip } from './chip.tsx';
import { useDoing } from './doing.tsx';
import { FormDialog, Loaded, type Secret, SecretDialog, Section } from './parts.tsx';

type User = AdminUserListDataList;

const roles: readonly Role[] = ['admin', 'member', 'viewer'];

interface Typed {
  readonly nickname: string;
  readonly email: string;
  readonly role: Role;
}

/** Who is in the dialog: somebody new, or somebody who is there, with or without a way in. */
type Editing = 'new' | User;

export function UsersTab() {
  const { t } = useTranslation();
  const { client, me, signOut } = useSession();
  const { said } = useAsked();
  const queries = useQueryClient();
  const [editing, setEditing] = useState<Editing | null>(null);
  const [secret, setSecret] = useState<Secret | null>(null);
  const { data, error, refetch } = useQuery({
    queryKey: ['admin', 'users'],
    queryFn: async ({ signal }) => {
      const [users, applications] = await Promise.all([
        client.admin.users.list({ signal }),
        client.admin.applications.list({ signal }),
      ]);
      // Programs that record are users too, but nobody signs in as one.
      const programs = new Set(applications.list.map(({ user_id }) => user_id));
      return users.list.filter(({ user_id }) => !programs.has(user_id));
    },
  });
  const changed = (): void => {
    void queries.invalidateQueries({ queryKey: ['admin', 'users'] });
    void queries.invalidateQueries({ queryKey: ['users'] });
  };

  async function save(typed: Typed): Promise<void> {
    const known = editing === 'new' || editing === null ? null : editing;
    const fields = { nickname: typed.nickname.trim(), email: typed.email.trim(), role: typed.role };
    const { password } = await client.admin.users.save(known === null ? fields : { user_id: known.user_id, ...fields });
    changed();
    said(t(known === null ? 'settings.users.saidAdded' : 'settings.users.saidSaved', { name: fields.nickname }));
    if (password !== undefined) setSecret(secretOf(fields.nickname, password));
    if (known !== null && known.user_id === me.user_id && (known.email !== fields.email || known.role !== fields.role)) signOut();
  }

  const secretOf = (name: string, password: string): Secret => ({
    title: t('settings.users.password', { name }),
    values: [{ label: t('settings.users.passwordLabel'), value: password }],
  });

  const row = (user: User) => (
    <UserRow
      key={user.user_id}
      user={user}
      onEdit={() => setEditing(user)}
      onChanged={changed}
      onPassword={(password) => setSecret(secretOf(user.nickname, password))}
    />
  );
  return (
    <Section
      title={t('settings.tab.users')}
      why={t('settings.users.why')}
      action={
        <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setEditing('new')}>
          {t('settings.users.add')}
        </Button>
      }
    >
      <Loaded data={data} error={error} onAgain={() => refetch()}>
        {(users) => {
          const without = users.filter(({ role }) => role === null);
          return (
            <>
              <ul className="settings-rows">{users.filter(({ role }) => role !== null).map(row)}</ul>
              {without.length > 0 && (
                <details className="settings-more-rows">
                  <summary>{t('settings.users.without', { count: without.length })}</summary>
                  <p className="faint">{t('settings.users.withoutWhy')}</p>
                  <ul className="settings-rows">{without.map(row)}</ul>
                </details>
              )}
            </>
          );
        }}
      </Loaded>
      {editing !== null && <UserDialog editing={editing} onSave={save} onClose={() => setEditing(null)} />}
      {secret !== null && <SecretDialog secret={secret} onClose={() => setSecret(null)} />}
    </Section>
  );
}

interface UserRowProps {
  readonly user: User;
  readonly onEdit: () => void;
  readonly onChanged: () => void;
  readonly onPassword: (password: string) => void;
}

function UserRow({ user, onEdit, onChanged, onPassword }: UserRowProps) {
  const { t } = useTranslation();
  const { client, me } = useSession();
  const { said } = useAsked();
  const { doing, failure } = useDoing();
  const name = user.nickname || user.email || String(user.user_id);
  const disabled = user.state !== 1;

  const newPassword = () =>
    doing(
      {
        title: t('settings.users.newPasswordSure', { name }),
        more: t('settings.users.newPasswordWhy', { name }),
        yes: t('settings.users.newPasswordOk'),
        danger: true,
      },
      async () => {
        const password = newPasswordText();
        await client.admin.users.save({ user_id: user.user_id, password });
        onPassword(password);
        onChanged();
      },
    );
  const disable = () =>
    doing(
      {
        title: t('settings.users.disableSure', { name }),
        more: t('settings.users.disableWhy', { name }),
        yes: t('settings.users.disable'),
        danger: true,
      },
      async () => {
        await client.admin.users.disable({ user_id: user.user_id });
        said(t('settings.users.saidDisabled', { name }));
        onChanged();
      },
    );
  const enable = () =>
    doing(null, async () => {
      await client.admin.users.enable({ user_id: user.user_id });
      said(t('settings.users.saidEnabled', { name }));
      onChanged();
    });
  const items = [
    { key: 'edit', label: t('settings.users.edit'), onClick: onEdit },
    // One's own is changed under «my account», by the old one.
    ...(user.user_id === me.user_id ? [] : [{ key: 'password', label: t('settings.users.newPassword'), onClick: newPassword }]),
    ...(user.user_id === me.user_id
      ? []
      : disabled
        ? [{ key: 'enable', label: t('settings.users.enable'), onClick: enable }]
        : [{ key: 'disable', label: t('settings.users.disable'), onClick: disable }]),
  ];
  return (
    <li className="settings-row" data-user-id={user.user_id}>
      <div className="settings-row-main">
        <div className="settings-row-title">
          <span className={disabled ? 'faint' : ''}>{name}</span>
          {user.role !== null && <Chip>{t(`role.${user.role as Role}`)}</Chip>}
          {user.user_id === me.user_id && <span className="near">{t('settings.users.you')}</span>}
          {disabled && <Chip colour="gold">{t('settings.users.disabled')}</Chip>}
        </div>
        <div className="settings-row-more faint">
          {user.email !== '' && <span>{user.email}</span>}
          {user.role !== null && (
            <span>{t('settings.users.lastSignIn', { time: user.last_sign_in_time.slice(0, 16) || t('settings.never') })}</span>
          )}
        </div>
        {failure}
      </div>
      {user.role === null ? (
        <Button onClick={onEdit}>{t('settings.users.letIn')}</Button>
      ) : (
        <Dropdown trigger={['click']} placement="bottomRight" menu={{ items }}>
          <Button type="text" icon={<MoreOutlined />} aria-label={`${t('settings.more')}: ${name}`} />
        </Dropdown>
      )}
    </li>
  );
}

/** Letters and digits that nobody takes for one another; 103 random bits. */
function newPasswordText(): string {
  const letters = 'abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
  let text = '';
  while (text.length < 18) {
    for (const byte of crypto.getRandomValues(new Uint8Array(32)))
      if (byte < letters.length * 4 && text.length < 18) text += letters[byte % letters.length];
  }
  return text;
}

function UserDialog({
  editing,
  onSave,
  onClose,
}: {
  editing: Editing;
  onSave: (typed: Typed) => Promise<void>;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const { me } = useSession();
  const known = editing === 'new' ? null : editing;
  const name = known?.nickname || known?.email || '';
  const isNew = known === null;
  const title = isNew
    ? t('settings.users.add')
    : t(known.role === null ? 'settings.users.letInTitle' : 'settings.users.editTitle', { name });
  const why =
    isNew || known.role === null
      ? t('settings.users.passwordMade')
      : t(known.user_id === me.user_id ? 'settings.users.editOwnWhy' : 'settings.users.editWhy');
  const needed = { required: true, whitespace: true, message: t('settings.needed') };
  return (
    <FormDialog<Typed>
      title={title}
      why={why}
      initial={{ nickname: known?.nickname ?? '', email: known?.email ?? '', role: (known?.role as Role | null) ?? 'member' }}
      submit={isNew ? t('settings.users.add') : known.role === null ? t('settings.users.letIn') : t('settings.save')}
      work={onSave}
      onClose={onClose}
    >
      <Form.Item name="nickname" label={t('settings.users.name')} rules={[needed]}>
        <Input maxLength={200} autoComplete="off" />
      </Form.Item>
      <Form.Item
        name="email"
        label={t('settings.users.email')}
        rules={[needed, { pattern: /^\s*[^\s@]+@[^\s@]+\s*$/, message: t('settings.users.badEmail') }]}
      >
        <Input type="email" maxLength={254} autoComplete="off" spellCheck={false} autoCapitalize="off" />
      </Form.Item>
      <Form.Item name="role" label={t('settings.users.role')}>
        <Radio.Group className="settings-choices">
          {roles.map((role) => (
            <Radio key={role} value={role}>
              {t(`role.${role}`)}
              <span className="faint"> · {t(`settings.users.roleMore.${role}`)}</span>
            </Radio>
          ))}
        </Radio.Group>
      </Form.Item>
    </FormDialog>
  );
}
