/** The machine lacks something; the message says what to do about it. */
export class SetupError extends Error {
  /** @param {string} message @param {number} [exitCode] default 1 */
  constructor(message, exitCode = 1) {
    super(message);
    this.name = 'SetupError';
    this.exitCode = exitCode;
  }
}

/** Tells the person at the terminal. On stderr: stdout belongs to the task. */
export const say = (text) => process.stderr.write(`drover: ${text}\n`);
