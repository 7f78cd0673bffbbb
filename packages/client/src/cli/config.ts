import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** What the command line takes from its surroundings; options come before it. */
export interface CliConfig {
  readonly url: string;
  readonly key: string;
  /** Where the command line remembers what it submitted. */
  readonly stateDir: string;
}

/** An empty variable is one that is not set. */
const variable = (env: NodeJS.ProcessEnv, name: string): string | undefined =>
  env[name]?.trim() || undefined;

/** By the XDG base directory specification, which has relative paths ignored. */
const stateHome = (env: NodeJS.ProcessEnv): string => {
  const home = variable(env, 'XDG_STATE_HOME');
  return home !== undefined && isAbsolute(home) ? home : join(homedir(), '.local', 'state');
};

/** Reads the environment; the only file of the command line that does. */
export const loadCliConfig = (env: NodeJS.ProcessEnv = process.env): CliConfig => ({
  url: variable(env, 'DROVER_URL') ?? 'http://localhost:3000',
  key: variable(env, 'DROVER_KEY') ?? 'dev',
  stateDir: join(stateHome(env), 'drover'),
});
