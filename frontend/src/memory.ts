/** WebAssembly's memory: room taken from below, and all that was taken above a floor given back at once. */

const PAGE = 65_536;

export class Memory {
  readonly wasm = new WebAssembly.Memory({ initial: 2 });
  private top = 0;
  private floor = 0;

  /** Bytes as they are now: growing moves them, so this is asked for anew after room was taken. */
  get bytes(): ArrayBuffer {
    return this.wasm.buffer;
  }

  /** What was taken so far stays. */
  keep(from = this.top): void {
    this.top = this.floor = from;
  }

  /** Everything above what stays is given back. */
  clear(): void {
    this.top = this.floor;
  }

  take(bytes: number): number {
    const at = this.top;
    this.top = (at + bytes + 15) & ~15;
    const short = this.top - this.wasm.buffer.byteLength;
    if (short > 0) this.wasm.grow(Math.ceil(short / PAGE));
    return at;
  }

  doubles(at: number, count: number): Float64Array<ArrayBuffer> {
    return new Float64Array(this.bytes, at, count);
  }

  wholes(at: number, count: number): BigInt64Array<ArrayBuffer> {
    return new BigInt64Array(this.bytes, at, count);
  }

  put(values: ArrayLike<number>): number {
    const at = this.take(8 * values.length);
    this.doubles(at, values.length).set(values);
    return at;
  }

  putBytes(values: ArrayLike<number>): number {
    const at = this.take(values.length);
    new Uint8Array(this.bytes, at, values.length).set(values);
    return at;
  }
}
