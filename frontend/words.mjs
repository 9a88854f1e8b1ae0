/* The table of words that Python reads too, as TypeScript: `node words.mjs` writes files of src/told, `--check` compares. */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const TABLE = "../src/nodescope/diagnosis/live/words.txt";
const FOLDER = "src/told";
const PART = /\{(?:"([^"]*)":(\w*)|>([\w ]+)(;?)|(\w+)(?:\|(\w+))?(?::(\w+))?)\}/g;

/** Sections with their rows: a condition and its sentence. */
export function parse(text) {
  const sections = {};
  let rows = [];
  for (const line of text.split("\n")) {
    if (line.startsWith("    ")) rows[rows.length - 1].say = line.slice(4);
    else if (line.startsWith("[")) {
      rows = [];
      sections[line.replace(/[[\]]/g, "")] = rows;
    } else if (line && !line.startsWith("#")) rows.push({ when: line, say: "" });
  }
  return sections;
}

const WORDS = { and: "&&", or: "||", not: "!", True: "true", False: "false", "==": "===", "!=": "!==" };

/** A condition as TypeScript: names are facts, capitals are numbers of the table. */
function condition(when) {
  const pieces = when.match(/"[^"]*"|[<>=!]=|[A-Za-z_]\w*|[\d.]+(?:e[-+]?\d+)?|[<>()*-]/g) ?? [];
  if (pieces.join("").replaceAll(" ", "") !== when.replaceAll(" ", ""))
    throw new Error(`words.mjs cannot read the condition ${when}`);
  return pieces
    .map((piece) => WORDS[piece] ?? (/^[a-z]/.test(piece) ? `f.${piece}` : piece))
    .join(" ")
    .replaceAll("! ", "!")
    .replaceAll("( ", "(")
    .replaceAll(" )", ")");
}

function sentence(say) {
  const parts = [];
  let at = 0;
  for (const found of say.matchAll(PART)) {
    const [all, words, tone, section, joined, fact, how, colour] = found;
    parts.push(say.slice(at, found.index));
    if (words !== undefined) parts.push(tone ? `{ word: ${JSON.stringify(words)}, tone: "${tone}" }` : words);
    else if (section) parts.push(`{ section: "${section}"${joined ? ", goesOn: true" : ""} }`);
    else parts.push(`{ fact: "${fact}"${how ? `, how: "${how}"` : ""}${colour ? `, tone: "${colour}"` : ""} }`);
    at = found.index + all.length;
  }
  const told = [...parts, say.slice(at)].filter((part) => part !== "");
  return told.flatMap((part) => (part.startsWith("{ ") ? part : inPieces(part).map((piece) => JSON.stringify(piece))));
}

/** Words in pieces that a line has room for. */
const inPieces = (text) => text.match(/.{1,90}(?:\s|$)|.+/g) ?? [];

/** As the page's code looks. */
function formatted(text) {
  return execFileSync("node_modules/.bin/biome", ["format", "--stdin-file-path=table.ts"], { input: text, encoding: "utf8" });
}

const MADE = "Made by words.mjs: not to be edited. */\n\n";
/** The first section of the second half, each of which is a file that can be read; and of what networks alone need. */
const HALF = "step";
const NETWORK = "verdict of a network";

/** The files that are made of the table, by their names. */
export function written({ numbers, ...sections }) {
  const names = numbers.map(({ when }) => when.split(" ")[0]).sort();
  const all = Object.entries(sections);
  const [half, end] = [HALF, NETWORK].map((first) => all.findIndex(([name]) => name === first));
  const values = numbers.map(({ when }) => `export const ${when};\n`).join("");
  const parts = [all.slice(0, half), all.slice(half, end), all.slice(end)];
  const [said, ahead, network] = parts.map((part) => part.map(section).join(""));
  const before = 'import { SAID } from "./said";\n';
  const table = module("TABLE", names, `...SAID,${ahead}`, before);
  const judged = ofNetworks(module("NETWORK", names, network));
  return {
    "numbers.ts": `/** Numbers that conditions of words.txt name. ${MADE}${values}`,
    "said.ts": `/** The words for what a run did and why, of words.txt. ${MADE}${module("SAID", names, said)}`,
    "table.ts": `/** All words of words.txt but those of networks alone. ${MADE}${table}`,
    "network/words.ts": `/** The words for the verdict of a network, of words.txt. ${MADE}${judged}`,
  };
}

function section([name, rows]) {
  return `${/^\w+$/.test(name) ? name : JSON.stringify(name)}: [${rows.map(row).join("")}],`;
}

function row({ when, say }) {
  const asked = condition(when);
  return `[(${asked.includes("f.") ? "f" : ""}) => ${asked}, [${sentence(say).join(", ")}]],`;
}

function module(name, names, code, before = "") {
  const named = names.filter((word) => new RegExp(`\\b${word}\\b`).test(code));
  const numbers = named.length ? `import { ${named.join(", ")} } from "./numbers";\n` : "";
  const imports = `${numbers}${before}import type { Row } from "./say";\n\n`;
  return `${imports}export const ${name} = {${code}} satisfies Record<string, Row[]>;\n`;
}

/** A module of the folder of networks, whose conditions are over facts of its own. */
function ofNetworks(text) {
  const facts = 'import type { NetworkFacts } from "./facts";\n';
  return text.replaceAll('"./', '"../').replace("\n\n", `\n${facts}\n`).replace("Row[]", "Row<NetworkFacts>[]");
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const [name, text] of Object.entries(written(parse(readFileSync(TABLE, "utf8"))))) {
    const [out, made] = [`${FOLDER}/${name}`, formatted(text)];
    if (!process.argv.includes("--check")) writeFileSync(out, made);
    else if (readFileSync(out, "utf8") !== made) {
      console.error(`${out} is not what words.txt says: make frontend writes it anew`);
      process.exit(1);
    }
  }
}
