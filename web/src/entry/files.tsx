import FileExcelOutlined from '@ant-design/icons/FileExcelOutlined';
import FileOutlined from '@ant-design/icons/FileOutlined';
import FilePdfOutlined from '@ant-design/icons/FilePdfOutlined';
import FileWordOutlined from '@ant-design/icons/FileWordOutlined';
import FileZipOutlined from '@ant-design/icons/FileZipOutlined';
import LinkOutlined from '@ant-design/icons/LinkOutlined';
import type { TrailEntryFileInfo } from '@genjin/client';
import { type ComponentType, lazy, Suspense, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { endingOf, inline, type ShownFile, shownFile, sizeInWords } from './file-kinds.ts';

const Lightbox = lazy(() => import('./lightbox.tsx'));

/** Pictures as small pictures, what can be heard or seen with its player, everything else by its name. */
export function Files({ files }: { files: readonly TrailEntryFileInfo[] }) {
  const { t } = useTranslation();
  const shown = useMemo(() => files.map(shownFile), [files]);
  const [large, setLarge] = useState<number | null>(null);
  // What cannot be shown after all is one of the others.
  const [broken, setBroken] = useState<readonly number[]>([]);
  const breaks = (id: number) => () => setBroken((before) => [...before, id]);
  const of = (kind: ShownFile['kind']): ShownFile[] => shown.filter((file) => file.kind === kind && !broken.includes(file.id));
  const pictures = of('picture');
  const others = shown.filter((file) => file.kind === 'other' || broken.includes(file.id));
  return (
    <div className="files">
      {pictures.length > 0 && (
        <ul className="thumbs" aria-label={t('entry.pictures')}>
          {pictures.map((file, place) => (
            <li key={file.id}>
              <button
                type="button"
                onClick={() => setLarge(place)}
                title={file.name}
                aria-label={t('entry.enlarge', { name: file.name })}
              >
                <img src={file.small as string} alt="" loading="lazy" decoding="async" onError={breaks(file.id)} />
              </button>
            </li>
          ))}
        </ul>
      )}
      {of('audio').map((file) => (
        <figure key={file.id}>
          {/* biome-ignore lint/a11y/useMediaCaption: there are none of what people send */}
          <audio controls preload="none" src={inline(file.address as string)} aria-label={file.name} onError={breaks(file.id)} />
          <figcaption>
            <FileName file={file} />
          </figcaption>
        </figure>
      ))}
      {of('video').map((file) => (
        <figure key={file.id}>
          {/* biome-ignore lint/a11y/useMediaCaption: there are none of what people send */}
          <video
            controls
            preload="metadata"
            src={inline(file.address as string)}
            aria-label={file.name}
            onError={breaks(file.id)}
          />
          <figcaption>
            <FileName file={file} />
          </figcaption>
        </figure>
      ))}
      {others.length > 0 && (
        <ul className="other-files" aria-label={t('entry.files')}>
          {others.map((file) => (
            <li key={file.id}>
              <FileMark file={file} />
              <FileName file={file} />
            </li>
          ))}
        </ul>
      )}
      {large !== null && (
        <Suspense>
          <Lightbox pictures={pictures} first={large} onClose={() => setLarge(null)} />
        </Suspense>
      )}
    </div>
  );
}

const marks: Readonly<Record<string, ComponentType>> = {
  pdf: FilePdfOutlined,
  xls: FileExcelOutlined,
  xlsx: FileExcelOutlined,
  csv: FileExcelOutlined,
  doc: FileWordOutlined,
  docx: FileWordOutlined,
  zip: FileZipOutlined,
  rar: FileZipOutlined,
  '7z': FileZipOutlined,
};

function FileMark({ file }: { file: ShownFile }) {
  const Mark = file.own || file.address === null ? (marks[endingOf(file.name)] ?? FileOutlined) : LinkOutlined;
  return <Mark />;
}

function FileName({ file: { name, size, address, own } }: { file: ShownFile }) {
  return (
    <>
      {address === null ? (
        <span className="file-name">{name}</span>
      ) : (
        <a
          className="file-name link"
          href={address}
          {...(own ? { download: name } : { target: '_blank', rel: 'noopener noreferrer' })}
        >
          {name}
        </a>
      )}
      <span className="faint">{sizeInWords(size)}</span>
    </>
  );
}
