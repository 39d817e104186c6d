/** What became of each file of an import, as its job tells it. */

export interface ImportResult {
  /** How many files ended in each outcome, in the server's words. */
  outcomes: { outcome: string; count: number; inDataset: boolean }[];
  /** Files that are not in the dataset, with the reason: the first of them. */
  problems: { name: string; outcome: string; reason: string }[];
  takenIn: number;
  refused: number;
}

const IN_DATASET = [
  'added',
  'already present',
  'duplicate of another name',
  'changed since the last import',
];

/** Reads the result of a job; null where it is not that of an import. */
export function importResultOf(result: unknown): ImportResult | null {
  if (!isRecord(result) || !isRecord(result.outcomes)) return null;
  const outcomes = Object.entries(result.outcomes)
    .filter((pair): pair is [string, number] => typeof pair[1] === 'number' && pair[1] > 0)
    .map(([outcome, count]) => ({ outcome, count, inDataset: IN_DATASET.includes(outcome) }))
    .sort((a, b) => Number(b.inDataset) - Number(a.inDataset) || b.count - a.count);
  const problems = (Array.isArray(result.problems) ? result.problems : [])
    .filter(isRecord)
    .map(({ name, outcome, reason }) => ({
      name: String(name),
      outcome: String(outcome),
      reason: String(reason ?? ''),
    }));
  const sum = (inDataset: boolean) =>
    outcomes
      .filter((one) => one.inDataset === inDataset)
      .reduce((all, { count }) => all + count, 0);
  const number = (value: unknown, otherwise: number) =>
    typeof value === 'number' ? value : otherwise;
  return {
    outcomes,
    problems,
    takenIn: number(result.taken_in, sum(true)),
    refused: number(result.refused, sum(false)),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
