import type { JobResource } from '@drover/jobs/contract/job-resource';

const id = 'media.0.01k3v9m8x7e6t5r4w3q2p1n0zz';

/** A job that was just taken in. */
export const queuedJob: JobResource = {
  id,
  type: 'image.thumbnails',
  queue: 'media',
  tenant: 'acme',
  status: 'queued',
  priority: 5,
  progress: 0,
  attempts: { made: 0, max: 3, history: [] },
  payload: { source: { url: 'https://example.com/cat.png' }, widths: [200] },
  result: null,
  error: null,
  tags: ['catalog'],
  createdAt: '2026-08-30T09:12:04.113Z',
  runAt: '2026-08-30T09:12:04.113Z',
  startedAt: null,
  finishedAt: null,
  links: { self: `/jobs/${id}`, events: `/jobs/${id}/events`, logs: `/jobs/${id}/logs` },
};

export const runningJob: JobResource = {
  ...queuedJob,
  status: 'running',
  progress: 0.5,
  startedAt: '2026-08-30T09:12:04.131Z',
};

export const succeededJob: JobResource = {
  ...runningJob,
  status: 'succeeded',
  progress: 1,
  attempts: {
    made: 1,
    max: 3,
    history: [
      {
        attempt: 1,
        outcome: 'succeeded',
        code: null,
        message: null,
        worker: 'host-a:4711',
        startedAt: '2026-08-30T09:12:04.131Z',
        durationMs: 558,
        retryable: false,
      },
    ],
  },
  result: {
    artifacts: [
      {
        job: id,
        name: '200.webp',
        size: 9_284,
        mediaType: 'image/webp',
        url: `/jobs/${id}/artifacts/200.webp`,
        width: 200,
        height: 150,
      },
    ],
  },
  finishedAt: '2026-08-30T09:12:04.689Z',
};

export const failedJob: JobResource = {
  ...runningJob,
  status: 'failed',
  attempts: {
    made: 1,
    max: 3,
    history: [
      {
        attempt: 1,
        outcome: 'failed',
        code: 'source-not-found',
        message: 'there is no file at the source',
        worker: 'host-a:4711',
        startedAt: '2026-08-30T09:12:04.131Z',
        durationMs: 271,
        retryable: false,
      },
    ],
  },
  error: {
    code: 'source-not-found',
    message: 'there is no file at the source',
    attempt: 1,
    retryable: false,
  },
  finishedAt: '2026-08-30T09:12:04.402Z',
};

export const canceledJob: JobResource = {
  ...queuedJob,
  status: 'canceled',
  error: {
    code: 'canceled',
    message: 'the job was canceled before it had started',
    attempt: 0,
    retryable: false,
  },
  finishedAt: '2026-08-30T09:12:05.020Z',
};
