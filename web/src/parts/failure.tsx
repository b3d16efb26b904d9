import { GenjinConnectionError, GenjinError } from '@genjin/client';
import { Alert, Button, Space } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Texts } from '../texts/zh.ts';

type Cause = keyof Texts['failure'] extends infer K ? (K extends `${infer C}How` ? C : never) : never;

/** What kind of failure it is, in words that a person can do something with. */
function causeOf(error: unknown): Cause {
  if (error instanceof GenjinConnectionError) return error.timedOut ? 'slow' : 'offline';
  if (!(error instanceof GenjinError)) return 'unknown';
  if (error.error === 'invalid_client') return 'credentials';
  if (error.isScopeError || error.error === 'invalid_scope') return 'scope';
  if (error.isTokenError) return 'token';
  if (error.httpStatus === 429) return 'busy';
  if (error.httpStatus >= 500 || error.code === 0) return 'server';
  return 'refused';
}

interface FailureProps {
  readonly error: unknown;
  /** Where the caller knows better what it means. */
  readonly cause?: Cause | undefined;
  readonly onAgain?: () => void;
  readonly onSignIn?: () => void;
}

/** Says what happened and what can be done. */
export function Failure({ error, cause: meant, onAgain, onSignIn }: FailureProps) {
  const { t } = useTranslation();
  const cause = meant ?? causeOf(error);
  const seconds = error instanceof GenjinError ? (error.retryAfter ?? 60) : 60;
  const said = error instanceof GenjinError ? error.message : null;
  const aboutCredentials = cause === 'credentials' || cause === 'token' || cause === 'scope';
  return (
    <Alert
      type="error"
      showIcon
      title={t(`failure.${cause}`)}
      description={
        <>
          <div>{t(`failure.${cause}How`, { seconds })}</div>
          {said !== null && <div className="faint">{t('failure.details', { message: said })}</div>}
          {(onAgain !== undefined || onSignIn !== undefined) && (
            <Space className="failure-buttons" wrap>
              {onAgain !== undefined && <Button onClick={onAgain}>{t('failure.again')}</Button>}
              {onSignIn !== undefined && aboutCredentials && (
                <Button type="primary" onClick={onSignIn}>
                  {t('failure.signInAgain')}
                </Button>
              )}
            </Space>
          )}
        </>
      }
    />
  );
}
