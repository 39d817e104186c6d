/** How a question is asked, as a form holds it, and what each setting does in plain words. */
import type { components } from '$lib/api/schema';
import type { Kind } from './kinds';

export type Settings = components['schemas']['SettingsShape'];
export type SettingsChange = components['schemas']['SettingsChange'];

/** Fields as they are typed: numbers are texts, shares are percentages. */
export interface AskingForm {
  answers_needed: string;
  answers_most: string;
  agreement: string;
  order: string;
  order_column: string;
  seed: string;
  blind: boolean;
  count_imports: boolean;
  gold_share: string;
  show_accuracy: boolean;
  label_method: string;
  suggestions: boolean;
  holdout_share: string;
  lease_minutes: string;
  least: string;
  greatest: string;
  unit: string;
  tolerance: string;
}

export type AskingField = keyof AskingForm;
export type FieldErrors = Partial<Record<AskingField, string>>;

const textOf = (value: number | null): string => (value === null ? '' : String(value));
/** No more digits than a person has typed: 0.66 is 66, not 66.00000000000001. */
const percentOf = (share: number): string => String(Number((share * 100).toPrecision(12)));

export function formOf(settings: Settings): AskingForm {
  return {
    answers_needed: textOf(settings.answers_needed),
    answers_most: textOf(settings.answers_most),
    agreement: percentOf(settings.agreement),
    order: settings.order,
    order_column: settings.order_column ?? '',
    seed: textOf(settings.seed),
    blind: settings.blind,
    count_imports: settings.count_imports,
    gold_share: percentOf(settings.gold_share),
    show_accuracy: settings.show_accuracy,
    label_method: settings.label_method,
    suggestions: settings.suggestions,
    holdout_share: percentOf(settings.holdout_share),
    lease_minutes: textOf(settings.lease_minutes),
    least: textOf(settings.least),
    greatest: textOf(settings.greatest),
    unit: settings.unit,
    tolerance: textOf(settings.tolerance),
  };
}

/** Reads a form; what it cannot read is said beside its field. What else is wrong says the server. */
export function readForm(form: AskingForm): { settings: Settings; errors: FieldErrors } {
  const errors: FieldErrors = {};
  const numberIn = (field: AskingField, needed: boolean): number | null => {
    const typed = String(form[field] ?? '')
      .trim()
      .replace(',', '.');
    const value = typed === '' ? NaN : Number(typed);
    if (Number.isFinite(value)) return value;
    if (typed !== '' || needed) errors[field] = 'Type a number.';
    return null;
  };
  const wholeIn = (field: AskingField, needed: boolean): number | null => {
    const value = numberIn(field, needed);
    if (value !== null && !Number.isInteger(value)) errors[field] = 'Type a whole number.';
    return value;
  };
  // Dividing first would turn 66 % into 0.6600000000000001 for some values.
  const shareIn = (field: AskingField): number =>
    Number(((numberIn(field, true) ?? 0) / 100).toPrecision(12));
  const settings: Settings = {
    answers_needed: wholeIn('answers_needed', true) ?? 1,
    answers_most: wholeIn('answers_most', false),
    agreement: shareIn('agreement'),
    order: form.order,
    order_column: form.order_column || null,
    seed: wholeIn('seed', true) ?? 0,
    blind: form.blind,
    count_imports: form.count_imports,
    gold_share: shareIn('gold_share'),
    show_accuracy: form.show_accuracy,
    label_method: form.label_method,
    suggestions: form.suggestions,
    holdout_share: shareIn('holdout_share'),
    lease_minutes: wholeIn('lease_minutes', true) ?? 1,
    least: numberIn('least', false),
    greatest: numberIn('greatest', false),
    unit: form.unit.trim(),
    tolerance: numberIn('tolerance', true) ?? 0,
  };
  if (form.order === 'column' && form.order_column === '') {
    errors.order_column = 'Choose the column to go by.';
  }
  return { settings, errors };
}

/** What is different, for the server: all else stays as it is there. */
export function changesOf(before: Settings, after: Settings): SettingsChange {
  const changed = Object.entries(after).filter(
    ([name, value]) => before[name as keyof Settings] !== value,
  );
  const change = Object.fromEntries(changed) as SettingsChange;
  // The server takes the most away by itself where more answers are needed than that.
  if ('answers_needed' in change) change.answers_most = after.answers_most;
  return change;
}

const FIELDS = new Set<string>(Object.keys(formOf({} as Settings)));

/** The field that the server's words are about, by its name in them; null where they name none. */
export function fieldOf(message: string): AskingField | null {
  const named = message.match(/[a-z]+(?:_[a-z]+)*/g)?.find((word) => FIELDS.has(word));
  return (named as AskingField | undefined) ?? null;
}

const RECOUNTED = [
  'answers_needed',
  'answers_most',
  'agreement',
  'count_imports',
  'label_method',
  'tolerance',
] as const;
const REORDERED = ['order', 'order_column', 'seed'] as const;

/** What saving a change does to what is there already, one sentence each. */
export function effectsOf(before: Settings, after: Settings): string[] {
  const differs = (names: readonly (keyof Settings)[]) =>
    names.some((name) => before[name] !== after[name]);
  const effects: string[] = [];
  if (differs(RECOUNTED)) {
    effects.push(
      'All answers are counted anew: pictures may close, come back into the queue, or get another label. No answer is lost.',
    );
  }
  if (differs(REORDERED)) effects.push('Everybody begins at the front of the new order.');
  if (before.label_method !== 'dawid-skene' && after.label_method === 'dawid-skene') {
    effects.push('A job weighs the annotators; labels follow once it is done.');
  }
  return effects;
}

const people = (count: number): string => `${count} ${count === 1 ? 'person' : 'people'}`;

/** How a picture comes to its label with these settings. */
export function storyOf(settings: Settings, kind: Kind): string {
  const { answers_needed: needed, answers_most: most, agreement } = settings;
  if (!(needed >= 1) || !(agreement > 0 && agreement <= 1)) return '';
  const upTo = most !== null && most > needed ? most : null;
  const shown = `Each picture is shown to ${people(needed)}`;
  if (settings.label_method === 'dawid-skene') {
    const probable = `closes when its label is at least ${percentOf(agreement)} % probable`;
    return upTo === null
      ? `${shown}, and ${probable}. Otherwise a reviewer decides.`
      : `${shown}, and ${probable}. Until then up to ${people(upTo)} are asked; then a reviewer decides.`;
  }
  // One answer always agrees with itself.
  if (needed === 1) return `${shown}, whose answer becomes its label.`;
  const alike = (count: number) => Math.max(1, Math.ceil(agreement * count - 1e-9));
  const fits = kind === 'number' ? 'within the tolerance of each other' : 'the same';
  const closed = `${shown}, and closes when ${alike(needed)} of ${needed} answers are ${fits}`;
  if (upTo === null) return `${closed}. Otherwise a reviewer decides.`;
  return `${closed}. While they disagree up to ${people(upTo)} are asked; if fewer than ${alike(upTo)} of ${upTo} agree, a reviewer decides.`;
}
