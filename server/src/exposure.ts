/** How the server may be reached: in clear text from this machine only, otherwise through TLS. */
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { Config } from './config.ts';
import { AppError } from './errors.ts';

/** Refuses to be reached from elsewhere in clear text. */
export function checkExposure(config: Config): void {
  const loopback = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/.test(config.host);
  if (loopback || config.behindProxy || (config.tlsCert !== null && config.tlsKey !== null)) return;
  throw new AppError('usage', {
    reason:
      `--host ${config.host} can be reached from other machines, and tokens would cross the network in clear text; ` +
      'give --tls-cert and --tls-key, or --behind-proxy when a proxy with TLS stands in front',
  });
}

/** What the settings name; throws `usage` when it is no certificate and its key. */
export function readTls(config: Config): { cert: Buffer; key: Buffer } | null {
  if (config.tlsCert === null && config.tlsKey === null) return null;
  if (config.tlsCert === null || config.tlsKey === null) {
    throw new AppError('usage', { reason: '--tls-cert and --tls-key go together' });
  }
  const read = (option: string, file: string): Buffer => {
    try {
      return readFileSync(file);
    } catch (cause) {
      throw new AppError('usage', { reason: `${option}: ${file} cannot be read` }, { cause });
    }
  };
  const tls = { cert: read('--tls-cert', config.tlsCert), key: read('--tls-key', config.tlsKey) };
  try {
    createSecureContext(tls);
  } catch (cause) {
    throw new AppError(
      'usage',
      { reason: `--tls-cert and --tls-key are no certificate and its key in PEM: ${(cause as Error).message}` },
      { cause },
    );
  }
  return tls;
}
