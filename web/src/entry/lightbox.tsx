import DownloadOutlined from '@ant-design/icons/DownloadOutlined';
import { Image } from 'antd';
import { useState } from 'react';
import { inline, type ShownFile } from './file-kinds.ts';
import './lightbox.css';

interface LightboxProps {
  readonly pictures: readonly ShownFile[];
  readonly first: number;
  readonly onClose: () => void;
}

/** Pictures of an entry, large: the arrow keys go from one to the next, Escape leads back. */
export default function Lightbox({ pictures, first, onClose }: LightboxProps) {
  const [open, setOpen] = useState(true);
  const [current, setCurrent] = useState(first);
  const shown = pictures[current];
  return (
    <Image.PreviewGroup
      items={pictures.map(({ address, name }) => ({ src: inline(address as string), alt: name }))}
      preview={{
        open,
        onOpenChange: setOpen,
        afterOpenChange: (now) => {
          if (!now) onClose();
        },
        current,
        alt: shown?.name ?? '',
        onChange: setCurrent,
        actionsRender: (tools) => (
          <div className="lightbox-tools">
            <a className="lightbox-name" href={shown?.address ?? undefined} download={shown?.name}>
              <DownloadOutlined /> <bdi>{shown?.name}</bdi>
            </a>
            {tools}
          </div>
        ),
      }}
    />
  );
}
