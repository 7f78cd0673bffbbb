import { preflight } from './preflight.ts';
import { load } from './profiles/load.ts';
import type { Profile } from './profiles/profile.ts';
import { scalability } from './profiles/scalability.ts';
import { soak } from './profiles/soak.ts';
import { spike } from './profiles/spike.ts';
import { stress } from './profiles/stress.ts';
import { type Result, resultOf } from './report/result.ts';
import { type Call, createRequests, type Mix } from './sending/calls.ts';
import { startSession } from './sending/session.ts';
import type { ProfileName, Settings } from './settings.ts';
import { watchProcesses } from './watching/watch-processes.ts';

const profiles: Readonly<Record<ProfileName, Profile>> = {
  load,
  stress,
  spike,
  soak,
  scalability,
};

/** A chart has about so many points, of a second each at least. */
const points = 240;
const leastStretchMs = 1_000;

const metricsOf = ({ metrics, url }: Settings): string[] =>
  (metrics ?? url.map(({ href }) => new URL('metrics', href.replace(/\/*$/, '/')))).map(String);

/** Waits take as long as their jobs: they are measured only where there is nothing else. */
const measuredIn = ({ submit, read, list }: Mix) => {
  const hasOthers = submit + read + list > 0;
  return (call: Call) => call !== 'wait' || !hasOthers;
};

/** A test that is ready to begin: server, key and limit are right. */
export interface ReadyTest {
  /** Makes the load, until it is over or the signal cuts it short. */
  run(interrupted: AbortSignal): Promise<Result>;
}

/** @throws Error that says what is wrong with the server, the key or its limit. */
export const prepareTest = async (
  settings: Settings,
  say: (text: string) => void,
): Promise<ReadyTest> => {
  const { mix, key, job, connections } = settings;
  const target = await preflight(settings);
  const stretchMs = Math.max(leastStretchMs, settings.for / points);
  return {
    run: async (interrupted) => {
      const startedAt = new Date();
      await using session = startSession({
        origins: target.origins,
        connections,
        requests: createRequests({ mix, key, job, prefix: target.prefix, firstId: target.firstId }),
        stretchMs,
        isMeasured: measuredIn(mix),
        interrupted,
      });
      await using watch = watchProcesses({
        urls: metricsOf(settings),
        token: settings['metrics-token'],
        everyMs: stretchMs,
        now: session.now,
      });
      const verdict = await profiles[settings.profile]({
        settings,
        session,
        processes: watch.courses,
        say,
      });
      const processes = watch.courses();
      const complaints = watch.complaints();
      return resultOf({ settings, session, verdict, processes, complaints, startedAt });
    },
  };
};
