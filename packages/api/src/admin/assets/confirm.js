// Asks before a form with `data-confirm` is sent.

const dialog = /** @type {HTMLDialogElement | null} */ (document.getElementById('confirm'));
const text = document.getElementById('confirm-text');

/** @param {HTMLFormElement} form @param {HTMLElement | null} button */
const ask = (form, button) => {
  if (!dialog || !text) return;
  text.textContent = form.dataset['confirm'] ?? '';
  dialog.returnValue = '';
  dialog.addEventListener(
    'close',
    () => {
      if (dialog.returnValue !== 'confirm') return;
      form.dataset['confirmed'] = 'yes';
      form.requestSubmit(button);
    },
    { once: true },
  );
  dialog.showModal();
};

/** Also keeps a form from being sent twice by a double click. */
export const guardForms = () => {
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.method !== 'post') return;
    if (form.dataset['confirm'] !== undefined && form.dataset['confirmed'] !== 'yes') {
      event.preventDefault();
      ask(form, event.submitter);
      return;
    }
    if (form.dataset['sent'] === 'yes') event.preventDefault();
    form.dataset['sent'] = 'yes';
  });
  // A page that the browser kept comes back as it was left.
  addEventListener('pageshow', () => {
    for (const form of document.forms) {
      delete form.dataset['sent'];
      delete form.dataset['confirmed'];
    }
  });
};
