/** The API key that a request sends, and how. */
export interface Credentials {
  readonly scheme: 'bearer' | 'basic';
  readonly key: string;
}

/** What follows a scheme; the case of its name does not matter (RFC 9110, 11.1). */
const after = (scheme: string, header: string): string | undefined =>
  header.slice(0, scheme.length + 1).toLowerCase() === `${scheme} `
    ? header.slice(scheme.length + 1).trim()
    : undefined;

const bearerKey = (token: string): string | undefined =>
  token === '' || token.includes(' ') ? undefined : token;

/** The password of RFC 7617; the user name before the first colon may be anything. */
const basicKey = (encoded: string): string | undefined => {
  const pair = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  return colon < 0 || colon === pair.length - 1 ? undefined : pair.slice(colon + 1);
};

/** Reads `Authorization`: `Bearer <key>`, or `Basic` with the key as the password. */
export const parseAuthorization = (header: string | undefined): Credentials | undefined => {
  if (header === undefined) return undefined;
  const token = after('bearer', header);
  if (token !== undefined) {
    const key = bearerKey(token);
    return key === undefined ? undefined : { scheme: 'bearer', key };
  }
  const encoded = after('basic', header);
  const key = encoded === undefined ? undefined : basicKey(encoded);
  return key === undefined ? undefined : { scheme: 'basic', key };
};
