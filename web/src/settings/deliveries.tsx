import type { AdminWebhookDeliveriesDataList } from '@genjin/client';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Pagination, Segmented } from 'antd';
import { useTranslation } from 'react-i18next';
import { Nothing } from '../parts/nothing.tsx';
import { goTo, usePlace, withParams } from '../parts/place.ts';
import { useSession } from '../parts/session.tsx';
import { useAsked } from './asking.tsx';
import { Chip } from './chip.tsx';
import { useDoing } from './doing.tsx';
import { Loaded, Section } from './parts.tsx';
import { partsOf } from './webhook-events.ts';

const pageSize = 20;
const states = ['all', 'waiting', 'parked'] as const;

/** What was not delivered yet. `names`: of the applications. */
export function Deliveries({ names }: { names: ReadonlyMap<string, string> }) {
  const { t } = useTranslation();
  const { client } = useSession();
  const { said } = useAsked();
  const { doing, busy, failure } = useDoing();
  const queries = useQueryClient();
  const place = usePlace();
  const state = states.find((one) => one === place.params['state']) ?? 'all';
  const page = Math.max(1, Number.parseInt(place.params['page'] ?? '1', 10) || 1);
  const { data, error, refetch } = useQuery({
    queryKey: ['admin', 'deliveries', state, page],
    queryFn: ({ signal }) => client.admin.webhooks.deliveries({ state, start_index: page, count: pageSize }, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: 15_000,
  });
  const replay = (what: { all: 1 } | { message_ids: string[] }) => async (): Promise<void> => {
    const { replayed: count } = await client.admin.webhooks.replay(what);
    said(t('settings.deliveries.said', { count }));
    await queries.invalidateQueries({ queryKey: ['admin', 'deliveries'] });
  };
  const replayAll = () =>
    doing(
      {
        title: t('settings.deliveries.replayAllSure'),
        more: t('settings.deliveries.replayAllWhy'),
        yes: t('settings.deliveries.replayAll'),
      },
      replay({ all: 1 }),
    );
  const parked = data?.list.some((one) => one.state === 'parked') === true;
  return (
    <Section
      title={t('settings.deliveries.title')}
      why={t('settings.deliveries.why')}
      action={
        parked && (
          <Button onClick={replayAll} loading={busy}>
            {t('settings.deliveries.replayAll')}
          </Button>
        )
      }
    >
      {failure}
      <Segmented
        className="settings-deliveries-filter"
        aria-label={t('settings.deliveries.filter')}
        value={state}
        onChange={(next) => goTo(withParams(place, { state: next === 'all' ? '' : next, page: '' }))}
        options={states.map((one) => ({ value: one, label: t(`settings.deliveries.${one}`) }))}
      />
      <Loaded data={data} error={error} onAgain={() => refetch()}>
        {({ list, totalItem }) =>
          totalItem === 0 ? (
            state === 'all' ? (
              <Nothing title={t('settings.deliveries.empty')} more={t('settings.deliveries.emptyHow')} />
            ) : (
              <Nothing title={t('settings.deliveries.emptyFiltered')} />
            )
          ) : (
            <>
              <ul className="settings-rows">
                {list.map((delivery) => (
                  <DeliveryRow
                    key={delivery.message_id}
                    delivery={delivery}
                    name={names.get(delivery.client_id) ?? delivery.client_id}
                    onReplay={replay({ message_ids: [delivery.message_id] })}
                  />
                ))}
              </ul>
              <Pagination
                className="settings-pages"
                current={page}
                pageSize={pageSize}
                total={totalItem}
                onChange={(next) => goTo(withParams(place, { page: next === 1 ? '' : String(next) }))}
                hideOnSinglePage
                showSizeChanger={false}
              />
            </>
          )
        }
      </Loaded>
    </Section>
  );
}

interface DeliveryRowProps {
  readonly delivery: AdminWebhookDeliveriesDataList;
  readonly name: string;
  readonly onReplay: () => Promise<void>;
}

function DeliveryRow({ delivery, name, onReplay }: DeliveryRowProps) {
  const { t } = useTranslation();
  const { doing, busy, failure } = useDoing();
  const event = partsOf(delivery.biz_type);
  const words =
    event === null
      ? delivery.biz_type
      : `${t(`settings.webhooks.module.${event.module}`)} · ${t(`settings.webhooks.verb.${event.verb}`)}`;
  const parked = delivery.state === 'parked';
  return (
    <li className="settings-row" data-message-id={delivery.message_id}>
      <div className="settings-row-main">
        <div className="settings-row-title">
          <span>{words}</span>
          <Chip colour={parked ? 'red' : 'blue'}>{t(`settings.deliveries.${parked ? 'parked' : 'waiting'}`)}</Chip>
        </div>
        <div className="settings-row-more faint">
          <span>{name}</span>
          <span>{t('settings.deliveries.object', { id: delivery.object_id })}</span>
          <span>{t('settings.deliveries.attempts', { count: delivery.attempts })}</span>
          {delivery.first_try_time !== '' && (
            <span>{t('settings.deliveries.first', { time: delivery.first_try_time.slice(0, 16) })}</span>
          )}
          {delivery.next_try_time !== '' && (
            <span>{t('settings.deliveries.next', { time: delivery.next_try_time.slice(0, 16) })}</span>
          )}
        </div>
        {delivery.last_error !== '' && (
          <div className="settings-row-answer">
            <span className="faint">{t('settings.deliveries.answer')}</span> {delivery.last_error}
          </div>
        )}
        {failure}
      </div>
      {parked && (
        <Button onClick={() => doing(null, onReplay)} loading={busy}>
          {t('settings.deliveries.replay')}
        </Button>
      )}
    </li>
  );
}
