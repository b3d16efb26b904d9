import { Empty } from 'antd';
import type { ReactNode } from 'react';

/** What stands where there is nothing: what that means, and what can be done. */
export function Nothing({ title, more, children }: { title: string; more?: ReactNode; children?: ReactNode }) {
  return (
    <div className="nothing">
      <Empty
        image={Empty.PRESENTED_IMAGE_SIMPLE}
        description={
          <>
            <div className="nothing-title">{title}</div>
            {more}
          </>
        }
      >
        {children}
      </Empty>
    </div>
  );
}
