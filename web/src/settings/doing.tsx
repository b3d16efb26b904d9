import { type ReactNode, useCallback, useState } from 'react';
import { Failure } from '../parts/failure.tsx';
import { useAsked } from './asking.tsx';

type Question = Parameters<ReturnType<typeof useAsked>['sure']>[0];

/** Does something to a row, after a question if there is one; `failure` says beside it when it did not succeed. */
export function useDoing(): {
  readonly doing: (question: Question | null, work: () => Promise<void>) => Promise<void>;
  readonly busy: boolean;
  readonly failure: ReactNode;
} {
  const { sure } = useAsked();
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const doing = useCallback(
    async (question: Question | null, work: () => Promise<void>) => {
      if (question !== null && !(await sure(question))) return;
      setError(null);
      setBusy(true);
      try {
        await work();
      } catch (failed) {
        setError(failed);
      } finally {
        setBusy(false);
      }
    },
    [sure],
  );
  const failure =
    error === null ? null : (
      <div className="settings-row-failure" role="alert">
        <Failure error={error} />
      </div>
    );
  return { doing, busy, failure };
}
