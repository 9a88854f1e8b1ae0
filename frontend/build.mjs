/* The bundle: the C core as WebAssembly, then everything in one file. `node build.mjs FILE`; the same bytes every time. */
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { build, transform } from "esbuild";

const out = process.argv[2] ?? "../src/nodescope/hosts/static/nodescope.js";
const clang = process.env.CLANG ?? "clang-14";
const linker = process.env.WASM_LD ?? "wasm-ld-14";
const core = "../src/nodescope/arithmetic/core.c";
const safe = ["-ffp-contract=off", "-fno-fast-math", "-fno-math-errno", "-ffreestanding", "-fvisibility=hidden"];
const exported = ["ns_walk", "ns_mse", "ns_predict", "ns_scratch", "__heap_base"].map((name) => `--export=${name}`);
/** A stylesheet as text, without the spaces that only people need. */
const sheets = {
  name: "sheets",
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, "utf8"), { loader: "css", minify: true, target: "es2022" });
      return { contents: code.trimEnd(), loader: "text" };
    });
  },
};

mkdirSync("build", { recursive: true });
execFileSync(clang, ["--target=wasm32", "-O2", "-msimd128", "-mbulk-memory", ...safe, "-c", "-o", "build/core.o", core]);
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
  loader: { ".wasm": "binary" },
  plugins: [sheets],
});
