import { useMutation } from '@tanstack/react-query';
import { Button, Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { Failure } from '../parts/failure.tsx';
import { useSession } from '../parts/session.tsx';
import { useAsked } from './asking.tsx';
import { useDoing } from './doing.tsx';
import { Section } from './parts.tsx';

interface Typed {
  readonly old: string;
  readonly next: string;
  readonly again: string;
}

/** What everybody has of their own. */
export function AccountTab() {
  const { t } = useTranslation();
  const { client, me, role, signOut } = useSession();
  const { said } = useAsked();
  const [form] = Form.useForm<Typed>();
  const { doing, busy, failure } = useDoing();
  const changing = useMutation({
    networkMode: 'always',
    mutationFn: ({ old, next }: Typed) => client.session.password({ old_password: old, new_password: next }),
    onSuccess: () => {
      form.resetFields();
      said(t('settings.account.changed'));
    },
  });
  const everywhere = () =>
    doing(
      {
        title: t('settings.account.everywhereSure'),
        more: t('settings.account.everywhereWhy'),
        yes: t('settings.account.everywhere'),
        danger: true,
      },
      async () => {
        await client.session.end({ everywhere: 1 });
        signOut();
      },
    );
  const needed = { required: true, message: t('settings.needed') };
  return (
    <Section title={t('settings.tab.account')} why={t('settings.account.why')}>
      <p className="settings-account-me">
        <strong>{me.nickname}</strong> · {me.email} · {t(`role.${role}`)}
      </p>
      <div className="settings-card">
        <h3>{t('settings.account.password')}</h3>
        <p className="faint">{t('settings.account.passwordWhy')}</p>
        <Form<Typed>
          form={form}
          layout="vertical"
          requiredMark={false}
          className="settings-account-form"
          onFinish={(typed) => changing.mutate(typed)}
        >
          {/* For what keeps passwords. */}
          <input type="text" autoComplete="username" value={me.email} readOnly hidden />
          <Form.Item name="old" label={t('settings.account.old')} rules={[needed]}>
            <Input.Password size="large" autoComplete="current-password" />
          </Form.Item>
          <Form.Item
            name="next"
            label={t('settings.account.next')}
            extra={t('settings.account.nextMore')}
            rules={[needed, { min: 8, message: t('settings.account.tooShort') }]}
          >
            <Input.Password size="large" autoComplete="new-password" />
          </Form.Item>
          <Form.Item
            name="again"
            label={t('settings.account.again')}
            dependencies={['next']}
            rules={[
              needed,
              ({ getFieldValue }) => ({
                validator: async (_rule, value) => {
                  if (value && value !== getFieldValue('next')) throw new Error(t('settings.account.differ'));
                },
              }),
            ]}
          >
            <Input.Password size="large" autoComplete="new-password" />
          </Form.Item>
          {changing.isError && (
            <div className="settings-dialog-failure" role="alert">
              <Failure error={changing.error} />
            </div>
          )}
          <Button type="primary" htmlType="submit" loading={changing.isPending}>
            {t('settings.account.change')}
          </Button>
        </Form>
      </div>
      <div className="settings-card">
        <h3>{t('settings.account.everywhere')}</h3>
        <p className="faint">{t('settings.account.everywhereWhy')}</p>
        {failure}
        <Button danger onClick={everywhere} loading={busy}>
          {t('settings.account.everywhere')}
        </Button>
      </div>
    </Section>
  );
}
