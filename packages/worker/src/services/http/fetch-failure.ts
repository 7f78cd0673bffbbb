import { PermanentError } from '@drover/jobs/definition/errors';
import { refusalIn } from '../egress-guard.ts';

/** The code of a failed `fetch` that met the network: sockets and undici give their errors one. */
const networkCode = (err: unknown): string | undefined => {
  const cause = err instanceof TypeError ? err.cause : undefined;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
};

/** What fetch never does: forbidden ports, credentials in the URL (its message would repeat them). */
const refusedByFetch = ({ cause }: TypeError, code: string) => {
  const why = cause instanceof Error ? cause.message : 'its address is not a plain one';
  return new PermanentError(`the request cannot be made: ${why}`, { code });
};

/** Codes of certificates that are not accepted (OpenSSL's X509_V_ERR_…) and of TLS that fails. */
const isTls = (code: string) => /CERT|^ERR_(TLS|SSL)|^EPROTO$|SIGNATURE|UNABLE_TO_/.test(code);

/** Whether {@link fetchFailure} has returned it for a TLS connection that was not accepted. */
export const isTlsFailure = (err: Error): boolean => isTls(networkCode(err.cause) ?? '');

/**
 * A failed `fetch` in words: what it says of itself is only "fetch failed". Whatever is wrong with the
 * address is final and has the code `refused`; an abort is returned as it is.
 * @param what the host or thing that was asked, for the message.
 */
export const fetchFailure = (err: unknown, what: string, refused: string): Error => {
  const refusal = refusalIn(err);
  if (refusal) return new PermanentError(refusal.message, { code: refused, cause: err });
  if (!(err instanceof TypeError)) return err as Error;
  const code = networkCode(err);
  if (code === undefined) return refusedByFetch(err, refused);
  const why = isTls(code) ? `its TLS was not accepted: ${code}` : code;
  return new Error(`${what} cannot be reached (${why})`, { cause: err });
};
