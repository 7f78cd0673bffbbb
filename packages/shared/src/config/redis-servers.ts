import { z } from 'zod';
import { redisUrls } from '../redis/servers.ts';

const example = 'redis://localhost:6379';

/** One URL, or those of several nodes of a cluster; each with its own place, all with the same key to it. */
export const redisServers = z.string().superRefine((text, context) => {
  const say = (message: string) => context.addIssue({ code: 'custom', message });
  const urls = redisUrls(text).map((url) => URL.parse(url));
  const [first] = urls;
  const known = urls.filter((url) => url !== null);
  if (!first || known.length < urls.length || !known.every(isOfRedis)) {
    return say(`expected a URL such as ${example}, or several, separated by commas`);
  }
  if (!known.every((url) => credentialsOf(url) === credentialsOf(first))) {
    return say('expected the same user, password and protocol in all URLs');
  }
});

/** A URL takes anything for a host name of a protocol that it does not know: also two names and a comma. */
const isOfRedis = ({ protocol, hostname }: URL): boolean =>
  ['redis:', 'rediss:'].includes(protocol) && !hostname.includes(',');

const credentialsOf = ({ protocol, username, password }: URL): string =>
  JSON.stringify([protocol, username, password]);

/** A path names a database; so does a parameter `db`. */
const databaseOf = ({ pathname, searchParams }: URL): string =>
  searchParams.get('db') ?? pathname.replace(/^\//, '');

/** What the URLs and the setting lack of one another. */
export const redisProblems = (env: {
  REDIS_URL: string;
  REDIS_CLUSTER: boolean;
}): { name: string; message: string }[] => {
  const urls = redisUrls(env.REDIS_URL).flatMap((url) => URL.parse(url) ?? []);
  if (!env.REDIS_CLUSTER) {
    return urls.length > 1
      ? [
          {
            name: 'REDIS_URL',
            message: 'several URLs name nodes of one cluster: needs REDIS_CLUSTER=true',
          },
        ]
      : [];
  }
  const hasDatabase = urls.some((url) => !['', '0'].includes(databaseOf(url)));
  return hasDatabase
    ? [{ name: 'REDIS_URL', message: 'a Redis Cluster has database 0 only: leave the number out' }]
    : [];
};
