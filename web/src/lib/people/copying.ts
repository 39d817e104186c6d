/** Puts text where it can be pasted from. */

interface Field {
  select(): void;
}

interface Surroundings {
  /** Missing where the site is served as plain http. */
  clipboard: Pick<Clipboard, 'writeText'> | null;
  /** The way of before, which also works where the site is served as plain http. */
  copySelected: () => boolean;
}

/** Copies the text of a field, which is selected too, so that it can be copied by hand where the
 * browser does not allow it. Returns whether it was copied. */
export async function copyFrom(
  field: Field,
  text: string,
  {
    clipboard = (navigator.clipboard as Clipboard | undefined) ?? null,
    copySelected = () => document.execCommand('copy'),
  }: Partial<Surroundings> = {},
): Promise<boolean> {
  field.select();
  try {
    if (clipboard !== null) {
      await clipboard.writeText(text);
      return true;
    }
  } catch {
    // Refused: the older way may still be allowed.
  }
  return copySelected();
}
