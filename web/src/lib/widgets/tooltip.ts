/** A few words beside a thing when the pointer rests on it or the keyboard comes to it.
 *
 *     <button {@attach tooltip('Delete', 'mod+Backspace')}>
 *
 * It only repeats or adds to what the thing says by itself, because touch screens never show it. */
import './tooltip.css';
import { capsOf } from './keys/chord';
import { place } from './place';

const DELAY = 450;

let bubble: HTMLElement | null = null;
let owner: Element | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;

export function tooltip(text: string | undefined, keys?: string): (element: Element) => () => void {
  return (element) => {
    if (!text) return () => undefined;
    const rest = (event: Event) => {
      if ((event as PointerEvent).pointerType === 'touch') return;
      clearTimeout(timer);
      timer = setTimeout(() => show(element, text, keys), DELAY);
    };
    const focus = () => {
      if (!element.matches(':focus-visible')) return;
      clearTimeout(timer);
      // A menu that closes gives the focus back while it is still being hidden, and the browser shows
      // nothing in the middle of that.
      timer = setTimeout(() => show(element, text, keys));
    };
    const leave = () => {
      clearTimeout(timer);
      if (owner === element) hide();
    };
    const onKey = (event: Event) => {
      if ((event as KeyboardEvent).key === 'Escape') leave();
    };
    const pairs = [
      ['pointerenter', rest],
      ['pointerleave', leave],
      ['pointerdown', leave],
      ['focus', focus],
      ['blur', leave],
      ['keydown', onKey],
    ] as const;
    for (const [name, listener] of pairs) element.addEventListener(name, listener);
    return () => {
      leave();
      for (const [name, listener] of pairs) element.removeEventListener(name, listener);
    };
  };
}

function show(element: Element, text: string, keys: string | undefined): void {
  if (!element.isConnected) return;
  if (bubble === null) {
    bubble = document.createElement('div');
    bubble.className = 'fg-tooltip';
    bubble.popover = 'manual';
    bubble.setAttribute('role', 'tooltip');
    document.body.append(bubble);
  }
  bubble.textContent = text;
  for (const caps of keys ? capsOf(keys) : []) {
    const cap = document.createElement('kbd');
    cap.textContent = caps.join(' ');
    bubble.append(cap);
  }
  // Shown anew each time, so that it stands above a dialog that was opened since.
  if (bubble.matches(':popover-open')) bubble.hidePopover();
  bubble.showPopover();
  owner = element;
  const { left, top } = place(
    element.getBoundingClientRect(),
    bubble.getBoundingClientRect(),
    { width: innerWidth, height: innerHeight },
    { align: 'centre', gap: 6 },
  );
  bubble.style.left = `${left}px`;
  bubble.style.top = `${top}px`;
}

function hide(): void {
  if (bubble?.matches(':popover-open')) bubble.hidePopover();
  owner = null;
}
