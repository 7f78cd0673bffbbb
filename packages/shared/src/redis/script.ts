import type { RedisClient } from './client.ts';

/**
 * A Lua script: what it does, Redis does at one moment. All keys that it touches are passed to it
 * and share one hash tag.
 */
export interface Script {
  /** Unique among the scripts of a connection, and no command of Redis. */
  readonly name: string;
  readonly keys: number;
  readonly lua: string;
}

/** How a script is called on a connection or transaction that knows it. */
type Call = (...parameters: readonly (string | number | Buffer)[]) => Promise<unknown>;

/** Makes a connection know the script; it then sends its hash only. Cheap when it knows it already. */
export const teachScript = (redis: RedisClient, { name, keys, lua }: Script): void => {
  if (!(name in redis)) redis.defineCommand(name, { numberOfKeys: keys, lua });
};

/**
 * Runs a script and returns its reply as Redis gives it.
 * @throws ReplyError when the script fails; connection errors as of any command.
 */
export const runScript = (
  redis: RedisClient,
  script: Script,
  keys: readonly string[],
  parameters: readonly (string | number | Buffer)[] = [],
): Promise<unknown> => {
  teachScript(redis, script);
  const call = (redis as unknown as Record<string, Call>)[script.name];
  return (call as Call).call(redis, ...keys, ...parameters);
};

/** The same with the texts of the reply as bytes. */
export const runScriptForBytes = (
  redis: RedisClient,
  script: Script,
  keys: readonly string[],
  parameters: readonly (string | number | Buffer)[] = [],
): Promise<unknown> => {
  teachScript(redis, script);
  const call = (redis as unknown as Record<string, Call>)[`${script.name}Buffer`];
  return (call as Call).call(redis, ...keys, ...parameters);
};
