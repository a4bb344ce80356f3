// Measures the whole program: memory, start, and what it takes beyond its network. Prints Markdown.
//
//   node program.mjs [--repeats N]
//
// Needs Linux (/proc tells the memory). Pictures are made from the samples, in a temporary folder.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { median } from "./median.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const enlarger = join(root, "enlarger");
const { repeats } = parseArgs({ options: { repeats: { type: "string", default: "7" } } }).values;
const folder = mkdtempSync(join(tmpdir(), "enlarger-bench-"));

/** Runs the program; the peak is in MiB, as the kernel keeps it for a process (VmHWM). */
function run(...args) {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(enlarger, args, { stdio: ["ignore", "pipe", "inherit"] });
    let out = "";
    let peak = 0;
    child.stdout.on("data", (text) => { out += text; });
    const watch = setInterval(() => {
      try {
        const kib = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1] ?? 0;
        peak = Math.max(peak, kib / 1024);
      } catch {
        // It has just ended.
      }
    }, 5);
    child.on("error", reject);
    child.on("close", (code) => {
      clearInterval(watch);
      const milliseconds = performance.now() - start;
      return code === 0 ? resolve({ out, peak, milliseconds }) : reject(new Error(`enlarger ended with ${code}`));
    });
  });
}

async function picture(name, size) {
  const path = join(folder, name);
  const sample = join(root, "samples", "taipei-city.jpg");
  await run("upscale", sample, "--size", size, "-m", "bicubic", "-o", path, "--quiet");
  return path;
}

const upscale = (input, ...options) =>
  run("upscale", input, "-o", join(folder, "result.jpg"), "--force", "--quiet", ...options);

async function memory() {
  console.log("| picture, JPEG to JPEG | result | peak memory, MiB | seconds |\n|---|---|---|---|");
  for (const [size, scale] of [["1500x1500", "4"], ["3000x3000", "2"], ["3000x3000", "4"]]) {
    const { peak, milliseconds } = await upscale(await picture(`${size}.jpg`, size), "-s", scale);
    const result = size.split("x").map((side) => side * scale).join("x");
    console.log(`| ${size} | ${result} | ${peak.toFixed(0)} | ${(milliseconds / 1000).toFixed(1)} |`);
  }
}

async function start() {
  const tiny = await picture("tiny.jpg", "64x64");
  const small = await picture("small.jpg", "640x480");
  const times = { version: [], tiny: [], small: [], network: [] };
  for (let i = 0; i < Number(repeats); i++) {
    times.version.push((await run("--version")).milliseconds);
    times.tiny.push((await upscale(tiny, "-s", "2")).milliseconds);
    times.small.push((await upscale(small, "-s", "2")).milliseconds);
    const bench = await run("bench", "-m", "photo", "--scale", "2", "--size", "640x480", "--repeat", "3", "--json");
    times.network.push(JSON.parse(bench.out).milliseconds);
  }
  const ms = Object.fromEntries(Object.entries(times).map(([name, all]) => [name, median(all)]));
  const share = ms.small / (ms.network + 150);
  console.log("\n| from the start of the process to its end | milliseconds |\n|---|---|");
  console.log(`| \`enlarger --version\` | ${ms.version.toFixed(0)} |`);
  console.log(`| 64x64 JPEG x2: later than the first tile of any picture | ${ms.tiny.toFixed(0)} |`);
  console.log(`| 640x480 JPEG x2 | ${ms.small.toFixed(0)} |`);
  console.log(`| the network of the same alone, in a warm process | ${ms.network.toFixed(0)} |`);
  console.log(`\n640x480 x2 takes ${share.toFixed(2)} of the network's time plus 150 ms.`);
}

try {
  await run("--version"); // Builds the program, if it is not.
  await memory();
  await start();
} finally {
  rmSync(folder, { recursive: true });
}
