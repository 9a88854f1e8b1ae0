/* What the page is made of: the C core as WebAssembly and one file for every run, and a file for each screen that few runs need.
 * `node build.mjs FOLDER`; the same bytes every time. A screen's file is put behind the first one: it adds itself to `screens`, and
 * takes what both need from there, so that nothing is in two files. What is taken has a number: its place in a list of the first
 * file, which offers that and no more. */
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";
import { compileCore, coreAsText } from "./wasm.mjs";

const out = process.argv[2] ?? "../src/nodescope/hosts/static";
/** The name of a screen's file, and the folder that it is made of. */
const SCREENS = {
  start: "src/view/start",
  several: "src/view/several",
  network: "src/view/network",
  judged: "src/told/network",
  fit: "src/view/fit",
  observed: "src/view/recorded",
  both: "src/view/both",
};
const PARTS = 'globalThis[Symbol.for("nodescope parts")]';
/** How a screen's text names what it takes, until that has its number. */
const TAKEN = "nodescope:";
const ASKED = new RegExp(`"${TAKEN}([^"]+)"`, "g");

/** A stylesheet, with those that it imports, as text without the spaces that only people need. */
const sheets = {
  name: "sheets",
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const asked = { entryPoints: [path], bundle: true, minify: true, target: "es2022", write: false };
      const { outputFiles } = await build(asked);
      return { contents: outputFiles[0].text.trimEnd(), loader: "text" };
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
function taken(folder) {
  return {
    name: "taken",
    setup(of) {
      of.onResolve({ filter: /.*/ }, async ({ path: asked, kind, pluginData, ...from }) => {
        if (kind === "entry-point" || pluginData === "asked" || asked.endsWith(".css")) return undefined;
        const { path: found } = await of.resolve(asked, { ...from, kind, pluginData: "asked" });
        if (found.startsWith(path.resolve(folder))) return undefined;
        return { path: asked.startsWith(".") ? path.relative(".", found) : asked, namespace: "taken" };
      });
      of.onLoad({ filter: /.*/, namespace: "taken" }, async ({ path: name }) => {
        const lines = (await exportsOf(name)).map(
          (word) => `export const ${word} = /* @__PURE__ */ part("${TAKEN}${name} ${word}");`,
        );
        return { contents: `const part = (number) => ${PARTS}[number];\n${lines.join("\n")}` };
      });
    },
  };
}

/** Names that a module of ours, or one of preact's, offers. */
async function exportsOf(name) {
  const { metafile } = await build({
    ...options,
    minify: false,
    entryPoints: [entryOf(name)],
    format: "esm",
    metafile: true,
    outdir: "build",
  });
  return Object.values(metafile.outputs)[0].exports.filter((word) => word !== "default");
}

function entryOf(name) {
  return name.startsWith("src/") ? `./${name}` : name;
}

/** The module that offers what screens take: a module's name and a word of it each. */
function offered(all) {
  const lines = all.map((taken, i) => {
    const [name, word] = taken.split(" ");
    return `import { ${word} as p${i} } from ${JSON.stringify(entryOf(name))};`;
  });
  return {
    name: "offered",
    setup(of) {
      of.onResolve({ filter: /^nodescope:offered$/ }, () => ({ path: "offered", namespace: "offered" }));
      of.onLoad({ filter: /.*/, namespace: "offered" }, () => ({
        contents: `${lines.join("\n")}\n${PARTS} = [${all.map((_, i) => `p${i}`).join()}];`,
        resolveDir: ".",
      }));
    },
  };
}

async function bundled(entry, more) {
  const { outputFiles } = await build({ ...options, entryPoints: [entry], outfile: "out.js", ...more });
  return outputFiles[0].text;
}

const write = (name, text) => writeFile(path.join(out, `${name}.js`), text);

compileCore();
const screens = {};
for (const [name, folder] of Object.entries(SCREENS))
  screens[name] = await bundled(`${folder}/screen.ts`, { format: "iife", plugins: [sheets, taken(folder)] });
const words = Object.values(screens).flatMap((text) => [...text.matchAll(ASKED)].map(([, word]) => word));
const parts = [...new Set(words)].sort();
for (const [name, text] of Object.entries(screens))
  await write(
    name,
    text.replace(ASKED, (_, word) => parts.indexOf(word)),
  );
await write("table", await bundled("src/table.ts", { format: "iife" }));
await write("map", await bundled("src/map.ts", { format: "iife" }));
await write("beside", await bundled("src/beside.ts", { format: "iife" }));
const plugins = [sheets, coreAsText, offered(parts)];
await write("nodescope", await bundled("src/index.tsx", { format: "esm", plugins }));
