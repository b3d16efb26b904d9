import type { GenjinClient, SessionGetData } from '@genjin/client';
import { GenjinError } from '@genjin/client';
import { useMutation } from '@tanstack/react-query';
import { Button, Form, Input, Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Failure } from '../parts/failure.tsx';
import { goTo, placeOf, usePlace } from '../parts/place.ts';
import { chooseLanguage, type Language } from '../texts.ts';

interface SignInPageProps {
  readonly client: GenjinClient;
  readonly session: SessionGetData;
  readonly onEnter: () => void;
}

/** By the code of the answer. */
const refusals: Readonly<Partial<Record<number, 'credentials' | 'closed' | 'link'>>> = {
  403: 'credentials',
  410: 'link',
  423: 'closed',
};
const codeOf = (error: unknown): number => (error instanceof GenjinError ? error.code : 0);

interface Typed {
  readonly email: string;
  readonly password: string;
  readonly name?: string;
  readonly tenantId?: string;
}

const languages: { value: Language; label: string }[] = [
  { value: 'zh-CN', label: '中文' },
  { value: 'en', label: 'English' },
];

/** The way in: mail and password, one click for the demo, or the first admin's own account by the link of the first start. */
export function SignInPage({ client, session, onEnter }: SignInPageProps) {
  const { t, i18n } = useTranslation();
  const { params } = usePlace();
  const code = params['setup'];
  const setup = code !== undefined && session.setup;
  // Several enterprises share this server: then the mail address alone does not say whose it is.
  const [several, setSeveral] = useState(false);
  const trying = useMutation({
    networkMode: 'always',
    mutationFn: async (typed: Typed | null) => {
      if (typed === null) await client.session.demo();
      else if (setup) {
        await client.session.setup({ code, email: typed.email.trim(), password: typed.password, name: typed.name ?? '' });
        goTo(placeOf('timeline'), 'replace');
      } else {
        const tenant = typed.tenantId?.trim();
        await client.session.create({
          email: typed.email.trim(),
          password: typed.password,
          ...(tenant ? { tenant_id: Number(tenant) } : {}),
        });
      }
    },
    onSuccess: onEnter,
    onError: (error) => {
      if (error instanceof GenjinError && error.message.includes('tenant_id')) setSeveral(true);
    },
  });
  const needed = [{ required: true, whitespace: true, message: t('signIn.needed') }];
  return (
    <main className="sign-in-main">
      <section className="sign-in">
        <div className="sign-in-top">
          <img src="./icon.svg" alt="" width={34} height={34} />
          <Segmented
            size="small"
            aria-label={t('language')}
            options={languages}
            value={i18n.language === 'en' ? 'en' : 'zh-CN'}
            onChange={chooseLanguage}
          />
        </div>
        <h1>{t(setup ? 'signIn.setup' : 'signIn.title')}</h1>
        <p>{t(setup ? 'signIn.setupWhy' : 'signIn.why')}</p>
        {session.demo && !setup && (
          <Button
            className="sign-in-demo"
            type="primary"
            size="large"
            block
            loading={trying.isPending && trying.variables === null}
            onClick={() => trying.mutate(null)}
          >
            {t('signIn.demo')}
          </Button>
        )}
        <Form<Typed> layout="vertical" requiredMark={false} onFinish={(typed) => trying.mutate(typed)}>
          {setup && (
            <Form.Item name="name" label={t('signIn.name')} rules={needed}>
              <Input size="large" autoComplete="name" />
            </Form.Item>
          )}
          <Form.Item name="email" label={t('signIn.email')} rules={needed}>
            <Input size="large" type="email" autoComplete="username" spellCheck={false} autoCapitalize="off" />
          </Form.Item>
          <Form.Item name="password" label={t('signIn.password')} rules={needed}>
            <Input.Password size="large" autoComplete={setup ? 'new-password' : 'current-password'} />
          </Form.Item>
          {several && (
            <Form.Item name="tenantId" label={t('signIn.tenant')} rules={needed}>
              <Input size="large" inputMode="numeric" />
            </Form.Item>
          )}
          {trying.isError && (
            <div className="sign-in-failure" role="alert">
              <Failure error={trying.error} cause={refusals[codeOf(trying.error)]} />
            </div>
          )}
          <Button
            type={session.demo && !setup ? 'default' : 'primary'}
            size="large"
            block
            htmlType="submit"
            loading={trying.isPending && trying.variables !== null}
          >
            {t('signIn.submit')}
          </Button>
        </Form>
        {session.setup && !setup && <p className="faint">{t('signIn.setupHint')}</p>}
        {!session.setup && !session.demo && <p className="faint">{t('signIn.forgotten')}</p>}
      </section>
    </main>
  );
}
