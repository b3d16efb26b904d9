import CalendarOutlined from '@ant-design/icons/CalendarOutlined';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, DatePicker, Popover } from 'antd';
import dayjs from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { dayFrom, dayInShort, isTime } from './days.ts';
import { Failure } from './failure.tsx';
import { refresh } from './fresh.ts';
import { useSession } from './session.tsx';
import './next-follow-up.css';

export type SubjectKind = 'company' | 'lead' | 'opportunity';

interface NextFollowUpProps {
  readonly subject: SubjectKind;
  readonly id: number;
  readonly name: string;
  readonly time: string;
}

/** Days from now on that people say by name. */
const usual = [
  ['today', 0],
  ['tomorrow', 1],
  ['threeDays', 3],
  ['week', 7],
  ['fortnight', 14],
  ['month', 30],
] as const;

/** Sets when to be in touch next: a usual distance with one click, or any day. */
export function NextFollowUp({ subject, id, name, time }: NextFollowUpProps) {
  const { t, i18n } = useTranslation();
  const { client, mayWrite } = useSession();
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const setting = useMutation({
    networkMode: 'always',
    mutationFn: (day: string) => client.next.push({ subject, id, next_follow_up_time: day }),
    onSuccess: async () => {
      await refresh(queries);
      setOpen(false);
    },
  });
  if (!mayWrite) return null;
  const action = t(isTime(time) ? 'next.move' : 'next.set');
  const content = (
    <div className="next-choice">
      <div className="next-usual">
        {usual.map(([word, days]) => (
          <Button key={word} size="small" disabled={setting.isPending} onClick={() => setting.mutate(dayFrom(days))}>
            {t(`next.${word}`)}
            <span className="faint">{dayInShort(dayFrom(days), i18n.language)}</span>
          </Button>
        ))}
      </div>
      <DatePicker
        value={isTime(time) ? dayjs(time.slice(0, 10)) : null}
        onChange={(day) => day !== null && setting.mutate(day.format('YYYY-MM-DD'))}
        placeholder={t('next.other')}
        aria-label={t('next.other')}
        disabled={setting.isPending}
        allowClear={false}
      />
      {isTime(time) && (
        <Button type="text" size="small" disabled={setting.isPending} onClick={() => setting.mutate('')}>
          {t('next.clear')}
        </Button>
      )}
      {setting.isError && (
        <div role="alert">
          <Failure error={setting.error} onAgain={() => setting.mutate(setting.variables)} />
        </div>
      )}
    </div>
  );
  return (
    <Popover
      trigger="click"
      open={open}
      onOpenChange={setOpen}
      title={t('next.title', { name })}
      content={content}
      destroyOnHidden
    >
      <Button size="small" icon={<CalendarOutlined />} aria-label={t('next.label', { action, name })} aria-expanded={open}>
        {action}
      </Button>
    </Popover>
  );
}
