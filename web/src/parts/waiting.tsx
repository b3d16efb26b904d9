import { Skeleton } from 'antd';

interface WaitingProps {
  /** Whether somebody's mark stands before it. */
  readonly avatar?: boolean;
  readonly rows?: number;
}

/** What is seen until something has come. It says nothing: without a heading, and nobody has it read aloud. */
export function Waiting({ avatar = false, rows = 3 }: WaitingProps) {
  return (
    <div aria-hidden="true">
      <Skeleton
        active
        avatar={avatar && { size: 34 }}
        title={false}
        paragraph={{ rows: rows + 1, width: ['30%', ...Array<string>(rows).fill('100%')] }}
      />
    </div>
  );
}
