import { Modal } from 'antd';
import { type ReactNode, useState } from 'react';

interface DialogProps {
  readonly title: ReactNode;
  readonly width?: number;
  readonly className?: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** A dialog that is made to be opened: once it is closed, and the focus is back where it was, it says so and may be taken away. */
export function Dialog({ title, width = 640, className, onClose, children }: DialogProps) {
  const [open, setOpen] = useState(true);
  return (
    <Modal
      open={open}
      title={title}
      width={width}
      {...(className === undefined ? {} : { className })}
      footer={null}
      onCancel={() => setOpen(false)}
      afterClose={onClose}
    >
      {children}
    </Modal>
  );
}
