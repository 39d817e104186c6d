/** Which page to ask for when somebody has turned some away: the server would give the same again. */
import type { components } from '$lib/api/schema';
import type { Order, PageFacts } from './page-session';

type Suggestions = Pick<components['schemas']['SuggestionsShape'], 'classes' | 'clusters'>;

/** The order to ask for; as it was wanted where nothing was turned away or nothing else is left. */
export function anotherThan(
  turned: readonly PageFacts[],
  wanted: Order,
  known: Suggestions | null,
): Order {
  if (turned.length === 0 || known === null) return wanted;
  if (wanted.by === 'class' && wanted.choice_id === undefined) {
    const away = new Set(turned.map(({ choice_id }) => choice_id));
    const [best] = known.classes
      .filter(({ choice_id, expected_open }) => !away.has(choice_id) && expected_open >= 1)
      .sort((a, b) => b.sure - a.sure || b.expected_open - a.expected_open);
    return best === undefined ? wanted : { by: 'class', choice_id: best.choice_id };
  }
  if (wanted.by === 'cluster' && wanted.cluster === undefined) {
    const away = new Set(turned.map(({ cluster }) => cluster));
    const [best] = known.clusters
      .filter(({ cluster, open }) => !away.has(cluster) && open > 0)
      // Those that nobody has labelled anything like come first.
      .sort(
        (a, b) =>
          Number(a.nearest_label !== null) - Number(b.nearest_label !== null) || b.open - a.open,
      );
    return best === undefined ? wanted : { by: 'cluster', cluster: best.cluster };
  }
  return wanted;
}
