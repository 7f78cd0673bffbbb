import { defineConfig } from 'vitest/config';

/** Redis, Postgres and processes take their time on a busy machine; a hang is still noticed. */
const integrationTimeoutMs = 20_000;
const endToEndTimeoutMs = 90_000;

export default defineConfig({
  test: {
    // More files at once than there are processors, for most of them wait most of their time.
    maxWorkers: '150%',
    projects: [
      {
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'tests/**/*.test.ts'],
        },
      },
      {
        test: {
          name: 'integration',
          include: ['packages/*/tests/**/*.test.ts'],
          globalSetup: ['tests/servers/global-setup.ts'],
          testTimeout: integrationTimeoutMs,
          hookTimeout: integrationTimeoutMs,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['e2e/**/*.test.ts'],
          globalSetup: ['tests/servers/global-setup.ts'],
          testTimeout: endToEndTimeoutMs,
          hookTimeout: endToEndTimeoutMs,
        },
      },
    ],
  },
});
