import PaperClipOutlined from '@ant-design/icons/PaperClipOutlined';
import { Button } from 'antd';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { sizeInWords } from '../../entry/file-kinds.ts';

interface Shown {
  readonly key: string;
  readonly name: string;
  readonly size: number;
}

interface FilesFieldProps {
  readonly files: readonly Shown[];
  /** Those that were not taken, and why. */
  readonly refused: readonly string[];
  readonly onAdd: (files: readonly File[]) => void;
  readonly onRemove: (key: string) => void;
}

/** Files that go with it: chosen here, dropped or pasted anywhere on the composer. */
export function FilesField({ files, refused, onAdd, onRemove }: FilesFieldProps) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  return (
    <div className="composer-field">
      {files.length > 0 && (
        <ul className="composer-files" aria-label={t('entry.files')}>
          {files.map(({ key, name, size }) => (
            <li key={key}>
              <PaperClipOutlined />
              <span className="file-name">{name}</span>
              <span className="faint">{sizeInWords(size)}</span>
              <button
                type="button"
                className="file-remove"
                aria-label={t('composer.files.remove', { name })}
                onClick={() => onRemove(key)}
              >
                ×
              </button>
            </li>
          ))}
        </ul>
      )}
      <div className="composer-files-add">
        <Button size="small" icon={<PaperClipOutlined />} onClick={() => input.current?.click()}>
          {t('composer.files.add')}
        </Button>
        <span className="faint">{t('composer.files.how')}</span>
        <input
          ref={input}
          type="file"
          multiple
          hidden
          onChange={(event) => {
            onAdd([...(event.target.files ?? [])]);
            event.target.value = '';
          }}
        />
      </div>
      {refused.length > 0 && (
        <div className="composer-bad" role="alert">
          {refused.map((reason) => (
            <div key={reason}>{reason}</div>
          ))}
        </div>
      )}
    </div>
  );
}
