import CopyOutlined from '@ant-design/icons/CopyOutlined';
import { useMutation } from '@tanstack/react-query';
import { Button, Input, type InputRef, Popconfirm } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Failure } from '../parts/failure.tsx';
import { useSession } from '../parts/session.tsx';

/** One's own next follow-ups in a calendar program, by a private address that is shown once. */
export function CalendarLink() {
  const { t } = useTranslation();
  const { client, mayWrite } = useSession();
  const [copied, setCopied] = useState(false);
  const box = useRef<InputRef>(null);
  const making = useMutation({
    networkMode: 'always',
    mutationFn: () => client.next.createCalendar(),
    onMutate: () => {
      setCopied(false);
      revoking.reset();
    },
  });
  const revoking = useMutation({
    networkMode: 'always',
    mutationFn: () => client.next.removeCalendar(),
    onSuccess: () => making.reset(),
  });
  if (!mayWrite) return null;
  const copy = async (address: string): Promise<void> => {
    box.current?.focus({ cursor: 'all' });
    // Only where the page came by HTTPS or from this computer; elsewhere it is selected, ready to be copied.
    await navigator.clipboard?.writeText(address);
    setCopied(navigator.clipboard !== undefined);
  };
  const url = making.data?.url;
  const error = making.error ?? revoking.error;
  return (
    <section className="calendar-link" aria-labelledby="calendar-link">
      <h2 id="calendar-link">{t('calendar.title')}</h2>
      <p className="faint">{t('calendar.why')}</p>
      {url !== undefined && (
        <>
          <div className="calendar-address">
            <Input ref={box} value={url} readOnly aria-label={t('calendar.address')} onFocus={(event) => event.target.select()} />
            <Button icon={<CopyOutlined />} onClick={() => copy(url)}>
              {t(copied ? 'calendar.copied' : 'calendar.copy')}
            </Button>
          </div>
          <p role="status">{t('calendar.once')}</p>
        </>
      )}
      {revoking.isSuccess && <p role="status">{t('calendar.revoked')}</p>}
      {error !== null && (
        <div role="alert">
          <Failure error={error} />
        </div>
      )}
      <div className="row-actions">
        <Button loading={making.isPending} onClick={() => making.mutate()}>
          {t('calendar.make')}
        </Button>
        <Popconfirm
          title={t('calendar.revokeSure')}
          okText={t('calendar.revoke')}
          cancelText={t('calendar.keep')}
          onConfirm={() => revoking.mutate()}
        >
          <Button loading={revoking.isPending}>{t('calendar.revoke')}</Button>
        </Popconfirm>
      </div>
    </section>
  );
}
