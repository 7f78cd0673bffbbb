import { didYouMean } from './nearest.ts';

const zoneName = /^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/;

const isTimeZone = (name: string): boolean => {
  try {
    return zoneName.test(name) && new Intl.DateTimeFormat('en', { timeZone: name }) !== null;
  } catch {
    return false;
  }
};

/** What is wrong with the name of a time zone, with the nearest one that there is. */
export const timeZoneProblem = (name: string): string | undefined => {
  if (isTimeZone(name)) return undefined;
  const hint = didYouMean(name.slice(0, 100), Intl.supportedValuesOf('timeZone'));
  return `expected an IANA time zone such as Europe/Berlin.${hint}`;
};
