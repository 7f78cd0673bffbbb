import { join } from 'node:path';
import type { Services } from '@drover/jobs/definition/services';
import type { ArtifactStore } from '@drover/shared/artifacts/store';
import type { Config } from '@drover/shared/config';
import { CodedError } from '@drover/shared/errors';
import type { Component } from '@drover/shared/lifecycle/stack';
import type { QueueSet } from '@drover/shared/queues/queue-set';

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

/** @throws CodedError `library-missing` when a library that jobs will ask for is not installed. */
export const checkLibraries = (): void => {
  for (const library of ['sharp', 'nodemailer', 'undici']) {
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
}): { services: Services; component: Component } => {
  const { config, artifacts, queues } = options;

  const mailer = onDemand(async () => {
    const { fileMailer, smtpMailer } = await import('./mailer.ts');
    const { smtpUrl, from } = config.mail;
    return smtpUrl ? smtpMailer(smtpUrl, from) : fileMailer(join(config.dataDir, 'mail'), from);
  });
  const images = onDemand(async () => (await import('./images.ts')).createImages());
  const egress = onDemand(async () =>
    (await import('./egress-guard.ts')).createEgressAgent(config.egressAllow),
  );
  const sources = onDemand(async () => {
    const { createSources } = await import('./sources.ts');
    return createSources({
      egress: await egress.get(),
      artifacts,
      queues,
      maxBytes: config.sourceMaxBytes,
    });
  });

  return {
    services: {
      mailer: { send: async (...args) => (await mailer.get()).send(...args) },
      images: { render: async (...args) => (await images.get()).render(...args) },
      sources: { read: async (...args) => (await sources.get()).read(...args) },
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
