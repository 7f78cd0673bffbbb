import type { LogLine, LogPage } from '@drover/jobs/contract/job-events';
import { segment, type Transport } from './http/transport.ts';

export interface LogsOptions {
  /** Begin after the line with that `seq`; default: with the first line. */
  after?: number | undefined;
  /** Lines asked for at a time; default 100. */
  pageSize?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** The lines that a job has written so far, fetched page by page as the loop goes on. */
export async function* jobLogs(
  transport: Transport,
  id: string,
  { after = 0, pageSize = 100, signal }: LogsOptions,
): AsyncGenerator<LogLine, void> {
  for (let next: number | null = after; next !== null; ) {
    const { body }: { body: LogPage } = await transport.request<LogPage>({
      method: 'GET',
      path: `jobs/${segment(id)}/logs?after=${next}&limit=${pageSize}`,
      retry: 'always',
      signal,
    });
    yield* body.items;
    next = body.nextAfter;
  }
}
