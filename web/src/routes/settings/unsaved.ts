/** Keeps somebody from leaving a page with changes that have not been saved, unless they want to.
 *
 * A second entry of the same page is put into the browser's history meanwhile: going back then leads
 * to the page itself, which the router takes for no change at all, and there is time to ask. */
import { router } from '$lib/router/router.svelte';
import { ask } from '$lib/widgets/question.svelte';

/** Steps back that we asked for ourselves. */
const ours = new WeakSet<Event>();

/** Holds the router, the browser's own buttons, and the window, for as long as there is something
 * to lose. Returns what ends it. */
export function guardUnsaved(): () => void {
  const page = history.state as object | null;
  let leaving = false;
  const putEntry = () => history.pushState({ ...page, unsaved: true }, '');
  const onEntry = () => (history.state as { unsaved?: true } | null)?.unsaved === true;

  async function mayLeave(): Promise<boolean> {
    if (leaving) return true;
    leaving = await ask({
      title: 'Leave without saving?',
      text: 'What you have changed here has not been saved, and would be lost.',
      confirm: 'Leave without saving',
      danger: true,
    });
    return leaving;
  }

  function onPop(event: PopStateEvent): void {
    if (leaving) return;
    putEntry();
    if (ours.has(event)) return;
    void mayLeave().then((yes) => {
      if (yes) history.go(-2);
    });
  }

  function onUnload(event: BeforeUnloadEvent): void {
    if (!leaving) event.preventDefault();
  }

  putEntry();
  const release = router.leaving.hold({ mayLeave, onSpareEntry: onEntry });
  addEventListener('popstate', onPop);
  addEventListener('beforeunload', onUnload);
  return () => {
    release();
    removeEventListener('popstate', onPop);
    removeEventListener('beforeunload', onUnload);
    if (leaving || !onEntry()) return;
    // A guard that begins before the browser tells of this step takes it for ours.
    addEventListener('popstate', (event) => void ours.add(event), { once: true });
    history.back();
  };
}
