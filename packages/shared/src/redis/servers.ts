/** Where the nodes of a Redis are, and what they are all asked with. */
export interface RedisServers {
  /** One at least; those that a cluster is found by. */
  readonly nodes: readonly { readonly host: string; readonly port: number }[];
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly tls: boolean;
}

const defaultPort = 6_379;

/** The URLs in a text such as `redis://a:6379,redis://b:6379`: a comma in a password parts nothing. */
export const redisUrls = (text: string): readonly string[] =>
  text.split(/\s*,\s*(?=rediss?:\/\/)/).map((url) => url.trim());

const decoded = (text: string): string | undefined =>
  text === '' ? undefined : decodeURIComponent(text);

/** IPv6 addresses stand in brackets in URLs. */
const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '') || 'localhost';

/**
 * Reads the URLs of a cluster's nodes, which have user, password and protocol in common.
 * @throws TypeError when one is no URL.
 */
export const parseServers = (text: string): RedisServers => {
  const urls = redisUrls(text).map((url) => new URL(url));
  const [first] = urls as [URL, ...URL[]];
  return {
    nodes: urls.map((url) => ({ host: hostOf(url), port: Number(url.port || defaultPort) })),
    username: decoded(first.username),
    password: decoded(first.password),
    tls: first.protocol === 'rediss:',
  };
};
