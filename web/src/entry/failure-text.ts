import { GenjinConnectionError, GenjinError } from '@genjin/client';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';

/** Why something did not work, in the space of a line. */
export function useFailureText(): (error: unknown) => string {
  const { t } = useTranslation();
  return useCallback(
    (error) => {
      if (error instanceof GenjinConnectionError) return t(error.timedOut ? 'failure.slow' : 'failure.offline');
      if (error instanceof GenjinError) return error.isTokenError ? t('failure.token') : error.message;
      return t('failure.unknown');
    },
    [t],
  );
}
