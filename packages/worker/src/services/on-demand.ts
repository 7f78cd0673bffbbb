import { join } from 'node:path';
import { createDeadLetterService } from '@drover/jobs/dead-letters/service';
import type { Services } from '@drover/jobs/definition/services';
import { createHistoryService } from '@drover/jobs/history/service';
import type { ArtifactStore } from '@drover/shared/artifacts/store';
import type { Caches } from '@drover/shared/cache/cache';
import type { Config } from '@drover/shared/config';
import { CodedError } from '@drover/shared/errors';
import type { Component } from '@drover/shared/lifecycle/stack';
import type { Log } from '@drover/shared/log';
import type { QueueSet } from '@drover/shared/queues/queue-set';
import type { Pool } from 'pg';

/** Something that is made when it is first asked for, and only once. */
interface OnDemand<T> {
  get(): Promise<T>;
  /** What was made, if anything was. */
  made(): Promise<T> | undefined;
}

const onDemand = <T>(make: () => Promise<T>): OnDemand<T> => {
  let made: Promise<T> | undefined;
  return {
    get: () => {
      made ??= make().catch((err: unknown) => {
        // The next job tries again.
        made = undefined;
        throw err;
      });
      return made;
    },
    made: () => made,
  };
};

/** What jobs load when they need it. */
const libraries = [
  'sharp',
  'nodemailer',
  'undici',
  'cockatiel',
  'pg-copy-streams',
  'csv-parse',
  'csv-stringify',
  'yazl',
];

/** @throws CodedError `library-missing` when a library that jobs will ask for is not installed. */
export const checkLibraries = (): void => {
  for (const library of libraries) {
    try {
      import.meta.resolve(library);
    } catch (cause) {
      const message = `The library "${library}" is not installed. Install the packages again.`;
      throw new CodedError('library-missing', message, { cause });
    }
  }
};

/**
 * The real services. The library behind one is loaded by the first job that needs it: together they
 * take a third of an idle worker's memory.
 */
export const createServices = (options: {
  config: Config;
  artifacts: ArtifactStore;
  queues: QueueSet;
  pool: Pool;
  caches: Caches;
  /** Names this process to Postgres. */
  clientName: string;
  log: Log;
}): { services: Services; component: Component } => {
  const { config, artifacts, queues, pool, caches, clientName, log } = options;

  const mailer = onDemand(async () => {
    const { fileMailer, smtpMailer } = await import('./mailer.ts');
    const { smtpUrl, from } = config.mail;
    return smtpUrl ? smtpMailer(smtpUrl, from) : fileMailer(join(config.dataDir, 'mail'), from);
  });
  const images = onDemand(async () => (await import('./images.ts')).createImages());
  const egress = onDemand(async () =>
    (await import('./egress-guard.ts')).createEgressAgent(config.egressAllow),
  );
  const web = onDemand(async () => {
    const { createCircuits } = await import('./http/circuits.ts');
    const { createWebClient } = await import('./http/web-client.ts');
    return createWebClient(await egress.get(), createCircuits());
  });
  const webhooks = onDemand(async () => {
    const { createWebClient } = await import('./http/web-client.ts');
    const { createLanes } = await import('./webhooks/lanes.ts');
    const { isOutage } = await import('./webhooks/verdict.ts');
    const { createWebhooks } = await import('./webhooks/webhooks.ts');
    // Endpoints are kept apart by lanes, not by their hosts.
    const client = createWebClient(await egress.get(), { ask: (_owner, ask) => ask() });
    return createWebhooks({ queues, web: client, lanes: createLanes({ isOutage }) });
  });
  const http = onDemand(async () => {
    const { createHttp } = await import('./http/http.ts');
    return createHttp({ web: await web.get(), maxBytes: config.sourceMaxBytes });
  });
  const sources = onDemand(async () => {
    const { createSources } = await import('./sources.ts');
    return createSources({
      web: await web.get(),
      artifacts,
      queues,
      maxBytes: config.sourceMaxBytes,
      maxStreamBytes: config.importMaxBytes,
    });
  });

  const reports = onDemand(async () =>
    (await import('./reports/reports.ts')).createReports({ pool, log }),
  );
  const imports = onDemand(async () =>
    (await import('./imports/imports.ts')).createImports({ pool, log }),
  );
  const digest = onDemand(async () =>
    (await import('./digest/digest.ts')).createDigest({
      pool,
      queues,
      partitions: config.redis.partitions,
    }),
  );
  const sessions = onDemand(async () => (await import('./sessions.ts')).createSessions(pool));
  const views = onDemand(async () =>
    (await import('./views/views.ts')).createViewService({
      database: { url: config.database.url, name: clientName },
      pool,
      caches,
    }),
  );

  return {
    services: {
      cache: caches,
      deadLetters: createDeadLetterService(queues, config.redis.partitions),
      history: createHistoryService({
        ...{ db: pool, queues, keepFailedMs: config.keep.failedMs },
        partitions: config.redis.partitions,
      }),
      mailer: { send: async (...args) => (await mailer.get()).send(...args) },
      images: { render: async (...args) => (await images.get()).render(...args) },
      http: { send: async (...args) => (await http.get()).send(...args) },
      sources: {
        read: async (...args) => (await sources.get()).read(...args),
        open: async (...args) => (await sources.get()).open(...args),
      },
      reports: {
        write: async function* (...args) {
          yield* (await reports.get()).write(...args);
        },
      },
      webhooks: { deliver: async (...args) => (await webhooks.get()).deliver(...args) },
      imports: { load: async (...args) => (await imports.get()).load(...args) },
      digest: { collect: async (...args) => (await digest.get()).collect(...args) },
      sessions: { purge: async (...args) => (await sessions.get()).purge(...args) },
      views: {
        refresh: async (...args) => (await views.get()).refresh(...args),
        warm: async (...args) => (await views.get()).warm(...args),
      },
    },
    component: {
      name: 'services',
      start: async () => undefined,
      stop: async () => {
        (await mailer.made())?.close();
        await (await egress.made())?.destroy();
      },
    },
  };
};
