import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const performance = join(dirname(dirname(fileURLToPath(import.meta.url))), "docs", "performance.md");

/** Puts what was measured into docs/performance.md, between the marks that bear its name. */
export function writeSection(name, text) {
  const [start, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const document = readFileSync(performance, "utf8");
  const [from, to] = [document.indexOf(start), document.indexOf(end)];
  if (from < 0 || to < from) {
    throw new Error(`docs/performance.md has no place for ${name}: it wants ${start} and ${end}.`);
  }
  writeFileSync(performance, `${document.slice(0, from + start.length)}\n${text.trim()}\n${document.slice(to)}`);
}

/** The processor that this runs on, and how many cores of it. */
export function processor() {
  const cores = cpus();
  return `${cores[0].model.trim()}, ${cores.length} ${cores.length === 1 ? "core" : "cores"}`;
}

/** The command that is running, as it would be typed in this folder. */
export function invocation() {
  return ["node", basename(process.argv[1]), ...process.argv.slice(2)].join(" ");
}
