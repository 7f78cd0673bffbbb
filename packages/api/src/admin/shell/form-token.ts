import { hash, timingSafeEqual } from 'node:crypto';
import type { Operator } from '../../auth/admin-pages.ts';
import { type Html, html } from './html.ts';

/** The name of the field that a form's token stands in. */
export const tokenField = 'token';

/** A form may be sent for this long after its page was made, and up to twice that; milliseconds. */
const windowMs = 12 * 3_600_000;

const tokenOf = ({ seal, user }: Operator, window: number): string =>
  seal(`form\0${user}\0${window}`);

const isEqual = (one: string, other: string): boolean =>
  timingSafeEqual(hash('sha256', one, 'buffer'), hash('sha256', other, 'buffer'));

/** What a form must send along: only a page that was made for this operator has it. */
export const formToken = (operator: Operator, now = Date.now()): string =>
  tokenOf(operator, Math.floor(now / windowMs));

/** Tokens of the next window are of a replica whose clock is ahead. */
export const isFormToken = (operator: Operator, token: string, now = Date.now()): boolean => {
  const window = Math.floor(now / windowMs);
  return [window, window - 1, window + 1].some((one) => isEqual(token, tokenOf(operator, one)));
};

export const tokenInput = (operator: Operator): Html =>
  html`<input type="hidden" name="${tokenField}" value="${formToken(operator)}">`;
