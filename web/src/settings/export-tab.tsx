import DownloadOutlined from '@ant-design/icons/DownloadOutlined';
import { Button, DatePicker, Radio } from 'antd';
import dayjs from 'dayjs';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { goTo, usePlace, withParams } from '../parts/place.ts';
import { baseUrl } from '../parts/session.tsx';
import { Section } from './parts.tsx';

const formats = ['xlsx', 'csv', 'ndjson'] as const;

/** Follow-ups as a file: the browser fetches it by itself, with the cookie. */
export function ExportTab() {
  const { t, i18n } = useTranslation();
  const place = usePlace();
  const label = useId();
  const { params } = place;
  const format = formats.find((one) => one === params['format']) ?? 'xlsx';
  const { from = '', to = '' } = params;
  const reversed = from !== '' && to !== '' && from > to;
  const set = (more: Record<string, string>): void => goTo(withParams(place, more), 'replace');
  const asked = new URLSearchParams({ format, language: i18n.language === 'en' ? 'en' : 'zh' });
  if (from !== '') asked.set('start_time', from);
  if (to !== '') asked.set('end_time', to);
  const date = (name: 'from' | 'to', value: string) => (
    <DatePicker
      value={value === '' ? null : dayjs(value)}
      onChange={(day) => set({ [name]: day?.format('YYYY-MM-DD') ?? '' })}
      placeholder={t(`settings.exports.${name}`)}
      aria-label={t(`settings.exports.${name}`)}
      status={reversed ? 'error' : ''}
    />
  );
  return (
    <Section title={t('settings.tab.export')} why={t('settings.exports.why')}>
      <div className="settings-card">
        <h3 id={label}>{t('settings.exports.format')}</h3>
        <Radio.Group
          className="settings-choices"
          aria-labelledby={label}
          value={format}
          onChange={(event) => set({ format: event.target.value as string })}
        >
          {formats.map((one) => (
            <Radio key={one} value={one}>
              {one.toUpperCase()}
              <span className="faint"> · {t(`settings.exports.formatMore.${one}`)}</span>
            </Radio>
          ))}
        </Radio.Group>
        <h3>{t('settings.exports.period')}</h3>
        <div className="settings-period">
          {date('from', from)}
          <span aria-hidden="true">–</span>
          {date('to', to)}
        </div>
        <p className={reversed ? 'settings-wrong' : 'faint'} {...(reversed ? { role: 'alert' } : {})}>
          {t(reversed ? 'settings.exports.reversed' : 'settings.exports.periodMore')}
        </p>
        <Button
          type="primary"
          size="large"
          icon={<DownloadOutlined aria-hidden />}
          disabled={reversed}
          href={`${baseUrl}v1/dynamic/trail/export?${asked}`}
          download
        >
          {t('settings.exports.download')}
        </Button>
      </div>
    </Section>
  );
}
