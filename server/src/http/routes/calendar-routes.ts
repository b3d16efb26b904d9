import type { FastifyInstance } from 'fastify';
import type { Calendars } from '../../domain/calendar.ts';
import { calendarPath, calendarQuery, presentCalendar } from '../../wire/calendar-wire.ts';
import { matches, tagOf } from '../kept-page.ts';
import type { Given } from '../route.ts';

/** The feed itself: programs that show calendars neither send a token in a header nor read an envelope. */
export function calendarRoutes(app: FastifyInstance, calendars: Calendars): void {
  app.get(calendarPath, { schema: { hide: true } }, async (request, reply) => {
    const { token, language } = calendarQuery.read(request.query as Given);
    const { tenantId, rows } = await calendars.read(token);
    const calendar = Buffer.from(presentCalendar(tenantId, rows, language));
    const tag = tagOf([calendar]);
    reply.headers({ ETag: tag, 'Cache-Control': 'private, no-cache', 'X-Robots-Tag': 'noindex' });
    if (matches(request.headers['if-none-match'], tag)) return reply.code(304).send();
    return reply
      .header('Content-Type', 'text/calendar; charset=utf-8')
      .header('Content-Disposition', 'inline; filename="genjin.ics"')
      .send(calendar);
  });
}
