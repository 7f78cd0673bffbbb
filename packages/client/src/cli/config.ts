/** What the command line takes from its surroundings; options come before it. */
export interface CliConfig {
  readonly url: string;
  readonly key: string;
}

/** An empty variable is one that is not set. */
const variable = (env: NodeJS.ProcessEnv, name: string): string | undefined =>
  env[name]?.trim() || undefined;

/** Reads the environment; the only file of the command line that does. */
export const loadCliConfig = (env: NodeJS.ProcessEnv = process.env): CliConfig => ({
  url: variable(env, 'DROVER_URL') ?? 'http://localhost:3000',
  key: variable(env, 'DROVER_KEY') ?? 'dev',
});
