/* tests/same_bits.ts bundled as the page is, on the same compiled core, and run: see tests/laws/test_page.py. */
import { spawnSync } from "node:child_process";
import { build } from "esbuild";
import { compileCore, coreAsText } from "./wasm.mjs";

compileCore();
await build({
  entryPoints: ["tests/same_bits.ts"],
  outfile: "build/same_bits.mjs",
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  plugins: [coreAsText],
});
process.exit(spawnSync(process.execPath, ["build/same_bits.mjs"], { stdio: "inherit" }).status ?? 1);
