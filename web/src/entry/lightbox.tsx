import { Image } from 'antd';
import { useState } from 'react';
import { inline, type ShownFile } from './file-kinds.ts';

interface LightboxProps {
  readonly pictures: readonly ShownFile[];
  readonly first: number;
  readonly onClose: () => void;
}

/** Pictures of an entry, large: the arrow keys go from one to the next, Escape leads back. */
export default function Lightbox({ pictures, first, onClose }: LightboxProps) {
  const [open, setOpen] = useState(true);
  const [current, setCurrent] = useState(first);
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
        onChange: setCurrent,
      }}
    />
  );
}
