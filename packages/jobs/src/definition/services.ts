import type { ArtifactAddress } from '@drover/shared/artifacts/store';
import type { Caches } from '@drover/shared/cache/cache';
import type { TraceContext } from '@drover/shared/tracing/trace-context';
import type { ImportFormat } from '../data-import.ts';
import type { Filter } from '../dead-letters/filter.ts';
import type { BulkOptions, BulkRedrive } from '../dead-letters/redrive.ts';
import type { DayFigures } from '../digest/figures.ts';
import type { EmailMessage } from '../email-send.ts';
import type { ImageFormat } from '../fields/image.ts';
import type { Source } from '../fields/source.ts';
import type { BulkAction, BulkChange, BulkOptions as BulkChangeOptions } from '../history/bulk.ts';
import type { HistoryFilter } from '../history/filter.ts';
import type { ImportTable } from '../imports/define-import.ts';
import type { ReportFormat } from '../report-generate.ts';
import type { View, ViewFilter, WarmPage } from '../views/define-view.ts';
import type { Refreshed } from '../views/record.ts';
import type { WebhookPayload } from '../webhooks/payload.ts';

/**
 * What handlers ask of the world. Interfaces only: the worker brings the implementations, so that
 * the API can load every job type without the libraries that do the work.
 */
export interface Services {
  mailer: Mailer;
  images: Images;
  sources: Sources;
  http: Http;
  reports: Reports;
  imports: Imports;
  deadLetters: DeadLetterService;
  history: HistoryService;
  webhooks: Webhooks;
  digest: DigestService;
  sessions: Sessions;
  views: ViewService;
  /** Values that are dear to make, shared by all processes; see `defineCache`. */
  cache: Pick<Caches, 'of' | 'invalidateTags'>;
}

export interface DigestService {
  /** What a day came to, over all tenants. Errors are worth a retry. */
  collect(
    day: { since: number; until: number },
    options: { signal: AbortSignal },
  ): Promise<DayFigures>;
}

export interface ViewService {
  /**
   * Makes a view's rows those of now, while the old ones are read. Of those who do so at once one does,
   * and then the next. What the cache holds of the view goes.
   * @throws PermanentError `view-missing`; RetryLater while Postgres cannot be reached; other errors are
   *   worth a retry, and are recorded with the view.
   */
  refresh(view: View, options: { full: boolean; signal: AbortSignal }): Promise<Refreshed>;
  /**
   * Loads a page, as that tenant sees it, into the cache in place of what is there.
   * @throws PermanentError `view-missing` or `filter-invalid`; other errors are worth a retry.
   */
  warm(view: View, page: WarmPage & { tenant: string }): Promise<void>;
}

export interface Sessions {
  /**
   * Deletes the sessions that were last seen before then; none where there are no sessions at all.
   * @returns how many are gone. Errors are worth a retry, which goes on where this one ended.
   */
  purge(before: Date, options: { signal: AbortSignal }): Promise<number>;
}

export interface Webhooks {
  /**
   * Posts an event, signed, and records the request. Only an answer of 2xx is a success.
   * @param options.since when the attempts began to count, in milliseconds: after three days no failure is
   *   retried.
   * @throws PermanentError `endpoint-gone`, `endpoint-deleted`, `endpoint-disabled`, `egress-refused`, or
   *   whatever else when the time is over; RetryLater when the endpoint is left alone for a while or asks
   *   for it; other errors are worth a retry.
   */
  deliver(
    delivery: WebhookPayload,
    options: {
      tenant: string;
      id: string;
      signal: AbortSignal;
      since: number;
      trace?: TraceContext | undefined;
    },
  ): Promise<{ status: number }>;
}

export interface Mailer {
  /**
   * Hands one message to the mail server.
   * @param options.key makes the Message-ID, so that a retried message can be told for what it is.
   * @throws PermanentError `mail-rejected` when the server refuses the message, or all of its recipients,
   *   for good; other errors are worth a retry.
   */
  send(
    message: EmailMessage,
    options: { key: string; signal: AbortSignal },
  ): Promise<{ messageId: string; accepted: string[]; rejected: string[] }>;
}

export interface RenderedImage {
  data: Uint8Array;
  mediaType: string;
  /** Pixels. */
  width: number;
  /** Pixels. */
  height: number;
}

export interface Images {
  /**
   * Re-encodes a picture (JPEG, PNG, WebP, AVIF, GIF, TIFF), upright, in sRGB and without metadata;
   * scaled down to `width` where it is wider. Of an animation, the first frame is taken unless `animated`
   * is set and the format is `webp`.
   * @throws PermanentError `image-unreadable` when the input is no such picture or too large a one: more
   *   than 50 million pixels, or more than the format can hold.
   */
  render(
    input: Uint8Array,
    target: { format: ImageFormat; width?: number; quality?: number; animated?: boolean },
  ): Promise<RenderedImage>;
}

