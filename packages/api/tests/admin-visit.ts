import type { Answer, RunningApi } from './running-api.ts';

/** What a browser sends along by itself, once somebody has signed in. */
export const basic = (password = 'dev', user = 'ada') => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});

/** A page as a browser without scripts asks for it. */
export const visit = (
  api: RunningApi,
  path: string,
  headers: Record<string, string> = {},
): Promise<Answer> => api.ask(path, { key: null, headers: { ...basic(), ...headers } });

/** The token of the forms on a page. */
export const tokenOn = ({ text }: Answer): string => {
  const token = /name="token" value="([^"]+)"/.exec(text)?.[1];
  if (!token) throw new Error('there is no form on this page');
  return token;
};

/** Sends a form as a browser does, without following where it leads. */
export const sendForm = (
  api: RunningApi,
  path: string,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Answer> =>
  api.ask(path, {
    key: null,
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams(fields),
    headers: { ...basic(), origin: api.url, 'sec-fetch-site': 'same-origin', ...headers },
  });
