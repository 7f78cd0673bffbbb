import type { Finding } from '../findings.ts';
import type { RunningStack } from '../stack/running-stack.ts';

export interface Setting {
  readonly stack: RunningStack;
  /** Submissions a second while things break. */
  readonly rate: number;
  readonly say: (text: string) => void;
}

/** Something that is promised of the stack, and how it is found out. */
export interface Check {
  readonly name: string;
  run(setting: Setting): Promise<readonly Finding[]>;
}
