import type { Reporter, TestCase, TestModule, TestProject, TestSuite, Vitest } from 'vitest/node';
import { describeDuration } from '../../packages/shared/src/duration.ts';
import { createProgress } from './progress.ts';
import { summaryLine, type Tally } from './tally.ts';

type Reported = TestCase | TestSuite | TestModule;

const nameOf = (reported: Reported): string =>
  reported.type === 'module'
    ? reported.relativeModuleId
    : `${reported.module.relativeModuleId} > ${reported.fullName}`;

/**
 * A reporter that says nothing of what passes and everything of what fails, at the time it does: the
 * errors with their diffs and stacks, and what the test had printed. One line a project at the end.
 */
export const createReporter = (
  tally: Tally,
  output: NodeJS.WriteStream = process.stdout,
): Reporter => {
  const progress = createProgress(output);
  /** What tests and files printed, by their ids; shown only when they fail. */
  const printed = new Map<string, string[]>();
  let vitest: Vitest;

  const showErrors = (title: string, errors: readonly unknown[], project?: TestProject) => {
    progress.clear();
    process.stderr.write(`\n FAIL  ${title}\n\n`);
    for (const err of errors) {
      vitest.logger.printError(err, { ...(project && { project }), verbose: true });
    }
  };

  const fail = (reported: Reported, errors: readonly unknown[]) => {
    const { name } = reported.project;
    tally.add(name, 'failed');
    showErrors(`${name}: ${nameOf(reported)}`, errors, reported.project);
    const lines = printed.get(reported.id) ?? [];
    if (lines.length > 0) process.stderr.write(`It printed:\n${lines.join('')}\n`);
  };

  return {
    onInit: (context) => {
      vitest = context;
    },
    onTestRunStart: (specifications) => progress.expect(specifications.length),
    onUserConsoleLog: ({ taskId = '', content }) => {
      const lines = printed.get(taskId);
      if (lines) lines.push(content);
      else printed.set(taskId, [content]);
    },
    onTestCaseResult: (test) => {
      const result = test.result();
      if (result.state === 'failed') fail(test, result.errors);
      else if (result.state === 'passed') tally.add(test.project.name, 'passed');
      else if (result.state === 'skipped') tally.skip(test.project.name, result.note);
      printed.delete(test.id);
    },
    onTestSuiteResult: (suite) => {
      if (suite.errors().length > 0) fail(suite, suite.errors());
    },
    onTestModuleEnd: (module) => {
      if (module.errors().length > 0) fail(module, module.errors());
      tally.spend(module.project.name, module.diagnostic().duration);
      printed.delete(module.id);
      progress.finishOne(tally.total());
    },
    onTestRunEnd: (_modules, unhandled, reason) => {
      // A Ctrl-C ends the workers too: that is no failure of a test.
      for (const err of reason === 'interrupted' ? [] : unhandled) {
        tally.add('outside of tests', 'failed');
        showErrors('outside of tests', [err]);
      }
      progress.clear();
      for (const { name, counts, ms, notes } of tally.projects()) {
        const why = notes.length > 0 ? ` (${notes.join('; ')})` : '';
        const time = ms > 0 ? ` in ${describeDuration(ms)}` : '';
        output.write(`${name}: ${summaryLine(counts)}${why}${time}\n`);
      }
    },
  };
};
