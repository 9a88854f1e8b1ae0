/** Numbers worth a mark on an axis: three to five, as round as may be. */

/** On an even axis. */
export function evenTicks(low: number, high: number, most = 5): number[] {
  const span = high - low;
  if (!(span > 0) || !Number.isFinite(span)) return Number.isFinite(low) ? [low] : [];
  const rough = span / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((times) => times * power >= rough) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** On a logarithmic one, by powers of ten; where it spans less than one, as on an even axis. */
export function powerTicks(low: number, high: number, most = 5): number[] {
  const [from, to] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  if (to - from < 1) return evenTicks(low, high, 3).filter((tick) => tick > 0);
  const stride = evenStride((to - from) / (most - 1));
  const first = Math.ceil(from / stride) * stride;
  return Array.from({ length: Math.floor((to - first) / stride) + 1 }, (_, i) => Number(`1e${first + i * stride}`));
}

function evenStride(rough: number): number {
  return [1, 2, 5, 10, 20, 50, 100].find((stride) => stride >= rough) ?? 200;
}
