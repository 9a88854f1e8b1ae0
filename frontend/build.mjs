/* The bundle: the C core as WebAssembly, then everything in one file. `node build.mjs FILE`; the same bytes every time. */
import { readFile } from "node:fs/promises";
import { build, transform } from "esbuild";
import { compileCore, coreAsText } from "./wasm.mjs";

const out = process.argv[2] ?? "../src/nodescope/hosts/static/nodescope.js";
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

compileCore();
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
  plugins: [sheets, coreAsText],
});
