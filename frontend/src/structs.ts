/** core.h's structs written into WebAssembly's memory and read back, field by field as layout.ts says where they stand. */

interface Field {
  readonly at: number;
  readonly kind: "whole" | "real" | "pointer";
  readonly count: number;
}

export interface Struct {
  readonly bytes: number;
  readonly fields: Readonly<Record<string, Field>>;
}

export type Value = number | bigint | boolean;

/** A value for every field: one that core.h has no more, or has anew, does not compile. */
export type Values<S extends Struct> = {
  [Name in keyof S["fields"]]: S["fields"][Name]["count"] extends 1 ? Value : readonly Value[];
};

/** Fields in their order, listed once for each struct. */
const listed = new WeakMap<Struct, [string, Field][]>();

function fieldsOf(struct: Struct): [string, Field][] {
  const fields = listed.get(struct) ?? Object.entries(struct.fields);
  listed.set(struct, fields);
  return fields;
}

export function write<S extends Struct>(memory: ArrayBuffer, at: number, struct: S, values: Values<S>): void {
  const view = new DataView(memory, at, struct.bytes);
  for (const [name, { at: place, kind, count }] of fieldsOf(struct)) {
    const given = values[name as keyof Values<S>] as Value | readonly Value[];
    if (typeof given !== "object") put(view, place, kind, given);
    else for (let i = 0; i < count; i++) put(view, place + 8 * i, kind, given[i] ?? 0);
  }
}

function put(view: DataView, at: number, kind: Field["kind"], value: Value): void {
  if (kind === "real") view.setFloat64(at, Number(value), true);
  else if (kind === "pointer") view.setUint32(at, Number(value), true);
  else view.setBigInt64(at, BigInt(value), true); // a seed above 2⁶³ has the same bits
}

/** Whole numbers of a struct that has no others. */
export function readWhole<S extends Struct>(memory: ArrayBuffer, at: number, struct: S): Record<keyof S["fields"], number> {
  const view = new DataView(memory, at, struct.bytes);
  const read: Record<string, number> = {};
  for (const [name, field] of fieldsOf(struct)) read[name] = Number(view.getBigInt64(field.at, true));
  return read as Record<keyof S["fields"], number>;
}
