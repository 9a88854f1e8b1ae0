/* The C core compiled to build/core.wasm (clang 14 and lld 14; CLANG and WASM_LD name others). */
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";

export const clang = process.env.CLANG ?? "clang-14";
const linker = process.env.WASM_LD ?? "wasm-ld-14";
const safe = ["-ffp-contract=off", "-fno-fast-math", "-fno-math-errno", "-ffreestanding", "-fvisibility=hidden"];
const exported = ["ns_walk", "ns_mse", "ns_predict", "ns_scratch", "__heap_base"].map((name) => `--export=${name}`);

export function compileCore() {
  const source = "../src/nodescope/arithmetic/core.c";
  mkdirSync("build", { recursive: true });
  execFileSync(clang, ["--target=wasm32", "-O2", "-msimd128", "-mbulk-memory", ...safe, "-c", "-o", "build/core.o", source]);
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
