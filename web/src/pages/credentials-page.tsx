import { GenjinClient } from '@genjin/client';
import { useMutation } from '@tanstack/react-query';
import { Button, Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { Failure } from '../parts/failure.tsx';
import { Frame } from '../parts/frame.tsx';
import { baseUrl, type Credentials } from '../parts/session.ts';

/** Asks for an application's credentials and tries them before it takes them. */
export function CredentialsPage({ onEnter }: { onEnter: (credentials: Credentials) => void }) {
  const { t } = useTranslation();
  const trying = useMutation({
    networkMode: 'always',
    mutationFn: async (typed: Credentials) => {
      const credentials = { clientId: typed.clientId.trim(), clientSecret: typed.clientSecret.trim() };
      await new GenjinClient({ baseUrl, ...credentials }).trails.list({ count: 1 });
      return credentials;
    },
    onSuccess: onEnter,
  });
  const needed = [{ required: true, whitespace: true, message: t('signIn.needed') }];
  return (
    <Frame>
      <section className="sign-in">
        <h1>{t('signIn.title')}</h1>
        <p>{t('signIn.why')}</p>
        <Form<Credentials> layout="vertical" requiredMark={false} onFinish={(typed) => trying.mutate(typed)} autoComplete="off">
          <Form.Item name="clientId" label={t('signIn.clientId')} rules={needed}>
            <Input size="large" spellCheck={false} autoCapitalize="off" />
          </Form.Item>
          <Form.Item name="clientSecret" label={t('signIn.clientSecret')} rules={needed}>
            <Input.Password size="large" autoComplete="off" />
          </Form.Item>
          {trying.isError && (
            <div className="sign-in-failure" role="alert">
              <Failure error={trying.error} />
            </div>
          )}
          <Button type="primary" size="large" block htmlType="submit" loading={trying.isPending}>
            {t('signIn.submit')}
          </Button>
        </Form>
        <p className="faint">{t('signIn.kept')}</p>
        <p className="faint">
          {t('signIn.how')}
          <code>{`npm run -s genjin -- app create --tenant ${t('signIn.tenant')} \\\n  --name web --scope company`}</code>
        </p>
      </section>
    </Frame>
  );
}
