declare module "*.wasm" {
  const bytes: Promise<ArrayBuffer>;
  export default bytes;
}
/** What screens take from the first file: build.mjs makes it. */
declare module "nodescope:offered";
declare module "*.css" {
  const text: string;
  export default text;
}
