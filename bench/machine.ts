import { availableParallelism, cpus, release, totalmem, type } from 'node:os';

/** What the figures of a benchmark depend on beside the code. */
export interface Machine {
  readonly cores: number;
  readonly cpu: string;
  readonly memoryBytes: number;
  readonly system: string;
  readonly node: string;
}

export const describeMachine = (): Machine => ({
  cores: availableParallelism(),
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  memoryBytes: totalmem(),
  system: `${type()} ${release()}`,
  node: process.versions.node,
});

/** One line for people. */
export const machineLine = ({ cores, cpu, memoryBytes, system, node }: Machine): string =>
  `${cores} cores (${cpu}), ${Math.round(memoryBytes / 2 ** 30)} GiB, ${system}, Node ${node}`;
