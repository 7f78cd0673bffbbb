import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type Answer, isPassing, pauseMs, send } from '../client/http.ts';

/** The janitor makes what is missing within this time; milliseconds, with time to spare. */
const janitorMs = 75_000;
const againMs = 1_000;

const page = z.looseObject({
  items: z.array(z.looseObject({ id: z.string() })),
  nextCursor: z.string().nullish(),
});

const read = async (url: string): Promise<Answer> => {
  let answer = await send('GET', url);
  while (isPassing(answer)) {
    await sleep(pauseMs(answer));
    answer = await send('GET', url);
  }
  return answer as Answer;
};

/** The client's own: Drover's schedules submit jobs, too, whose types these workers do not have. */
const tenant = 'dev';

/** @returns undefined where the API has no dead letters. */
const readAll = async (api: string): Promise<Set<string> | undefined> => {
  const ids = new Set<string>();
  let cursor: string | null | undefined;
  do {
    const query = new URLSearchParams({ limit: '100', tenant, ...(cursor && { cursor }) });
    const answer = await read(`${api}/dead-letters?${query}`);
    if (answer.status === 404) return undefined;
    const { items, nextCursor } = page.parse(answer.body);
    for (const { id } of items) ids.add(id);
    cursor = nextCursor;
  } while (cursor);
  return ids;
};

/**
 * Ids of the jobs in the dead letters, as soon as those are among them: the last entries are the
 * janitor's to make.
 */
export const readDeadLetters = async (
  api: string,
  failed: readonly string[],
): Promise<ReadonlySet<string> | undefined> => {
  const startedAt = performance.now();
  for (;;) {
    const found = await readAll(api);
    const isWhole = !found || failed.every((id) => found.has(id));
    if (isWhole || performance.now() - startedAt > janitorMs) return found;
    await sleep(againMs);
  }
};
