/** Whatever a handler gives for a text, as text: some values throw when they are asked for it. */
export const asText = (value: unknown): string => {
  try {
    return String(value).toWellFormed();
  } catch {
    return 'a value that cannot be shown';
  }
};
