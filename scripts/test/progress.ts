import { type Counts, summaryLine } from './tally.ts';

/** A line on a terminal that is written over; nothing elsewhere. */
export interface Progress {
  expect(files: number): void;
  finishOne(counts: Counts): void;
  /** Removes the line, before something else is printed. */
  clear(): void;
}

const eraseLine = '\r\u001b[2K';

export const createProgress = (output: NodeJS.WriteStream): Progress => {
  const show = (text: string) => {
    if (output.isTTY) output.write(`${eraseLine}${text}`);
  };
  let expected = 0;
  let finished = 0;
  return {
    expect: (files) => {
      expected = files;
      show(`running ${files} test files…`);
    },
    finishOne: (counts) => {
      finished += 1;
      show(`${finished} of ${expected} files: ${summaryLine(counts)}`);
    },
    clear: () => show(''),
  };
};
