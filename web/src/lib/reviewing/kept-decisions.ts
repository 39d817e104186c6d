/** Decisions outlive the page they were made on: one that has not arrived goes on being sent while its
 * reviewer looks at other pages, and after a new sign-in. */
import { ApiError } from '$lib/api/errors';
import { session } from '$lib/session/session.svelte';
import { reviewCalls } from './calls';
import { Decisions } from './decisions';

const kept = new Map<string, Decisions>();

/** The decisions of whoever is signed in about a question. */
export function decisionsOf(question: number): Decisions {
  const owner = session.me?.name ?? '';
  const key = `${question} ${owner}`;
  let decisions = kept.get(key);
  if (decisions === undefined) {
    decisions = new Decisions(reviewCalls(question), { check: () => onlyAs(owner) });
    kept.set(key, decisions);
  }
  return decisions;
}

async function onlyAs(owner: string): Promise<void> {
  if ((await session.currentName()) === owner) return;
  throw new ApiError(401, 'other_person', `These decisions are ${owner}'s, who is signed out.`);
}

globalThis.addEventListener?.('online', () => {
  for (const decisions of kept.values()) if (decisions.state.halted !== null) decisions.retry();
});

// They live in this window only, so that closing it has to be meant.
globalThis.addEventListener?.('beforeunload', (event) => {
  if ([...kept.values()].some(({ state }) => state.waiting > 0)) event.preventDefault();
});
