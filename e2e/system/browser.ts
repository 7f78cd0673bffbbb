import { type Browser, chromium } from 'playwright-core';
import { findChromium } from '../../scripts/stack/chromium.ts';

/** Where Chromium is; undefined where there is none. `npm test` installs it before, once for all. */
export const executablePath = await findChromium();

/** Without these Chromium talks to its maker's servers, which a closed network makes slow. */
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({ ...(executablePath && { executablePath }), args });
