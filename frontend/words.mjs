/* The table of words that Python reads too, as TypeScript: `node words.mjs` writes src/told/table.ts, `--check` compares. */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const TABLE = "../src/nodescope/diagnosis/live/words.txt";
const OUT = "src/told/table.ts";
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
  return execFileSync("node_modules/.bin/biome", ["format", `--stdin-file-path=${OUT}`], { input: text, encoding: "utf8" });
}

export function written({ numbers, ...sections }) {
  const row = ({ when, say }) =>
    `    [(${condition(when).includes("f.") ? "f" : ""}) => ${condition(when)}, [${sentence(say).join(", ")}]],\n`;
  const section = ([name, rows]) => `  ${/^\w+$/.test(name) ? name : JSON.stringify(name)}: [\n${rows.map(row).join("")}  ],\n`;
  return [
    "/** The words for what a run does, and when each is said, of words.txt. Made by words.mjs: not to be edited. */\n\n",
    'import type { Row } from "./say";\n\n',
    ...numbers.map(({ when }) => `export const ${when};\n`),
    `\nexport const TABLE = {\n${Object.entries(sections).map(section).join("")}} satisfies Record<string, Row[]>;\n`,
  ].join("");
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const text = formatted(written(parse(readFileSync(TABLE, "utf8"))));
  if (!process.argv.includes("--check")) writeFileSync(OUT, text);
  else if (readFileSync(OUT, "utf8") !== text) {
    console.error(`${OUT} is not what words.txt says: make frontend writes it anew`);
    process.exit(1);
  }
}