export interface Sources {
  /**
   * The bytes of a job's source.
   * @throws PermanentError `source-not-found`, `source-too-large` or `source-refused` (an address that
   *   jobs may not reach); other errors are worth a retry.
   */
  read(source: Source, options: SourceOptions): Promise<Uint8Array>;
  /**
   * The same as a stream, for files that need not fit into memory: up to IMPORT_MAX_BYTES.
   * @throws PermanentError as {@link Sources.read} does; `source-too-large` while it is read.
   */
  open(source: Source, options: SourceOptions): Promise<OpenedSource>;
}

export interface SourceOptions {
  tenant: string;
  signal: AbortSignal;
  /** The job's key: with it, the job is postponed while the server asks it to wait or is down. */
  key?: string | undefined;
}

export interface OpenedSource {
  content: AsyncIterable<Uint8Array>;
  /** Bytes, where they are known before the end. */
  size?: number;
}

export interface HttpRequest {
  method: string;
  url: string;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  body: string | Uint8Array | undefined;
  /** Redirects that are followed, 5 at most; with 0 a redirect is an answer like others. */
  redirects: number;
}

export interface HttpAnswer {
  status: number;
  /** Where the answer came from, after all redirects. */
  url: string;
  /** Names in lower case. `set-cookie` is left out. */
  headers: Readonly<Record<string, string>>;
  /**
   * Decompressed. Must be read, at least in part.
   * @throws PermanentError `response-too-large` beyond SOURCE_MAX_BYTES.
   */
  body: AsyncIterable<Uint8Array>;
}

export interface Http {
  /**
   * Sends a request, each hop of which may reach public addresses only.
   * @throws PermanentError `egress-refused`, `redirect-refused` or `too-many-redirects`; RetryLater while
   *   the host is left alone because it has failed too often; other errors are worth a retry.
   */
  send(
    request: HttpRequest,
    options: {
      tenant: string;
      key: string;
      signal: AbortSignal;
      trace?: TraceContext | undefined;
    },
  ): Promise<HttpAnswer>;
}

export interface ReportRequest {
  view: View;
  /** Whose report it is. */
  tenant: string;
  format: ReportFormat;
  filter: ViewFilter;
  /** Whether csv texts that a spreadsheet would run as formulas get an apostrophe before them. */
  escapeFormulas: boolean;
}

export interface Reports {
  /**
   * A view's rows as a file, read from Postgres as the file is written: it takes as much memory for a
   * million rows as for a thousand. The query is stopped on the server when the signal aborts.
   * @param options.onRows hears how many rows are written, of how many; at the end, that all are.
   * @throws PermanentError `view-missing` or `filter-invalid`; other errors are worth a retry.
   */
  write(
    request: ReportRequest,
    options: { signal: AbortSignal; onRows: (done: number, total: number) => void },
  ): AsyncIterable<Uint8Array>;
}

export interface ImportRequest {
  table: ImportTable;
  format: ImportFormat;
  /** The columns of a csv file without a header line. */
  columns?: readonly string[];
  /** Imports of one key happen once, whatever is retried. */
  key: string;
  open(): Promise<OpenedSource>;
  /** Stores the file of rejected rows. */
  keepRejected(name: string, content: AsyncIterable<Uint8Array>): Promise<StoredFile>;
}

export interface ImportOutcome {
  inserted: number;
  rejected: number;
  /** The rejected rows, with line and reason, where there are any. */
  artifact?: StoredFile;
}

export interface Imports {
  /**
   * Inserts the rows of a file that fit, all in one transaction; the others go to an artifact.
   * @param options.onRows hears how many rows are read, and the share of the file that is (0 to 1).
   * @throws PermanentError `table-missing`, or `source-malformed` when the file cannot be read to its
   *   end: then nothing is inserted. Other errors are worth a retry.
   */
  load(
    request: ImportRequest,
    options: { signal: AbortSignal; onRows: (rows: number, share: number) => void },
  ): Promise<ImportOutcome>;
}

export interface DeadLetterService {
  /** How many dead letters fit a filter. */
  count(filter: Filter): Promise<number>;
  /** Redrives all that fit, the oldest first; see `redriveAll`. Errors are worth a retry. */
  redriveAll(filter: Filter & { until: number }, options: BulkOptions): Promise<BulkRedrive>;
  /** What a job that goes on has noted of its progress before; undefined: nothing. */
  notedBefore(job: string): Promise<string | undefined>;
}

export interface HistoryService {
  /** How many jobs of a filter something can be done with, up to `most`. */
  count(action: BulkAction, filter: HistoryFilter, most: number): Promise<number>;
  /** Cancels or retries them, the newest first; see `changeAll`. Errors are worth a retry. */
  changeAll(
    action: BulkAction,
    filter: HistoryFilter,
    options: BulkChangeOptions,
  ): Promise<BulkChange>;
}

/** The files that a job leaves behind. */
export interface JobArtifacts {
  /** Stores a file of this job whole or not at all; a retry replaces it. */
  put(name: string, content: Uint8Array | AsyncIterable<Uint8Array>): Promise<StoredFile>;
}

export interface StoredFile extends ArtifactAddress {
  /** Bytes. */
  size: number;
  mediaType: string;
  /** Path of the file in the API. */
  url: string;
}
