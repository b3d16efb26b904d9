/** Webhooks on the wire: OKKI's modules and event names, what an event says, and the shapes of `/v1/webhook` and `/v1/subscribe`. */
import { Type } from 'typebox';
import type { EventAction, EventKind, Subscription, Webhook } from '../domain/webhook-stores.ts';
import { badParameter } from '../errors.ts';
import { type Field, fieldSet, isObject, listOf } from './fields.ts';

/** Each kind's module, the id in its events, and whether its serial id is told too (docs/wire.md#webhooks). */
const modules: { readonly [K in EventKind]: { readonly module: string; readonly id: string; readonly serial: boolean } } = {
  trail: { module: 'dynamic_trail', id: 'trail_id', serial: false },
  company: { module: 'company', id: 'company_id', serial: true },
  contact: { module: 'customer', id: 'customer_id', serial: false },
  lead: { module: 'lead', id: 'lead_id', serial: true },
  opportunity: { module: 'opportunity', id: 'opportunity_id', serial: true },
};
const kinds = Object.keys(modules) as EventKind[];

const verbs: { readonly [A in EventAction]: string } = { recorded: 'create', edited: 'update', removed: 'delete' };
const actions = Object.keys(verbs) as EventAction[];

/** OKKI's name for the kind, such as `crm.dynamic_trail`. */
export const subscribeTypeOf = (kind: EventKind): string => `crm.${modules[kind].module}`;

/** OKKI's name for the event, such as `xiaoman.crm.dynamic_trail.create`. */
export const bizTypeOf = (kind: EventKind, action: EventAction): string => `xiaoman.${subscribeTypeOf(kind)}.${verbs[action]}`;

export const securityMethod = 'AES-256-GCM';

/** What a receiver finds when it decrypts an event. `serialId` is `''` for none. */
export function presentEvent(kind: EventKind, action: EventAction, objectId: number, serialId: string): string {
  const { id, serial } = modules[kind];
  return presentBiz(bizTypeOf(kind, action), { [id]: objectId, ...(serial ? { serial_id: serialId } : {}) });
}

/** What the test event says, which the receiver must send back. */
export const testText = 'success';
export const presentTestEvent = (): string => presentBiz('xiaoman.open.callback.test', testText);

const presentBiz = (bizType: string, bizData: unknown): string =>
  JSON.stringify({ biz: [{ biz_type: bizType, biz_data: bizData }] });

const callbackUrl: Field<string> = {
  schema: Type.String({ description: '回调地址 · Where events are sent to: an https URL of a public host.', format: 'uri' }),
  read(name, raw) {
    if (typeof raw !== 'string' || raw.trim() === '') throw badParameter(name, raw, 'accepted: one https URL');
    return raw.trim();
  },
};
export const webhookBody = fieldSet({ callback_url: callbackUrl });

/** Throws `bad_parameter`; what may be sent to is for the sender to say. */
export const readWebhook = (body: Readonly<Record<string, unknown>>): string => webhookBody.read(body).callback_url;

const subscribeTypes = kinds.map(subscribeTypeOf);
const subscribeType: Field<EventKind> = {
  schema: Type.String({ description: '订阅模块 · The module, one a call.', enum: subscribeTypes }),
  read(name, raw) {
    const kind = kinds.find((one) => subscribeTypeOf(one) === raw);
    if (kind === undefined) throw badParameter(name, raw, `accepted: one of ${subscribeTypes.join(', ')}`);
    return kind;
  },
};

const configs = listOf(
  fieldSet({
    biz_type: {
      schema: Type.String({
        description: '事件类型 · The event, one of the module.',
        examples: ['xiaoman.crm.dynamic_trail.create'],
      }),
      read: (_name, raw) => raw,
    },
  }),
  '订阅的事件 · The events of the module, one object each; in a form as JSON text.',
  10,
);
const subscribeConfigs: Field<readonly unknown[]> = {
  ...configs,
  read: (name, raw) => configs.read(name, typeof raw === 'string' ? fromJson(raw) : raw),
};

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export const subscriptionParams = fieldSet({ subscribe_type: subscribeType });
export const subscribeBody = fieldSet({ subscribe_type: subscribeType, subscribe_configs: subscribeConfigs });

/** The module and its events, in the order of their names. Throws `bad_parameter` for a module or an event that is not accepted. */
export function readSubscribe(body: Readonly<Record<string, unknown>>): { kind: EventKind; events: EventAction[] } {
  const given = subscribeBody.read(body);
  const kind = given.subscribe_type;
  const named = given.subscribe_configs.map((config, place) => {
    const bizType = isObject(config) ? config['biz_type'] : undefined;
    const action = actions.find((one) => bizTypeOf(kind, one) === bizType);
    if (action !== undefined) return action;
    const accepted = `accepted: one of ${actions.map((one) => bizTypeOf(kind, one)).join(', ')}`;
    throw badParameter(`subscribe_configs[${place}].biz_type`, bizType, accepted);
  });
  return { kind, events: actions.filter((action) => named.includes(action)) };
}

/** Throws `bad_parameter`. */
export const readSubscribeType = (params: Readonly<Record<string, unknown>>): EventKind =>
  subscriptionParams.read(params).subscribe_type;

const method = Type.Literal(securityMethod, { description: '加密方式 · How data is encrypted.' });
const url = Type.String({ description: '回调地址 · Where events are sent to.' });
export const webhookSetData = Type.Object({
  security_method: method,
  security_config: Type.String({ description: '密钥 · Base64 of 32 bytes: the key for signatures and data.' }),
});
export const webhookChangeData = Type.Object({ security_method: method, callback_url: url });
export const webhookGetData = Type.Object({
  callback_url: url,
  callback_verify: Type.String({ description: 'Always "0".' }),
  security_method: method,
});
export const webhookSecretData = Type.Object({
  webhook_secret: Type.String({ description: '新密钥 · The new security_config.' }),
});
export const subscriptionData = Type.Object({
  subscribe_type: Type.String({ description: '订阅模块 · The module.' }),
  subscribe_config: Type.Array(Type.String(), { description: '订阅的事件 · Its events that are told.' }),
});
export const subscriptionListData = Type.Array(subscriptionData, { description: 'Every module that is subscribed to.' });

export const presentWebhookSet = (secret: string): string =>
  JSON.stringify({ security_method: securityMethod, security_config: secret });
export const presentWebhookChange = (changedUrl: string): string =>
  JSON.stringify({ security_method: securityMethod, callback_url: changedUrl });
export const presentWebhook = ({ callbackUrl: known }: Webhook): string =>
  JSON.stringify({ callback_url: known, callback_verify: '0', security_method: securityMethod });
export const presentWebhookSecret = (secret: string): string => JSON.stringify({ webhook_secret: secret });

const subscriptionOf = ({ kind, events }: Subscription) => ({
  subscribe_type: subscribeTypeOf(kind),
  subscribe_config: events.map((event) => bizTypeOf(kind, event)),
});
export const presentSubscription = (subscription: Subscription): string => JSON.stringify(subscriptionOf(subscription));
export const presentSubscriptions = (subscriptions: readonly Subscription[]): string =>
  JSON.stringify(subscriptions.map(subscriptionOf));
