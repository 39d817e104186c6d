/** What the jobs of exports and of imports of labels tell when they are done. */

export interface LeftOut {
  reason: string;
  count: number;
  examples: string[];
}

export interface ExportResult {
  file: string;
  bytes: number;
  pictures: number;
  rows: number;
  leftOut: LeftOut[];
  notes: string[];
}

export interface LabelImportResult {
  pictures: number;
  votes: number;
  missing: number;
  /** Names of the first pictures that are missing. */
  examples: string[];
  notes: string[];
  /** Votes by what became of them, the most frequent first. */
  outcomes: { outcome: string; count: number }[];
}

/** Reads the result of an export; null where it is not one. */
export function exportResultOf(result: unknown): ExportResult | null {
  if (!isRecord(result) || typeof result.file !== 'string') return null;
  return {
    file: result.file,
    bytes: numberOf(result.bytes),
    pictures: numberOf(result.pictures),
    rows: numberOf(result.rows),
    leftOut: listOf(result.left_out)
      .filter(isRecord)
      .map(({ reason, count, examples }) => ({
        reason: String(reason),
        count: numberOf(count),
        examples: listOf(examples).map(String),
      })),
    notes: listOf(result.notes).map(String),
  };
}

/** Reads the result of an import of labels; null where it is not one. */
export function labelImportResultOf(result: unknown): LabelImportResult | null {
  if (!isRecord(result) || typeof result.votes !== 'number') return null;
  const outcomes = isRecord(result.outcomes) ? Object.entries(result.outcomes) : [];
  return {
    pictures: numberOf(result.pictures),
    votes: result.votes,
    missing: numberOf(result.missing),
    examples: listOf(result.examples).map(String),
    notes: listOf(result.notes).map(String),
    outcomes: outcomes
      .map(([outcome, count]) => ({ outcome, count: numberOf(count) }))
      .filter(({ count }) => count > 0)
      .sort((a, b) => b.count - a.count || a.outcome.localeCompare(b.outcome)),
  };
}

/** `a.jpg, b.jpg and 3 more`. */
export function someText(examples: readonly string[], count: number): string {
  const more = count - examples.length;
  if (more <= 0) return examples.join(', ');
  return examples.length === 0
    ? more.toLocaleString('en')
    : `${examples.join(', ')} and ${more.toLocaleString('en')} more`;
}

const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0);
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
