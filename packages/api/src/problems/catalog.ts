import {
  type ProblemCode,
  type ProblemType,
  problemTypes,
} from '@drover/shared/http/problem-types';

/** A kind of problem, as its page and the API show it. */
export interface ProblemDescription extends ProblemType {
  readonly code: string;
}

const describe = (code: ProblemCode): ProblemDescription => ({ code, ...problemTypes[code] });

/** All kinds of problems, by status, then by code. */
export const allProblems: readonly ProblemDescription[] = (
  Object.keys(problemTypes) as ProblemCode[]
)
  .map(describe)
  .sort((one, other) => one.status - other.status || one.code.localeCompare(other.code));

export const findProblem = (code: string): ProblemDescription | undefined =>
  Object.hasOwn(problemTypes, code) ? describe(code as ProblemCode) : undefined;
