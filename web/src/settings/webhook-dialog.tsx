import { GenjinClient, type SubscribeType } from '@genjin/client';
import { Checkbox, Form, Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { baseUrl } from '../parts/session.tsx';
import { FormDialog, someChosen } from './parts.tsx';
import { bizType, byModule, eventModules, eventVerbs } from './webhook-events.ts';
import type { Webhook } from './webhooks-tab.tsx';

/** What an application itself would set, asked for by an admin. */
export const webhooksOf = (application: string) => new GenjinClient({ baseUrl, session: true, application }).webhooks;

interface Typed {
  readonly clientId?: string;
  readonly address: string;
  readonly events: readonly string[];
}

interface WebhookDialogProps {
  /** `null`: a new one. */
  readonly webhook: Webhook | null;
  /** Those that have none yet. */
  readonly applications: readonly { readonly client_id: string; readonly name: string }[];
  /** Of a new one, as soon as it is there. */
  readonly onKey: (name: string, key: string) => void;
  readonly onSaved: () => void;
  readonly onClose: () => void;
}

export function WebhookDialog({ webhook, applications, onKey, onSaved, onClose }: WebhookDialogProps) {
  const { t } = useTranslation();
  const needed = { required: true, whitespace: true, message: t('settings.needed') };
  const first = applications.length === 1 ? { clientId: applications[0]?.client_id as string } : {};
  const events =
    webhook?.subscriptions.flatMap(({ subscribe_config }) => subscribe_config) ??
    eventVerbs.map((verb) => bizType('dynamic_trail', verb));

  async function save({ clientId, address, events: wanted }: Typed): Promise<void> {
    const id = webhook?.client_id ?? (clientId as string);
    const webhooks = webhooksOf(id);
    const callback_url = address.trim();
    if (webhook === null) {
      const { security_config } = await webhooks.set({ callback_url });
      onKey(applications.find((one) => one.client_id === id)?.name ?? id, security_config);
    } else if (webhook.callback_url !== callback_url) await webhooks.update({ callback_url });
    const modules = byModule(wanted);
    for (const { type, events: own } of modules)
      await webhooks.subscribe({ subscribe_type: type, subscribe_configs: own.map((biz_type) => ({ biz_type })) });
    for (const { subscribe_type } of webhook?.subscriptions ?? [])
      if (!modules.some(({ type }) => type === subscribe_type)) await webhooks.unsubscribe(subscribe_type as SubscribeType);
  }

  return (
    <FormDialog<Typed>
      title={webhook === null ? t('settings.webhooks.add') : t('settings.webhooks.editTitle', { name: webhook.name })}
      initial={{ ...first, address: webhook?.callback_url ?? '', events }}
      submit={webhook === null ? t('settings.webhooks.add') : t('settings.save')}
      work={(typed) => save(typed).finally(onSaved)}
      onClose={onClose}
    >
      {webhook === null && (
        <Form.Item name="clientId" label={t('settings.webhooks.application')} rules={[needed]}>
          <Select options={applications.map(({ client_id, name }) => ({ value: client_id, label: name }))} />
        </Form.Item>
      )}
      <Form.Item
        name="address"
        label={t('settings.webhooks.address')}
        extra={t('settings.webhooks.addressHint')}
        rules={[needed]}
      >
        <Input type="url" autoComplete="off" spellCheck={false} />
      </Form.Item>
      <Form.Item name="events" label={t('settings.webhooks.events')} rules={[someChosen(t('settings.webhooks.eventsNeeded'))]}>
        <Checkbox.Group className="settings-events">
          {eventModules.map((module) => (
            <fieldset key={module} className="settings-events-module">
              <legend>{t(`settings.webhooks.module.${module}`)}</legend>
              {eventVerbs.map((verb) => (
                <Checkbox key={verb} value={bizType(module, verb)}>
                  {t(`settings.webhooks.verb.${verb}`)}
                </Checkbox>
              ))}
            </fieldset>
          ))}
        </Checkbox.Group>
      </Form.Item>
    </FormDialog>
  );
}
