/* The tests of tests/, bundled as the page is and run by Node's own runner, on the same compiled core. */
import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { build } from "esbuild";
import { compileCore, coreAsText } from "./wasm.mjs";

const names = readdirSync("tests").filter((name) => /\.test\.m?ts$/.test(name));
compileCore();
rmSync("build/tests", { recursive: true, force: true });
await build({
  entryPoints: names.map((name) => `tests/${name}`),
  outdir: "build/tests",
  outExtension: { ".js": ".mjs" },
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  plugins: [coreAsText],
});
const files = names.map((name) => `build/tests/${name.replace(/\.ts$/, ".mjs")}`);
process.exit(spawnSync(process.execPath, ["--test", ...files], { stdio: "inherit" }).status ?? 1);
