import { unbroken } from '../findings.ts';
import type { Check } from './check.ts';

/** Who a container runs as, and whether it can write beside its volumes: asked from within. */
export const confinement: Check = {
  name: 'confined',
  run: async ({ stack }) => {
    const containers = await stack.containers();
    const breaches = await Promise.all(
      containers.map(async ({ name }) => {
        const user = (await stack.within(name, 'id -u')).trim();
        const written = await stack.within(name, 'touch /etc/x /x /usr/x && echo yes || echo no');
        const options = await stack.docker([
          'inspect',
          '--format',
          '{{.HostConfig.ReadonlyRootfs}}',
          name,
        ]);
        return [
          ...(user === '0' ? [`${name} runs as root`] : []),
          ...(written.includes('yes') ? [`${name} can write to its root`] : []),
          ...(options.trim() === 'true' ? [] : [`the root of ${name} is not read-only`]),
        ];
      }),
    );
    return [
      unbroken(
        'every container runs as non-root, with a read-only root',
        breaches.flat(),
        `${containers.length} containers`,
      ),
    ];
  },
};
