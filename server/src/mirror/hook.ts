/** What the upstream's webhooks tell: noted, so that the mirror fetches what changed. */
import { decryptWebhook, GenjinWebhookError, verifyWebhook, type WebhookEvent, webhookAnswer } from '@genjin/client';
import type { MirrorStore, Told } from '../domain/mirror-stores.ts';
import type { Clock } from '../domain/stores.ts';
import { AppError } from '../errors.ts';

const kinds: Readonly<Record<string, readonly [Told['kind'], string]>> = {
  dynamic_trail: ['trail', 'trail_id'],
  company: ['company', 'company_id'],
  customer: ['contact', 'customer_id'],
  lead: ['lead', 'lead_id'],
  opportunity: ['opportunity', 'opportunity_id'],
};

export interface MirrorHookParts {
  readonly tenantId: number;
  readonly store: MirrorStore;
  /** The upstream's `security_config`. */
  readonly secret: string;
  readonly clock: Clock;
}

export class MirrorHook {
  readonly #parts: MirrorHookParts;

  constructor(parts: MirrorHookParts) {
    this.#parts = parts;
  }

  /** Notes what a message tells, and answers as the upstream wants. Throws `not_allowed_here` for one that is not its own, or too old. */
  async receive(body: Buffer, headers: Readonly<Record<string, string | readonly string[] | undefined>>): Promise<string> {
    const { tenantId, store, secret, clock } = this.#parts;
    try {
      const { messageId, data } = await verifyWebhook(body, headers, secret, { now: clock });
      const events = await decryptWebhook(data, secret);
      const told = events.flatMap((event) => toldBy(event, clock()));
      if (told.length > 0) await store.tell(tenantId, told);
      const test = events.find((event) => event.biz_type === 'xiaoman.open.callback.test');
      return webhookAnswer(messageId, typeof test?.biz_data === 'string' ? test.biz_data : undefined);
    } catch (error) {
      if (!(error instanceof GenjinWebhookError)) throw error;
      throw new AppError('not_allowed_here', { reason: `the message is not accepted: ${error.message}` }, { cause: error });
    }
  }
}

/** Of what we do not keep nothing is noted. */
function toldBy({ biz_type: type, biz_data: data }: WebhookEvent, toldAt: number): Told[] {
  const [, module = '', happening] = /^xiaoman\.crm\.(\w+)\.(\w+)$/.exec(type) ?? [];
  const kind = kinds[module];
  if (kind === undefined || typeof data !== 'object' || data === null) return [];
  const id = Number((data as Readonly<Record<string, unknown>>)[kind[1]]);
  return Number.isSafeInteger(id) && id > 0 ? [{ kind: kind[0], id, toldAt, removed: happening === 'delete' }] : [];
}
