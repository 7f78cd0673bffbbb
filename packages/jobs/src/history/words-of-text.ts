import { sqlStateOf } from '@drover/shared/database/failures';
import type { Queryable } from '@drover/shared/database/in-transaction';

/** SQLSTATE of a word that is longer than any that is stored. */
const tooLong = '54000';

/**
 * What a text asks for, as a tsquery; whatever it holds, there is one. Empty when no word is in it, or one
 * that no job can have: then nothing fits.
 */
export const parseWords = async (
  db: Queryable,
  text: string | undefined,
): Promise<string | undefined> => {
  if (text === undefined) return undefined;
  try {
    const { rows } = await db.query<{ words: string }>(
      "select websearch_to_tsquery('simple', $1)::text as words",
      [text],
    );
    return rows[0]?.words ?? '';
  } catch (thrown) {
    if (sqlStateOf(thrown) === tooLong) return '';
    throw thrown;
  }
};
