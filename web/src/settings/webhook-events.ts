import type { SubscribeType } from '@genjin/client';

/** The events that an application may be told of, as the server names them. */
export const eventModules = ['dynamic_trail', 'company', 'customer', 'lead', 'opportunity'] as const;
export const eventVerbs = ['create', 'update', 'delete'] as const;
export type EventModule = (typeof eventModules)[number];
export type EventVerb = (typeof eventVerbs)[number];

export const bizType = (module: EventModule, verb: EventVerb): string => `xiaoman.crm.${module}.${verb}`;

/** `null` for an event that is not known here. */
export function partsOf(type: string): { readonly module: EventModule; readonly verb: EventVerb } | null {
  const [, module, verb] = /^xiaoman\.crm\.(\w+)\.(\w+)$/.exec(type) ?? [];
  const known = eventModules.find((one) => one === module);
  const done = eventVerbs.find((one) => one === verb);
  return known === undefined || done === undefined ? null : { module: known, verb: done };
}

/** The events of each module that has one, as a subscription has them. */
export const byModule = (types: readonly string[]): { readonly type: SubscribeType; readonly events: readonly string[] }[] =>
  eventModules
    .map((module) => ({
      type: `crm.${module}` as const,
      events: types.filter((type) => partsOf(type)?.module === module),
    }))
    .filter(({ events }) => events.length > 0);
