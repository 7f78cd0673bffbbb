// Shortcuts: / searches, g and a letter go to a section, j and k walk through rows, ? tells them all.

/** After `g`, the second key is waited for this long, in milliseconds. */
const patienceMs = 1_500;

/** @param {EventTarget | null} target */
const isWriting = (target) =>
  target instanceof HTMLElement &&
  (target.isContentEditable || target.matches('input, textarea, select'));

const help = () => {
  const dialog = document.getElementById('shortcuts');
  if (dialog instanceof HTMLDialogElement && !dialog.open) dialog.showModal();
};

const search = () => {
  const field = document.getElementById('search');
  if (field instanceof HTMLInputElement) field.select();
};

/** @param {string} key */
const goTo = (key) => {
  const link = document.querySelector(`.nav a[data-key="${CSS.escape(key)}"]`);
  if (link instanceof HTMLAnchorElement) link.click();
};

/** @param {1 | -1} step */
const walk = (step) => {
  const rows = [...document.querySelectorAll('table.rows tbody tr')].filter(
    (row) => row.querySelector('a') !== null,
  );
  const at = rows.findIndex((row) => row.classList.contains('current'));
  const next = rows[at < 0 ? (step > 0 ? 0 : rows.length - 1) : at + step];
  if (!next) return;
  rows[at]?.classList.remove('current');
  next.classList.add('current');
  next.querySelector('a')?.focus();
  next.scrollIntoView({ block: 'nearest' });
};

/** @type {Record<string, () => void>} */
const actions = { '/': search, '?': help, j: () => walk(1), k: () => walk(-1) };

/** Whether the key is one of a shortcut: not in a field, not in a dialog. @param {KeyboardEvent} event */
const isShortcut = ({ ctrlKey, metaKey, altKey, isComposing, target }) =>
  !(ctrlKey || metaKey || altKey || isComposing || isWriting(target)) &&
  document.querySelector('dialog[open]') === null;

/** @param {KeyboardEvent} event */
const leaveField = ({ key, target }) => {
  if (key === 'Escape' && target instanceof HTMLElement && isWriting(target)) target.blur();
};

export const takeShortcuts = () => {
  let leaving = 0;
  document.addEventListener('keydown', (event) => {
    leaveField(event);
    if (!isShortcut(event)) return;
    if (Date.now() - leaving < patienceMs) {
      leaving = 0;
      goTo(event.key);
      return;
    }
    if (event.key === 'g') leaving = Date.now();
    const act = Object.hasOwn(actions, event.key) ? actions[event.key] : undefined;
    if (!act) return;
    event.preventDefault();
    act();
  });
  for (const button of document.querySelectorAll('[data-opens="shortcuts"]')) {
    if (button instanceof HTMLElement) button.hidden = false;
    button.addEventListener('click', help);
  }
};
