import { type JobProgress, jobProgress } from '@drover/jobs/contract/job-events';
import type { JobResource } from '@drover/jobs/contract/job-resource';
import type { Change } from '@drover/jobs/transitions/announce';
import type { JobAddress } from '@drover/shared/job-id';
import type { Keys } from '@drover/shared/keys';
import type { Component } from '@drover/shared/lifecycle/stack';
import type { Subscriptions } from '@drover/shared/redis/subscriptions';

/**
 * A followed job is looked at this often even when no message comes, for messages can be lost.
 * Milliseconds.
 */
const recheckMs = 10_000;

/** Who follows a job, or a workflow. Calls never throw. */
export interface Follower<Resource = JobResource> {
  /** What the job is now: at first, then whenever it may have changed. Undefined: it is gone. */
  changed(job: Resource | undefined): void;
  progressed?(progress: JobProgress): void;
  logged?(): void;
  /** The process stops: no more will come. */
  released(): void;
}

/** The jobs that somebody waits for in this process. Any number of followers of a job cost one read. */
export interface Watches<Resource = JobResource> extends Component {
  /**
   * Begins to follow. Resolves, once no change can be missed any more, with what ends it.
   * @throws connection errors when Redis does not answer.
   */
  follow(job: JobAddress, follower: Follower<Resource>): Promise<() => void>;
  /** Lets go of all followers, and of all who come later at once. */
  release(): void;
}

interface Watch<Resource> {
  followers: Set<Follower<Resource>>;
  /** Subscribed to the job's channel; ends the watch. */
  ready: Promise<() => void>;
  look(): void;
}

/** @returns undefined for what is no progress of ours: messages come from outside of this process. */
const progressOf = (message: string): JobProgress | undefined => {
  try {
    const { fraction, note } = JSON.parse(message.slice('progress '.length));
    return jobProgress.parse({ progress: fraction, ...(note !== undefined && { note }) });
  } catch {
    return undefined;
  }
};

const tell = (followers: ReadonlySet<Follower<never>>, message: string, look: () => void) => {
  if (message.startsWith('progress ')) {
    const progress = progressOf(message);
    if (progress) for (const follower of followers) follower.progressed?.(progress);
  } else if (message === ('log' satisfies Change)) {
    for (const follower of followers) follower.logged?.();
  } else {
    look();
  }
};

/** A job as it was read, and when it will expire unless it starts before, in milliseconds. */
export interface Seen<Resource = JobResource> {
  resource: Resource;
  expiresAt: number | undefined;
}

/** How soon a look that failed is tried again, in milliseconds. */
const lookAgainMs = 250;

/** Longest wait that a timer can keep, in milliseconds. */
const maxTimerMs = 2 ** 31 - 1;

/** Reads the job once for all, and once more when it was asked to meanwhile; and when it expires. */
const createLook = <Resource>(
  read: () => Promise<Seen<Resource> | undefined>,
  followers: ReadonlySet<Follower<Resource>>,
  rests: boolean,
) => {
  let isReading = false;
  let isStale = false;
  let timer: NodeJS.Timeout | undefined;
  const lookIn = (ms: number) => {
    clearTimeout(timer);
    timer = setTimeout(look, Math.min(Math.max(1, ms), maxTimerMs));
  };
  const goOn = () => {
    isReading = false;
    if (isStale) look();
  };
  const look = () => {
    if (followers.size === 0) return;
    isStale = true;
    if (isReading) return;
    isReading = true;
    isStale = false;
    const startedAt = performance.now();
    read()
      .then(
        (seen) => {
          for (const follower of followers) follower.changed(seen?.resource);
          if (seen?.expiresAt !== undefined) lookIn(seen.expiresAt - Date.now());
        },
        () => lookIn(lookAgainMs),
      )
      .finally(() => {
        if (rests) setTimeout(goOn, performance.now() - startedAt);
        else goOn();
      });
  };
  return look;
};

export const createWatches = <Resource = JobResource>(options: {
  subscriptions: Subscriptions;
  keys: Keys;
  read(job: JobAddress): Promise<Seen<Resource> | undefined>;
  /** Whether to rest after a look as long as it took: for what is large, and changes often. */
  rests?: boolean;
}): Watches<Resource> => {
  const { subscriptions, keys, read, rests = false } = options;
  const watches = new Map<string, Watch<Resource>>();
  let isReleased = false;
  subscriptions.onReconnect(() => {
    for (const watch of watches.values()) watch.look();
  });

  const open = (job: JobAddress): Watch<Resource> => {
    const followers = new Set<Follower<Resource>>();
    const look = createLook(() => read(job), followers, rests);
    const timer = setInterval(look, recheckMs * (0.8 + 0.4 * Math.random()));
    const subscribed = subscriptions.subscribe(keys.changes(job), (message) =>
      tell(followers, message, look),
    );
    const ready = subscribed.then(
      (unsubscribe) => () => {
        clearInterval(timer);
        unsubscribe();
      },
      (err: unknown) => {
        clearInterval(timer);
        watches.delete(job.id);
        throw err;
      },
    );
    return { followers, ready, look };
  };

  const leave = (id: string, watch: Watch<Resource>, follower: Follower<Resource>) => {
    watch.followers.delete(follower);
    if (watch.followers.size > 0 || watches.get(id) !== watch) return;
    watches.delete(id);
    void watch.ready.then((close) => close());
  };

  const release = () => {
    isReleased = true;
    for (const { followers } of watches.values()) {
      for (const follower of followers) follower.released();
    }
  };

  return {
    name: 'watches',
    follow: async (job, follower) => {
      const watch = watches.get(job.id) ?? open(job);
      watches.set(job.id, watch);
      watch.followers.add(follower);
      try {
        await watch.ready;
      } catch (err) {
        watch.followers.delete(follower);
        throw err;
      }
      if (isReleased) follower.released();
      else watch.look();
      return () => leave(job.id, watch, follower);
    },
    release,
    start: async () => undefined,
    stop: async () => release(),
  };
};
