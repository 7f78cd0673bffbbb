import type { Check } from './check.ts';

const workers = 5;

/** `docker compose up --scale worker=5`, and back. */
export const scaling: Check = {
  name: 'scale',
  run: async ({ stack }) => {
    await stack.compose('up', '--wait', '--scale', `worker=${workers}`);
    const running = (await stack.containers('worker')).filter(({ health }) => health === 'healthy');
    await stack.compose('up', '--wait');
    return [
      {
        promise: `up --scale worker=${workers} just works`,
        isMet: running.length === workers,
        seen: `${running.length} healthy workers`,
      },
    ];
  },
};
