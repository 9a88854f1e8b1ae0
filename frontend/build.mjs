/* What the page is made of: the C core as WebAssembly and one file for every run, and a file for each screen that few runs need.
 * `node build.mjs FOLDER`; the same bytes every time. A screen's file is put behind the first one: it adds itself to `screens`, and
 * takes what both need from there, so that nothing is in two files. */
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { build, transform } from "esbuild";
import { compileCore, coreAsText } from "./wasm.mjs";

const out = process.argv[2] ?? "../src/nodescope/hosts/static";
/** The name of a screen's file, and the folder that it is made of. */
const SCREENS = {
  start: "src/view/start",
  several: "src/view/several",
  network: "src/view/network",
  fit: "src/view/fit",
  observed: "src/view/recorded",
};
const PARTS = 'globalThis[Symbol.for("nodescope parts")]';

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

const options = {
  bundle: true,
  minify: true,
  target: "es2022",
  jsx: "automatic",
  jsxImportSource: "preact",
  charset: "utf8",
  legalComments: "none",
  write: false,
};

/** What a screen takes from the first file instead of holding it itself: all but its own folder and its style. */
function taken(folder, wanted) {
  return {
    name: "taken",
    setup(of) {
      of.onResolve({ filter: /.*/ }, async ({ path: asked, kind, pluginData, ...from }) => {
        if (kind === "entry-point" || pluginData === "asked" || asked.endsWith(".css")) return undefined;
        const { path: found } = await of.resolve(asked, { ...from, kind, pluginData: "asked" });
        if (found.startsWith(path.resolve(folder))) return undefined;
        const name = asked.startsWith(".") ? path.relative(".", found) : asked;
        wanted.add(name);
        return { path: name, namespace: "taken" };
      });
      of.onLoad({ filter: /.*/, namespace: "taken" }, async ({ path: name }) => {
        const lines = (await exportsOf(name)).map((word) => `export const ${word} = /* @__PURE__ */ part("${word}");`);
        return { contents: `const part = (word) => ${PARTS}[${JSON.stringify(name)}][word];\n${lines.join("\n")}` };
      });
    },
  };
}

/** Names that a module of ours, or one of preact's, offers. */
async function exportsOf(name) {
  const entry = name.startsWith("src/") ? `./${name}` : name;
  const { metafile } = await build({
    ...options,
    minify: false,
    entryPoints: [entry],
    format: "esm",
    metafile: true,
    outdir: "build",
  });
  return Object.values(metafile.outputs)[0].exports.filter((word) => word !== "default");
}

/** The module that offers what screens take. */
function offered(names) {
  const from = (name) => JSON.stringify(name.startsWith("src/") ? `./${name}` : name);
  const lines = names.map((name, i) => `import * as m${i} from ${from(name)};`);
  const pairs = names.map((name, i) => `${JSON.stringify(name)}: m${i}`);
  return {
    name: "offered",
    setup(of) {
      of.onResolve({ filter: /^nodescope:offered$/ }, () => ({ path: "offered", namespace: "offered" }));
      of.onLoad({ filter: /.*/, namespace: "offered" }, () => ({
        contents: `${lines.join("\n")}\n${PARTS} = {${pairs.join(",\n")}};`,
        resolveDir: ".",
      }));
    },
  };
}

async function written(name, entry, more) {
  const { outputFiles } = await build({ ...options, entryPoints: [entry], outfile: "out.js", ...more });
  await writeFile(path.join(out, `${name}.js`), outputFiles[0].contents);
}

compileCore();
const wanted = new Set();
for (const [name, folder] of Object.entries(SCREENS))
  await written(name, `${folder}/screen.ts`, { format: "iife", plugins: [sheets, taken(folder, wanted)] });
await written("table", "src/table.ts", { format: "iife" });
await written("map", "src/map.ts", { format: "iife" });
await written("nodescope", "src/index.tsx", { format: "esm", plugins: [sheets, coreAsText, offered([...wanted].sort())] });
