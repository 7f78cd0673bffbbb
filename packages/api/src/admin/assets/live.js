// Brings the parts of a page that are marked `data-live` up to date, by asking for the page again.
import { Idiomorph } from './idiomorph.js';
import { tellTimes } from './times.js';

/** Told when parts of the page may have changed. */
export const changed = 'drover:changed';

/** @type {HTMLElement | null} */
const pulse = document.getElementById('pulse');

/** @param {string} text what is wrong; empty when nothing is. */
const say = (text) => {
  if (!pulse) return;
  pulse.textContent = text;
  pulse.hidden = text === '';
};

/** What the reader has opened, chosen or is writing stays as it is. */
const callbacks = {
  /** @param {string} name @param {Element} element */
  beforeAttributeUpdated: (name, element) =>
    !(name === 'open' && element instanceof HTMLDetailsElement) &&
    !(name === 'class' && element instanceof HTMLTableRowElement),
  /** @param {Node} old @param {Node} fresh */
  beforeNodeMorphed: (old, fresh) =>
    !(
      old instanceof HTMLTimeElement &&
      fresh instanceof HTMLTimeElement &&
      old.dateTime === fresh.dateTime
    ),
};

/** @param {Document} fresh */
const apply = (fresh) => {
  for (const part of document.querySelectorAll('[data-live][id]')) {
    const other = fresh.getElementById(part.id);
    if (other) Idiomorph.morph(part, other, { restoreFocus: true, callbacks });
  }
  tellTimes();
  document.dispatchEvent(new Event(changed));
};

/** @returns after how many seconds to ask again; 0 for never, when what the page shows has ended. */
const refresh = async () => {
  const answer = await fetch(location.href, {
    headers: { accept: 'text/html' },
    signal: AbortSignal.timeout(10_000),
  });
  if (answer.status >= 500) throw new Error('the server has trouble');
  if (!answer.ok) throw new Error(`the server answers ${answer.status}`);
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
  apply(fresh);
  return Number(fresh.body.dataset['liveSeconds'] ?? 0);
};

/** Not while nobody looks: then once when somebody does again. */
export const keepLive = () => {
  let seconds = Number(document.body.dataset['liveSeconds'] ?? 0);
  if (seconds === 0) return;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const round = async () => {
    clearTimeout(timer);
    if (document.hidden) return;
    try {
      seconds = await refresh();
      say('');
    } catch {
      say('Not live: the server does not answer. Trying again…');
    }
    if (seconds > 0) timer = setTimeout(round, seconds * 1_000);
  };
  timer = setTimeout(round, seconds * 1_000);
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && seconds > 0) round();
  });
};
