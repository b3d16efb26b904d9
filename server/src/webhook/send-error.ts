/** Why a delivery got no answer, in words for whoever owns the callback URL. */

/** `reason` is short, and without addresses or other details of the inside. */
export class SendError extends Error {
  override readonly name = 'SendError';
  readonly reason: string;

  constructor(reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.reason = reason;
  }
}

type Reasons = readonly (readonly [codes: RegExp, reason: string])[];

/** By the code of Node's error; the first that matches holds. */
const lookupReasons: Reasons = [
  [/^(ENOTFOUND|ENODATA|ENONAME)$/, 'the name of the host has no address'],
  [/./, 'the name of the host could not be looked up'],
];

const exchangeReasons: Reasons = [
  [/^ECONNREFUSED$/, 'the connection was refused'],
  [
    /^(ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL|EINVAL|EACCES|EPERM)$/,
    'the host could not be reached',
  ],
  [/^(ECONNRESET|EPIPE|ECONNABORTED)$/, 'the connection ended before the answer was whole'],
  [/^HPE_HEADER_OVERFLOW$/, 'the header of the answer is too large'],
  [/^HPE_/, 'the answer is not HTTP'],
  [/^ERR_TLS_CERT_ALTNAME/, 'the certificate is for another name'],
  [/^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/, 'the certificate is not valid at this time'],
  [/CERT|ISSUER|LEAF_SIGNATURE|CRL|INVALID_CA|INVALID_PURPOSE/, 'the certificate is not trusted'],
  [/^(EPROTO|ERR_SSL_|ERR_TLS_)/, 'no TLS connection could be made'],
];

function sendError(reasons: Reasons, cause: unknown): SendError {
  if (cause instanceof SendError) return cause;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
  return new SendError(reasons.find(([codes]) => codes.test(code))?.[1] ?? 'there was no answer', { cause });
}

export const lookupError = (cause: unknown): SendError => sendError(lookupReasons, cause);
export const exchangeError = (cause: unknown): SendError => sendError(exchangeReasons, cause);
