import type { ExitCode } from '../../exit-code.ts';
import { exitCode } from '../../exit-code.ts';
import { UsageError } from '../../failure.ts';
import type { Session } from '../../session.ts';

/** `drover cache purge` */
export const purgeCache = async (
  { client, out, json }: Session,
  cache: string | undefined,
  key: string | undefined,
  { tag }: { tag?: string },
): Promise<ExitCode> => {
  if ((cache === undefined) === (tag === undefined)) {
    throw new UsageError('Name either a cache or a tag.');
  }
  if (tag !== undefined) await client.cache.purgeTag(tag);
  else await client.cache.purge(cache as string, key);
  const what = tag === undefined ? { cache, ...(key !== undefined && { key }) } : { tag };
  if (json) out.document({ purged: what });
  else
    out.note(
      `${tag === undefined ? [cache, key].filter(Boolean).join(' ') : `What has the tag ${tag}`} is purged.`,
    );
  return exitCode.ok;
};
