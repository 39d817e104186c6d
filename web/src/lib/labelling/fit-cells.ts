/** How large the cells of a page of pictures can be, so that all are seen at once. */
export interface Cells {
  columns: number;
  /** Width and height of a cell, px. */
  size: number;
}

/** The largest square cells of which `count` fit into the room, none smaller than `least`: where
 * that is too large, the page scrolls. All in px. */
export function fitCells(
  room: { width: number; height: number },
  count: number,
  { gap = 8, least = 96, most = 320 }: { gap?: number; least?: number; most?: number } = {},
): Cells {
  const { width, height } = room;
  const widest = Math.max(1, Math.floor((width + gap) / (least + gap)));
  let best: Cells = { columns: widest, size: sizeFor(widest) };
  for (let columns = widest; columns >= 1; columns--) {
    const size = sizeFor(columns);
    const rows = Math.ceil(count / columns);
    if (rows * (size + gap) - gap > height) break;
    best = { columns, size };
  }
  return best;

  function sizeFor(columns: number): number {
    return Math.max(1, Math.min(most, Math.floor((width + gap) / columns - gap)));
  }
}
