/* The bundle: the C core as WebAssembly, then everything in one file. `node build.mjs FILE`; the same bytes every time. */
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { build } from "esbuild";

const out = process.argv[2] ?? "../src/nodescope/hosts/static/nodescope.js";
const clang = process.env.CLANG ?? "clang-14", linker = process.env.WASM_LD ?? "wasm-ld-14";
mkdirSync("build", { recursive: true });
const flags = ["--target=wasm32", "-O2", "-msimd128", "-mbulk-memory", "-ffp-contract=off", "-fno-fast-math", "-fno-math-errno", "-ffreestanding"];
execFileSync(clang, [...flags, "-fvisibility=hidden", "-c", "-o", "build/core.o", "../src/nodescope/arithmetic/core.c"]);
const names = ["ns_walk", "ns_mse", "ns_predict", "ns_scratch", "__heap_base"].map((name) => `--export=${name}`);
execFileSync(linker, ["--no-entry", "--strip-all", "--gc-sections", ...names, "--import-memory", "-o", "build/core.wasm", "build/core.o"]);
await build({
  entryPoints: ["src/index.tsx"],
  outfile: out,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  jsx: "automatic",
  jsxImportSource: "preact",
  charset: "utf8",
  legalComments: "none",
  loader: { ".wasm": "binary", ".css": "text" },
});
