import { readFileSync } from 'node:fs';
import type { AnyJobs } from '../catalog.ts';
import { type Client, createClient } from '../client.ts';
import type { CliConfig } from './config.ts';
import { UsageError } from './failure.ts';
import { describeDuration } from './output/duration.ts';
import type { Output } from './output/output.ts';
import { printable } from './output/printable.ts';

export const version: string = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
).version;

/** Options that every command takes. */
export interface GlobalOptions {
  url?: string;
  key?: string;
  json?: boolean;
}

/** What a command works with. */
export interface Session {
  readonly client: Client<AnyJobs>;
  /** The server's address in one spelling. */
  readonly server: string;
  readonly out: Output;
  /** Whether results are to be JSON. */
  readonly json: boolean;
}

/** A person is waiting: sooner told than tried for long. */
const retries = 2;

/** Waits shorter than this go unmentioned, in milliseconds. */
const noticedWaitMs = 1_000;

/** @throws UsageError when the address or the key is none. */
export const openSession = (options: GlobalOptions, config: CliConfig, out: Output): Session => {
  const { url = config.url, key = config.key, json = false } = options;
  try {
    const client = createClient<AnyJobs>({
      url,
      key,
      retries,
      userAgent: `drover-cli/${version}`,
      onRetry: ({ error, waitMs }) => {
        if (waitMs < noticedWaitMs) return;
        out.note(printable(`${error.detail} Trying again in ${describeDuration(waitMs)}…`));
      },
    });
    const server = new URL(url).href.replace(/\/$/, '');
    return { client, server, out, json };
  } catch (err) {
    if (err instanceof TypeError) throw new UsageError(err.message);
    throw err;
  }
};
