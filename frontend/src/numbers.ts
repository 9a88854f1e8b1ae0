/** Numbers as text: all digits as Python's repr writes them, or as many as are read; its weight tells which of them it is. */

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

/** So many significant digits, without noughts at the end, as Python's `g` writes them: a half goes to the even digit. */
export function general(x: number, digits: number): string {
  if (!Number.isFinite(x)) return exact(x);
  const [mantissa, power] = Math.abs(x)
    .toExponential(digits - 1)
    .split("e");
  const exponent = Number(power);
  const places = (isTie(x, digits) ? toEven(x, digits) : mantissa.replace(".", "")).replace(/0+$/, "") || "0";
  const sign = x < 0 || Object.is(x, -0) ? "-" : "";
  if (exponent < -4 || exponent >= digits) {
    const fraction = places.length > 1 ? `.${places.slice(1)}` : "";
    return `${sign}${places[0]}${fraction}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
  }
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${places}`;
  const after = places.slice(exponent + 1);
  return `${sign}${places.slice(0, exponent + 1).padEnd(exponent + 1, "0")}${after && `.${after}`}`;
}

/** Digits far beyond those of any number that lies halfway between two of a few digits. */
const FAR = 60;

function isTie(x: number, digits: number): boolean {
  return /^50*$/.test(Math.abs(x).toExponential(FAR).replace(".", "").split("e")[0].slice(digits));
}

function toEven(x: number, digits: number): string {
  const whole = Math.abs(x).toExponential(FAR).replace(".", "").slice(0, digits);
  return Number(whole[digits - 1]) % 2
    ? Math.abs(x)
        .toExponential(digits - 1)
        .replace(".", "")
        .split("e")[0]
    : whole;
}

/** Digits of a number that is read, not copied. */
const READ = 4;
/** Where all digits of a double are told. */
const ALL = 17;
/** A text that further digits would tell apart from the row it ends in. */
const ENDS_IN_A_ROW = /\..*([09])\1{3,}(?!\d)/;
const POWERS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** At most so many significant digits: whole from 1,000 on, very small and large ones with a power of ten; a real minus sign. */
export function short(x: number, digits = READ): string {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "NaN" : x > 0 ? "∞" : "−∞";
  const text = x === 0 ? "0" : sized(Math.abs(x), digits);
  return (x < 0 || Object.is(x, -0) ? "−" : "") + text;
}

function sized(x: number, digits: number): string {
  const whole = x >= 1000 && x < 1e6 ? String(Math.trunc(x)).length : 0;
  const powers = x < 1e-4 || x >= 1e6 ? 1 : 0; // they are longer to read by themselves
  const told = digits >= ALL ? x.toExponential() : x.toExponential(Math.max(1, digits - powers, whole) - 1);
  const [mantissa, power] = told.split("e");
  const places = mantissa.replace(".", "").replace(/0+$/, "");
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 6) return withPower(places, exponent);
  if (exponent < 0) return `0.${"0".repeat(-exponent - 1)}${places}`;
  const before = Number(places.slice(0, exponent + 1).padEnd(exponent + 1, "0"));
  const after = places.slice(exponent + 1);
  return count(before) + (after && `.${after}`);
}

function withPower(places: string, exponent: number): string {
  const power = (exponent < 0 ? "⁻" : "") + Array.from(String(Math.abs(exponent)), (digit) => POWERS[Number(digit)]).join("");
  if (places === "1") return `10${power}`;
  return `${places[0]}${places.length > 1 ? "." : ""}${places.slice(1)} × 10${power}`;
}

/** Whether a text is the number itself, and not a shorter one in its place. */
export function isWhole(text: string, x: number): boolean {
  if (!Number.isFinite(x)) return true;
  const plain = text.replace("−", "-").replaceAll(",", "");
  const [, sign, mantissa, power] = /^(-?)(?:([\d.]+) × )?10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)$/.exec(plain) ?? [];
  if (!power) return Number(plain) === x;
  const exponent = Array.from(power, (digit) => (digit === "⁻" ? "-" : POWERS.indexOf(digit))).join("");
  return Number(`${sign}${mantissa ?? 1}e${exponent}`) === x;
}

/** Texts for the numbers of one card: two different ones never share one, both grow until they differ. Equal ones always share.
 * A long row of noughts or nines that only growing brought is left out: 0.59…94 beside 0.6. */
export function distinct(values: number[], digits = READ): string[] {
  const lengths = values.map(() => digits);
  const told = (): string[] => values.map((x, i) => short(x, lengths[i]));
  for (let all = clashes(values, told()); all.length; all = clashes(values, told())) {
    const few = all.flat().filter((i) => lengths[i] < ALL);
    if (!few.length) break;
    for (const i of few) lengths[i]++;
  }
  const few = told();
  values.forEach((_, i) => {
    if (lengths[i] > digits && ENDS_IN_A_ROW.test(few[i])) lengths[i] = ALL;
  });
  const whole = told();
  const briefer = whole.map((text, i) => (lengths[i] > digits ? elided(text) : text));
  for (const i of clashes(values, briefer).flat()) briefer[i] = whole[i];
  return briefer;
}

/** A text of which no row of noughts or nines after the point is longer than three, and no other row of digits than nine: what
 * tells two of them apart stands at the end. */
export function elided(text: string): string {
  const [before, after] = text.split(".");
  const rows = after
    ?.replace(/([09])\1{3,}(\d?)/g, (_, digit, next) => `${digit}…${digit}${next || digit}`)
    .replace(/^(\d{3})\d{4,}(\d{3})(?!\d)/, "$1…$2");
  return after ? `${before}.${rows}` : text;
}

/** Places of different numbers with one text. */
function clashes(values: number[], texts: string[]): number[][] {
  const groups = new Map<string, number[]>();
  texts.forEach((text, i) => {
    groups.set(text, [...(groups.get(text) ?? []), i]);
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

/** Made once: the language's rules are looked up when it is made, which takes longer than a number. */
const GROUPS = new Intl.NumberFormat("en-US");

export function count(x: number): string {
  return x > 0 && x < 1000 && Number.isInteger(x) ? String(x) : GROUPS.format(x);
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
  return new Float64Array(bytesOf(text));
}

/** Little-endian numbers of single precision in base64, as doubles. */
export function singlesOf(text: string): Float64Array<ArrayBuffer> {
  return Float64Array.from(new Float32Array(bytesOf(text)));
}

function bytesOf(text: string): ArrayBuffer {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer;
}
