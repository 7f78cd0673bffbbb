import { z } from 'zod';
import { isHost } from './host-name.ts';

const example = 'smtp://user:password@mail.example.com:587';

/** Address of a mail server. The host is looked at, for `smtp:` is no scheme that URLs check it for. */
export const smtpUrl = z.string().superRefine((text, context) => {
  const url = URL.parse(text);
  const fault =
    url?.protocol !== 'smtp:' && url?.protocol !== 'smtps:'
      ? `expected a URL such as ${example}`
      : !isHost(url.hostname)
        ? `expected the name or address of a mail server as its host, as in ${example}`
        : undefined;
  if (fault) context.addIssue({ code: 'custom', message: fault });
});
