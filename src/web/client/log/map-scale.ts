/** A mark so near to a click is meant, in pixels. */
const NEAR = 4;

/** Pixels of the map on which there is a line, ascending, each once: a million errors are no more than its height. */
export function pixelsOf(lines: readonly number[], total: number, height: number): readonly number[] {
  const pixels = new Set<number>();
  for (const line of lines) pixels.add(Math.min(height - 1, Math.floor(((line - 1) / total) * height)));
  return [...pixels];
}

/** The line that a click means: the nearest mark, else the line of the place. */
export function lineNear(y: number, height: number, total: number, marks: readonly number[]): number {
  const at = (y / height) * total + 1;
  const reach = (NEAR / height) * total;
  let nearest: number | undefined;
  for (const mark of marks) {
    const way = Math.abs(mark - at);
    if (way <= reach && (nearest === undefined || way < Math.abs(nearest - at))) nearest = mark;
  }
  return nearest ?? Math.min(total, Math.max(1, Math.round(at)));
}
