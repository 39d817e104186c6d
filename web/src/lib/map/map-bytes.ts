/** Points and colours of a map as the server sends them: bytes, little-endian. */

export interface MapPoints {
  /** The pictures, ascending. */
  ids: Uint32Array;
  /** `[x, y, x, y, ...]`, a pair for each picture. */
  xy: Float32Array;
  /** How many came after the layout was made. */
  added: number;
}

export type Tone = 'own' | 'grey' | 'hidden' | 'good' | 'bad';

export interface Category {
  name: string;
  tone: Tone;
  colour: string | null;
  count: number;
  choice_id: number | null;
}

export interface MapColours {
  title: string;
  note: string;
  categories: Category[];
  /** Of each picture its place in `categories`, or a number that may be NaN. */
  values: Uint16Array | Float32Array;
}

const HEAD = 16;

/** Raises: Error, where it is something else. */
export function readPoints(bytes: ArrayBuffer): MapPoints {
  const head = headOf(bytes, 'FGMP');
  const [version, count, added] = head;
  if (version !== 1 || bytes.byteLength !== HEAD + 12 * count) throw unreadable();
  return {
    ids: new Uint32Array(bytes, HEAD, count),
    xy: new Float32Array(bytes, HEAD + 4 * count, 2 * count),
    added,
  };
}

/** Raises: Error, where it is something else. */
export function readColours(bytes: ArrayBuffer): MapColours {
  const [kind, count, length] = headOf(bytes, 'FGMC');
  const at = HEAD + length;
  if (bytes.byteLength !== at + count * (kind === 0 ? 2 : 4)) throw unreadable();
  const text = new TextDecoder().decode(new Uint8Array(bytes, HEAD, length));
  const legend = JSON.parse(text) as Omit<MapColours, 'values'>;
  const values =
    kind === 0 ? new Uint16Array(bytes, at, count) : new Float32Array(bytes, at, count);
  return { ...legend, values };
}

function headOf(bytes: ArrayBuffer, name: string): [number, number, number] {
  if (bytes.byteLength < HEAD) throw unreadable();
  const view = new DataView(bytes);
  const found = String.fromCharCode(...new Uint8Array(bytes, 0, 4));
  if (found !== name) throw unreadable();
  return [view.getUint32(4, true), view.getUint32(8, true), view.getUint32(12, true)];
}

const unreadable = () =>
  new Error('The server sent a map that this page cannot read. Reload the page.');
