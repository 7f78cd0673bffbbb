/** A row of a file, before it is checked. */
export interface FileRow {
  /** Where it begins, from 1. */
  readonly line: number;
  /** Its fields by column; undefined when it cannot be split into fields. */
  readonly values: Readonly<Record<string, unknown>> | undefined;
  /** Why it cannot. */
  readonly fault?: string;
  /** The row as it stands in the file of rejected rows. */
  readonly original: unknown;
}

/** A file that is read row by row. */
export interface RowReader {
  readonly rows: AsyncIterable<FileRow>;
  /** How rejected rows are written. */
  readonly rejected: {
    /** Name of their file. */
    readonly name: string;
    /** Its first line; known when the first row has been read. */
    header(): string;
    lines(rows: readonly RejectedRow[]): string;
  };
}

export interface RejectedRow extends FileRow {
  readonly reason: string;
}

/** Longest row, in characters: a file of another kind must not fill the memory. */
export const maxRowLength = 1_048_576;
