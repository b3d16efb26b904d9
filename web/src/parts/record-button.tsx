import EditOutlined from '@ant-design/icons/EditOutlined';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { useComposer } from '../composer/composer.tsx';
import type { SubjectKind } from '../composer/item.ts';
import { useSession } from './session.tsx';

interface RecordButtonProps {
  readonly subject: SubjectKind;
  readonly id: number;
  readonly name: string;
  readonly primary?: boolean;
}

/** Opens the composer for somebody. */
export function RecordButton({ subject, id, name, primary = false }: RecordButtonProps) {
  const { t } = useTranslation();
  const { mayWrite } = useSession();
  const { open } = useComposer();
  if (!mayWrite) return null;
  return (
    <Button
      type={primary ? 'primary' : 'default'}
      size={primary ? 'middle' : 'small'}
      icon={<EditOutlined />}
      aria-label={t('lists.recordFor', { name })}
      onClick={() => open({ subject: { kind: subject, id, name } })}
    >
      {t('lists.record')}
    </Button>
  );
}
