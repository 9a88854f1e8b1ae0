/* A program of tests/ (`node program.mjs NAME`) bundled as the page is, on the same compiled core, and run: see tests/laws. */
import { spawnSync } from "node:child_process";
import { build } from "esbuild";
import { compileCore, coreAsText } from "./wasm.mjs";

const name = process.argv[2];
compileCore();
await build({
  entryPoints: [`tests/${name}.ts`],
  outfile: `build/${name}.mjs`,
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  plugins: [coreAsText],
});
process.exit(spawnSync(process.execPath, [`build/${name}.mjs`], { stdio: "inherit" }).status ?? 1);
