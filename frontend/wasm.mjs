/* The C core compiled to build/core.wasm (clang 14 and lld 14; CLANG and WASM_LD name others). */
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { readFile } from "node:fs/promises";

export const clang = process.env.CLANG ?? "clang-14";
const linker = process.env.WASM_LD ?? "wasm-ld-14";
const safe = ["-ffp-contract=off", "-fno-fast-math", "-fno-math-errno", "-ffreestanding", "-fvisibility=hidden"];
const exported = ["ns_walk", "ns_mse", "ns_predict", "ns_scratch", "ns_directions", "__heap_base"].map(
  (name) => `--export=${name}`,
);

/** Unrolled loops, and copies of a loop for more lanes, make it a quarter larger and nothing faster. */
const small = ["-O2", "-fno-unroll-loops", "-fno-vectorize"];

export function compileCore() {
  const source = "../src/nodescope/arithmetic/core.c";
  mkdirSync("build", { recursive: true });
  execFileSync(clang, ["--target=wasm32", ...small, "-msimd128", "-mbulk-memory", ...safe, "-c", "-o", "build/core.o", source]);
  execFileSync(linker, [
    "--no-entry",
    "--strip-all",
    "--gc-sections",
    ...exported,
    "--import-memory",
    "-o",
    "build/core.wasm",
    "build/core.o",
  ]);
}

/** Each byte as one letter, from "0" on: packed it is a quarter smaller than base64, and no letter has a meaning in HTML or is a
 * control character that a page would lose. */
const FIRST = 48;

export const coreAsText = {
  name: "core as text",
  setup({ onLoad }) {
    onLoad({ filter: /\.wasm$/ }, async ({ path }) => {
      const letters = Array.from(await readFile(path), (byte) => String.fromCharCode(byte + FIRST)).join("");
      const bytes = `Uint8Array.from(${JSON.stringify(letters)}, (letter) => letter.charCodeAt(0) - ${FIRST})`;
      return { contents: `export default ${bytes};`, loader: "js" };
    });
  },
};
