/* The C core compiled to build/core.wasm (clang 14 and lld 14; CLANG and WASM_LD name others). */
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { deflateRawSync } from "node:zlib";

export const clang = process.env.CLANG ?? "clang-14";
const linker = process.env.WASM_LD ?? "wasm-ld-14";
const safe = ["-ffp-contract=off", "-fno-fast-math", "-fno-math-errno", "-ffreestanding", "-fvisibility=hidden"];
const steps = ["ns_walk", "ns_mse", "ns_predict", "ns_scratch"];
const theory = ["ns_directions", "ns_sharpness", "ns_steepest", "ns_curvature_scratch"];
const exported = [...steps, ...theory, "__heap_base"].map((name) => `--export=${name}`);

/** Unrolled loops, and copies of a loop for more lanes, make it a quarter larger and nothing faster; addresses that are counted up
 * beside a loop's own count (LSR) a twentieth. */
const small = ["-O2", "-fno-unroll-loops", "-fno-vectorize", "-mllvm", "-disable-lsr"];

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

/** Packed, and then as base64: what packs the page finds nothing to pack in it, and no letter has a meaning in HTML. That takes
 * less room than the bytes as letters do. */

const UNPACKED = `const packed = Uint8Array.from(atob("PACKED"), (letter) => letter.charCodeAt(0));
const bytes = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
export default new Response(bytes).arrayBuffer();`;

export const coreAsText = {
  name: "core as text",
  setup({ onLoad }) {
    onLoad({ filter: /\.wasm$/ }, async ({ path }) => {
      const packed = deflateRawSync(await readFile(path), { level: 9, memLevel: 9 }).toString("base64");
      return { contents: UNPACKED.replace("PACKED", packed), loader: "js" };
    });
  },
};
