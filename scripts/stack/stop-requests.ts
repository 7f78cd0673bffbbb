/** The terminal, npm and run.mjs may each deliver the same Ctrl-C. */
const sameRequestMs = 1_000;

export interface StopHandlers {
  /** Somebody asked to stop; called once. */
  readonly stop: (reason: string) => void;
  /** They asked again: waiting is not wanted. Called once. */
  readonly force: () => void;
}

/**
 * Turns SIGINT, SIGTERM and SIGHUP into at most one request to stop and one to do so at once. SIGHUP,
 * the loss of the terminal or of our parent, is nobody's impatience. So is the loss of the reader of
 * our output, which is a request to stop like the others.
 */
export const onStopRequests = ({ stop, force }: StopHandlers): void => {
  let stopAt: number | undefined;
  let isForced = false;

  const request = (reason: string, isImpatience: boolean) => {
    const now = performance.now();
    if (stopAt === undefined) {
      stopAt = now;
      stop(reason);
    } else if (isImpatience && !isForced && now - stopAt >= sameRequestMs) {
      isForced = true;
      force();
    }
  };
  process.on('SIGINT', () => request('SIGINT', true));
  process.on('SIGTERM', () => request('SIGTERM', true));
  process.on('SIGHUP', () => request('SIGHUP', false));
  process.stdout.on('error', () => request('nobody reads the output', false));
  process.stderr.on('error', () => undefined);
};
