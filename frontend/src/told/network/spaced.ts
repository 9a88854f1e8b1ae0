/** Steps that are looked at, and what their errors have in common. */

/** Whole numbers from 0 to the last, so many evenly spaced, each once: halves go to the even one, as Python rounds. */
export function spaced(last: number, count: number): number[] {
  const all = Array.from({ length: count }, (_, i) => toEven((i * last) / (count - 1)));
  return [...new Set(all)];
}

function toEven(x: number): number {
  const down = Math.floor(x);
  return x - down === 0.5 ? down + (down % 2) : Math.round(x);
}

export function median(values: number[]): number {
  const sorted = values.slice().sort((a, b) => a - b);
  const half = sorted.length / 2;
  return sorted.length % 2 ? sorted[Math.floor(half)] : (sorted[half - 1] + sorted[half]) / 2;
}

/** The third quarter of some numbers and the last. */
export function laterQuarters(values: number[]): [number[], number[]] {
  const later = values.slice(Math.floor(values.length / 2));
  const half = Math.ceil(later.length / 2);
  return [later.slice(0, half), later.slice(half)];
}

/** How far the mean of some numbers is off by chance. */
export function scatter(values: number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length / values.length);
}

/** The largest of any number of values: Math.max itself takes no more than some 100,000. */
export function largest(values: ArrayLike<number>): number {
  let most = -Infinity;
  for (let i = 0; i < values.length; i++) most = Math.max(most, values[i]);
  return most;
}
