import { Button, Input, Popover } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { usualRules } from '../parts/silence-badge.tsx';
import { readRules } from './rules.ts';

/** Changes the rules of silence. */
export function RulesChoice({ rules, onChoose }: { rules: readonly number[]; onChoose: (rules: readonly number[]) => void }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState('');
  const read = readRules(typed);
  const choose = (chosen: readonly number[] | null): void => {
    if (chosen === null) return;
    onChoose(chosen);
    setOpen(false);
  };
  const content = (
    <form
      className="rules-choice"
      onSubmit={(event) => {
        event.preventDefault();
        choose(read);
      }}
    >
      <Input
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        aria-label={t('silence.rules')}
        aria-describedby="rules-how"
        status={read === null ? 'error' : ''}
        autoFocus
      />
      <p id="rules-how" className="faint" role={read === null ? 'alert' : undefined}>
        {t(read === null ? 'silence.rulesWrong' : 'silence.rulesHow')}
      </p>
      <Button type="primary" size="small" htmlType="submit" disabled={read === null}>
        {t('silence.rulesKeep')}
      </Button>
      <Button size="small" onClick={() => choose(usualRules)}>
        {t('silence.rulesUsual', { rules: usualRules.join(' / ') })}
      </Button>
    </form>
  );
  const opened = (next: boolean): void => {
    setTyped(rules.join(', '));
    setOpen(next);
  };
  return (
    <Popover trigger="click" open={open} onOpenChange={opened} title={t('silence.rules')} content={content} destroyOnHidden>
      <Button aria-expanded={open}>{t('silence.rulesChange', { rules: rules.join(' / ') })}</Button>
    </Popover>
  );
}
