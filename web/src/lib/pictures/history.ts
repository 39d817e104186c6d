/** The votes about a picture as a history to read: the newest first, with what still stands. */
import type { Vote } from './picture';

export interface PastVote {
  vote: Vote;
  /** False once the same person has answered again, or has taken it back. */
  stands: boolean;
}

/** A withdrawal takes back the last of a person's answers that stands: the one before it then
 * stands again. */
export function historyOf(votes: readonly Vote[]): PastVote[] {
  const inOrder = [...votes].sort((a, b) => a.id - b.id);
  const said = new Map<string, Vote[]>();
  for (const vote of inOrder) {
    const pile = said.get(vote.annotator) ?? [];
    said.set(vote.annotator, pile);
    if (vote.verdict === 'withdrawn') pile.pop();
    else pile.push(vote);
  }
  const standing = new Set([...said.values()].map((pile) => pile.at(-1)));
  return inOrder.reverse().map((vote) => ({ vote, stands: standing.has(vote) }));
}

/** How long somebody looked: `3.2 s`, `48 s`, `2 min`. */
export function lookText(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  return `${Math.round(seconds / 60).toLocaleString('en')} min`;
}
