import {
  deadLetterFilter,
  defaultGroups,
  defaultPage,
  maxGroups,
  maxPage,
} from '@drover/jobs/contract/dead-letters';
import { findLetter, groupOf } from '@drover/jobs/dead-letters/find';
import { groupDeadLetters } from '@drover/jobs/dead-letters/groups';
import { listDeadLetters } from '@drover/jobs/dead-letters/list';
import type { DeadLetters } from '@drover/jobs/dead-letters/place';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { callerOf } from '../auth/bearer.ts';
import { parseQuery } from '../http/query.ts';
import { groupLetters, listLetters, readDeadLetter } from '../openapi/operations/dead-letters.ts';
import { allowedFilter, viewedBy } from './access.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { deadLetterNotFound } from './not-found.ts';
import { toDeadLetter, toGroup, toSummary } from './resource.ts';

const upTo = (max: number, byDefault: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'expected a whole number')
    .transform(Number)
    .refine((n) => n >= 1 && n <= max, `expected 1 to ${max}`)
    .prefault(String(byDefault));

const pageQuery = z.strictObject({
  ...deadLetterFilter.shape,
  limit: upTo(maxPage, defaultPage),
  cursor: z.string().max(300).optional(),
});

const groupsQuery = z.strictObject({
  ...deadLetterFilter.shape,
  limit: upTo(maxGroups, defaultGroups),
});

/** `GET /dead-letters`, `/dead-letters/groups` and `/dead-letters/:id`. */
export const readRoutes = (scope: FastifyInstance, letters: DeadLetters): void => {
  scope.get(
    '/dead-letters',
    { config: { role: 'read', operation: listLetters } },
    async (request) => {
      const { limit, cursor, ...given } = parseQuery(pageQuery, request.query);
      const filter = allowedFilter(callerOf(request), given);
      const after = cursor === undefined ? undefined : decodeCursor(cursor, filter);
      // One more than asked for tells whether there is another page.
      const page = { order: 'newest-first', limit: limit + 1, after } as const;
      const found = await listDeadLetters(letters, filter, page);
      const shown = found.slice(0, limit);
      const last = shown.at(-1);
      return {
        items: shown.map(toSummary),
        nextCursor: last && found.length > limit ? encodeCursor(last, filter) : null,
      };
    },
  );

  scope.get(
    '/dead-letters/groups',
    { config: { role: 'read', operation: groupLetters } },
    async (request) => {
      const { limit, ...given } = parseQuery(groupsQuery, request.query);
      const groups = await groupDeadLetters(letters, allowedFilter(callerOf(request), given));
      return { items: groups.slice(0, limit).map(toGroup), total: groups.length };
    },
  );

  scope.get<{ Params: { id: string } }>(
    '/dead-letters/:id',
    { config: { role: 'read', operation: readDeadLetter } },
    async (request) => {
      const { id } = request.params;
      const view = viewedBy(callerOf(request));
      const found = await findLetter(letters.queues, id, view);
      if (!found?.isDead) throw deadLetterNotFound(id);
      return toDeadLetter(found, await groupOf(letters.queues, found, view));
    },
  );
};
