/** The largest eigenvalue of a matrix that is too large to be written down (theory/sharpness.py in Python). */

const TURNS = 96;
/** Part of it by which it changes from one turn to the next where it is found. */
const SURE = 1e-12;

/** Largest eigenvalue of a symmetric matrix given by its products: Lanczos with full reorthogonalisation. */
export function largestEigenvalue(times: (v: Float64Array) => Float64Array, free: Float64Array): number {
  const start = evenDraws(free.length).map((draw, i) => (free[i] ? draw - 0.5 : 0));
  const norm = Math.sqrt(dot(start, start));
  if (!norm) return 0;
  const basis = [start.map((x) => x / norm)];
  const [diagonal, beside]: [number[], number[]] = [[], []];
  let before = Infinity;
  for (let turn = Math.min(TURNS, free.filter(Boolean).length); turn > 0; turn--) {
    const last = basis[basis.length - 1];
    const product = times(last);
    if (!product.every(Number.isFinite)) return NaN;
    diagonal.push(dot(last, product));
    for (let again = 0; again < 2; again++)
      for (const one of basis) {
        const part = dot(one, product);
        for (let i = 0; i < product.length; i++) product[i] -= part * one[i];
      }
    const left = Math.sqrt(dot(product, product));
    const found = largestOf(diagonal, beside);
    if (left <= 1e-14 * Math.abs(found) || Math.abs(found - before) <= SURE * Math.abs(found)) return found;
    before = found;
    beside.push(left);
    basis.push(product.map((x) => x / left));
  }
  return before;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** Largest eigenvalue of a symmetric matrix with three diagonals: halved until doubles end, eigenvalues below counted (Sturm). */
function largestOf(diagonal: number[], beside: number[]): number {
  const reach = Math.max(...diagonal.map((x, i) => Math.abs(x) + (beside[i] ?? 0) + (beside[i - 1] ?? 0)));
  let [low, high] = [-reach, reach];
  for (let halved = 0; halved < 70; halved++) {
    const middle = (low + high) / 2;
    const below = diagonal.reduce(
      ({ pivot, count }, x, i) => {
        const next = x - middle - (i ? beside[i - 1] ** 2 / (pivot || 1e-300) : 0);
        return { pivot: next, count: count + Number(next < 0) };
      },
      { pivot: 1, count: 0 },
    ).count;
    if (below === diagonal.length) high = middle;
    else low = middle;
  }
  return high;
}

const MASK = (1n << 64n) - 1n;

/** SplitMix64 of seed 0, as Python's search begins (arithmetic/order.py). */
function evenDraws(count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => {
    let z = (BigInt(i + 1) * 0x9e3779b97f4a7c15n) & MASK;
    z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK;
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK;
    return Number((z ^ (z >> 31n)) >> 11n) * 2 ** -53;
  });
}
