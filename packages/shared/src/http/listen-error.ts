import { CodedError } from '../errors.ts';

/** Why an address cannot be listened on, and the variable that changes it. */
export const listenError = (
  err: NodeJS.ErrnoException,
  at: { host: string; port: number; variable: string },
): Error => {
  const reasons: Record<string, string> = {
    EADDRINUSE: `Port ${at.port} is already taken. Set ${at.variable} to a free one.`,
    EACCES: `Port ${at.port} may not be used by this user. Set ${at.variable} to one above 1023.`,
    EADDRNOTAVAIL: `${at.host} is no address of this machine. Set HOST to one that is.`,
    ENOTFOUND: `${at.host} is no known address. Set HOST to one of this machine.`,
  };
  const reason = reasons[err.code ?? ''];
  return reason ? new CodedError('address-unavailable', reason, { cause: err }) : err;
};
