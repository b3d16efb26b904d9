import DownloadOutlined from '@ant-design/icons/DownloadOutlined';
import { useTranslation } from 'react-i18next';
import { baseUrl } from './session.tsx';

/** In which files the server writes a table. */
const formats = ['csv', 'xlsx'] as const;

interface ExportLinksProps {
  readonly path: string;
  /** What the table shows, all pages of it. */
  readonly query: Readonly<Record<string, string | number | undefined>>;
  /** What it is a table of. */
  readonly label: string;
}

/** A table as a file, straight from the server. */
export function ExportLinks({ path, query, label }: ExportLinksProps) {
  const { t } = useTranslation();
  return (
    <span className="export-links">
      <DownloadOutlined aria-hidden="true" />
      {formats.map((format) => {
        const words = new URLSearchParams({ format });
        for (const [name, value] of Object.entries(query)) if (value !== undefined) words.set(name, String(value));
        const name = format.toUpperCase();
        return (
          <a
            key={format}
            className="link"
            href={`${baseUrl}${path}?${words}`}
            download
            aria-label={t('lists.export', { label, format: name })}
          >
            {name}
          </a>
        );
      })}
    </span>
  );
}
