import { AsyncLocalStorage } from 'node:async_hooks';
import type { Catalog } from '@drover/jobs/catalog';
import type { Services } from '@drover/jobs/definition/services';
import type { ArtifactStore } from '@drover/shared/artifacts/store';
import { CodedError } from '@drover/shared/errors';
import { findType } from '../../execution/admission.ts';
import { createContext } from '../../execution/context.ts';
import { parsePayload, parseResult } from '../../execution/contract.ts';
import { readThrown } from '../../execution/thrown.ts';
import type { Briefing, IsolatedJob, ToChild } from '../messages.ts';
import { composeChild } from './compose.ts';
import { type ChildTools, createChildTools, type Send } from './tools.ts';

/** What a child works with, the same for all its jobs. */
export interface ChildWorkshop {
  catalog: Catalog;
  services: Services;
  store: ArtifactStore;
}

/** What a child does about what it hears, and about what goes wrong behind its handlers' backs. */
export interface Runner {
  hear(message: ToChild): void;
  /** Fails the job whose handler left an error that nobody caught. */
  blame(thrown: unknown): void;
}

interface Run {
  number: number;
  controller: AbortController;
  tools: ChildTools;
}

export const createRunner = async (briefing: Briefing, send: Send): Promise<Runner> => {
  const workshop = await composeChild(briefing);
  const whose = new AsyncLocalStorage<number>();
  let current: Run | undefined;

  const settle = (run: Run, message: Parameters<Send>[0]) => {
    run.tools.flush();
    send(message);
    if (current === run) current = undefined;
  };

  const perform = async (run: Run, job: IsolatedJob) => {
    const { number } = run;
    try {
      const type = findType(workshop.catalog, job.type);
      const payload = parsePayload(type, job.payload);
      const context = createContext(job, payload, workshop.services, run.tools);
      const result = parseResult(type, await type.run(context));
      settle(run, { kind: 'returned', run: number, result });
    } catch (thrown) {
      settle(run, { kind: 'threw', run: number, thrown: readThrown(thrown) });
    }
  };

  const begin = (number: number, job: IsolatedJob) => {
    const controller = new AbortController();
    const tools = createChildTools(number, job, controller.signal, { ...workshop, send });
    const run = { number, controller, tools };
    current = run;
    send({ kind: 'begun', run: number });
    void whose.run(number, perform, run, job);
  };

  const interrupt = ({ controller, number }: Run, code: string, message: string) =>
    whose.run(number, () => controller.abort(new CodedError(code, message)));

  return {
    hear: (message) => {
      if (message.kind === 'brief') return;
      if (message.kind === 'run') return begin(message.run, message.job);
      if (message.run !== current?.number) return;
      if (message.kind === 'interrupt') interrupt(current, message.code, message.message);
      else current.tools.answer(message);
    },
    blame: (thrown) => {
      const read = readThrown(thrown);
      process.stderr.write(
        `a handler left an error that nobody caught: ${read.stack || read.message}\n`,
      );
      if (!current || whose.getStore() !== current.number) return;
      settle(current, {
        kind: 'broke',
        run: current.number,
        thrown: { ...read, kind: 'error', code: 'uncaught-error' },
      });
    },
  };
};
