/** Numbers as text. `exact` writes what Python's repr writes; vectors shared with Python's tests hold it to that. */

/** All digits that it takes to read the same double back, laid out as Python does. */
export function exact(x: number): string {
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
  const sign = x < 0 || Object.is(x, -0) ? "-" : "";
  const [mantissa, power] = Math.abs(x).toExponential().split("e");
  const digits = mantissa.replace(".", "");
  const exponent = Number(power);
  if (x === 0) return `${sign}0.0`;
  if (exponent < -4 || exponent >= 16) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : "";
    return `${sign}${digits[0]}${fraction}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
  }
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  const rest = digits.slice(exponent + 1);
  return `${sign}${whole}.${rest || "0"}`;
}

/** At most so many significant digits, ≈ before them where others were left out, with a real minus sign. */
export function short(x: number, digits = 4): string {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "NaN" : x > 0 ? "∞" : "−∞";
  const rounded = Number(x.toPrecision(Math.min(digits, 17)));
  const text = digits >= 17 ? exact(x) : plain(rounded);
  return (rounded === x || digits >= 17 ? "" : "≈") + text.replace(/^-/, "−").replace("e-", "e−");
}

function plain(x: number): string {
  const text = exact(x);
  return text.replace(/\.0$/, "").replace(/\.0e/, "e");
}

/** Texts for the numbers of one picture: as short as may be, but two different numbers never share one (≈0.6 beside 0.6 would).
 * Numbers that only further digits tell apart are told from one among them: "0.6 − 5.6e−16". */
export function distinct(values: number[], digits = 4): string[] {
  const texts = values.map((x) => short(x, digits));
  for (const group of clashes(values, texts)) {
    const anchor = group.find((i) => !texts[i].startsWith("≈"));
    if (anchor === undefined) {
      const longer = apart(
        group.map((i) => values[i]),
        digits,
      );
      group.forEach((i, at) => {
        texts[i] = longer[at];
      });
      continue;
    }
    const others = group.filter((i) => !alike(values[i], values[anchor]));
    for (const i of others) texts[i] = beside(values[i], values[anchor], texts[anchor], 2);
    if (
      clashes(
        others.map((i) => values[i]),
        others.map((i) => texts[i]),
      ).length
    )
      for (const i of others) texts[i] = beside(values[i], values[anchor], texts[anchor], 6);
  }
  return clashes(values, texts).length ? values.map((x) => short(x, 17)) : texts;
}

/** Numbers that share their first digits, with as many as it takes to tell them apart. */
function apart(values: number[], digits: number): string[] {
  for (let more = digits + 1; more < 17; more++) {
    const texts = values.map((x) => short(x, more));
    if (!clashes(values, texts).length) return texts;
  }
  return values.map((x) => short(x, 17));
}

/** A number as another one and the little that separates them; exact where that is not the other's whole text. */
function beside(x: number, anchor: number, text: string, digits: number): string {
  const apart = x - anchor;
  if (text.startsWith("≈") || !Number.isFinite(apart) || anchor + apart !== x) return short(x, 17);
  return `${text} ${apart < 0 ? "−" : "+"} ${short(Math.abs(apart), digits).replace("≈", "")}`;
}

/** Places of different numbers with one text. */
function clashes(values: number[], texts: string[]): number[][] {
  const groups = new Map<string, number[]>();
  texts.forEach((text, i) => {
    const bare = text.replace("≈", "");
    groups.set(bare, [...(groups.get(bare) ?? []), i]);
  });
  return [...groups.values()].filter((group) => group.some((i) => !alike(values[i], values[group[0]])));
}

/** −0 and 0 are one number to the reader, and all NaNs. */
function alike(a: number, b: number): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b));
}

export function number(x: number | string | null): number {
  if (x === null) return NaN;
  return typeof x === "number" ? x : ({ NaN: NaN, Infinity: Infinity, "-Infinity": -Infinity }[x] ?? Number(x));
}

export function count(x: number): string {
  return x.toLocaleString("en-US");
}

const bits = new DataView(new ArrayBuffer(8));

/** Doubles in their order, as whole numbers: neighbours differ by one. */
export function ordinal(x: number): bigint {
  bits.setFloat64(0, x);
  const b = bits.getBigInt64(0);
  return b >= 0n ? b : -(b & 0x7fffffffffffffffn);
}

export function double(place: bigint): number {
  bits.setBigInt64(0, place >= 0n ? place : -place);
  const x = bits.getFloat64(0);
  return place >= 0n ? x : -x;
}

/** For pictures: a long text is cut, the whole of it stays in the data. */
export function clip(text: string, most = 40): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** "1 step", "2 steps". */
export function counted(number: number, word: string): string {
  return `${count(number)} ${word}${number === 1 ? "" : "s"}`;
}

/** How large a number is where they are ranked; what is not a number comes first: it is what one looks for. */
export function magnitude(x = 0): number {
  return Number.isNaN(x) ? Infinity : Math.abs(x);
}

/** The largest magnitude of those that are finite. */
export function most(values: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) if (Number.isFinite(values[i])) largest = Math.max(largest, Math.abs(values[i]));
  return largest;
}

/** Little-endian doubles in base64. */
export function doublesOf(text: string): Float64Array<ArrayBuffer> {
  return new Float64Array(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);
}
