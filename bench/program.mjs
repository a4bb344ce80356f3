// Measures the whole program: where the time goes, memory, start, and how cost grows with the picture. Prints Markdown.
//
//   node program.mjs [FOLDER] [--threads N] [--repeats N] [--quick] [--write]
//
// With a FOLDER, the pictures in it are enlarged, and nothing else is measured. Without one, pictures are made from the
// samples, in a temporary folder. --write puts the tables into docs/performance.md. Needs Linux, where /proc tells the
// memory.

import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Engine } from "./engine.mjs";
import { median } from "./median.mjs";
import { invocation, processor, writeSection } from "./section.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const enlarger = join(root, "enlarger");
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    threads: { type: "string", default: String(availableParallelism()) },
    repeats: { type: "string" },
    quick: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  },
});
// Of a start, which is short, and so disturbed by whatever else the machine does.
const STARTS = 25;
const repeats = Number(values.repeats ?? (values.quick ? 3 : 7));
const folder = mkdtempSync(join(tmpdir(), "enlarger-bench-"));
const lines = [];

function print(text) {
  lines.push(text);
  console.log(text);
}

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

/** Enlarges and tells where the time went: milliseconds of the wall, summed over the pictures. */
async function upscale(input, output, ...options) {
  const fixedOptions = [
    "-o", join(folder, output), "-m", "photo", "--force", "--quiet", "--json", "--threads", values.threads,
  ];
  const { out, peak, milliseconds } = await run("upscale", input, ...fixedOptions, ...options);
  const parts = { decode: 0, infer: 0, encode: 0, total: 0, megapixels: 0, pictures: 0 };
  for (const report of out.trim().split("\n").map((line) => JSON.parse(line))) {
    for (const part of ["decode", "infer", "encode", "total"]) {
      parts[part] += report.milliseconds[part];
    }
    parts.megapixels += report.width * report.height / 1e6;
    parts.pictures++;
  }
  return { ...parts, peak, milliseconds };
}

/** Of each of some ways to enlarge the run with the median time; they take turns. */
async function medianRuns(...ways) {
  const runs = ways.map(() => []);
  for (let i = 0; i < repeats; i++) {
    for (const [way, args] of ways.entries()) {
      runs[way].push(await upscale(...args));
    }
  }
  return runs.map((one) => one.toSorted((a, b) => a.milliseconds - b.milliseconds)[Math.floor(one.length / 2)]);
}

const fixed = (number, digits = 0) => number.toFixed(digits);

// One picture at a time: what is neither decoding, network nor encoding is the start of the process and its end.
async function whereTimeGoes() {
  print("| one picture | result | ms | decode | network | encode, beyond it | other | network | peak, MiB |");
  print("|---|---|---|---|---|---|---|---|---|");
  for (const [size, scale, format] of [
    ["64x64", 2, "jpg"], ["640x480", 2, "jpg"], ["1152x864", 4, "jpg"], ["1152x864", 4, "png"], ["1152x864", 4, "webp"],
  ]) {
    const input = await picture(`one-${size}.jpg`, size);
    const [one] = await medianRuns([input, `one.${format}`, "-s", scale]);
    const other = one.milliseconds - one.decode - one.infer - one.encode;
    print(`| ${size} JPEG | ${scale}x, ${format} | ${[
      one.milliseconds, one.decode, one.infer, one.encode, other].map((ms) => fixed(ms)).join(" | ")} `
      + `| ${fixed(100 * one.infer / one.milliseconds)} % | ${fixed(one.peak)} |`);
  }
}

// Pictures overlap, so that the parts may add up to more than the time of the whole.
async function folderTimes(input, name) {
  print("\n| folder | pictures | result, megapixels | s | decode, s | network, s | encode, s | peak, MiB |");
  print("|---|---|---|---|---|---|---|---|");
  const all = await upscale(input, "results/", "-s", "4");
  print(`| ${name} | ${all.pictures} | ${fixed(all.megapixels, 1)} | ${[
    all.milliseconds, all.decode, all.infer, all.encode].map((ms) => fixed(ms / 1000, 2)).join(" | ")} `
    + `| ${fixed(all.peak)} |`);
}

// What any picture costs, as the smallest does, is taken away, so that what is left is the price of a pixel.
async function growth() {
  print("\n| result, megapixels | ms | ms a megapixel, beyond what 64x64 takes | peak, MiB |");
  print("|---|---|---|---|");
  const sizes = [[16, 16], [144, 108], [288, 216], [576, 432], [1152, 864], [2304, 1728]];
  const ways = [];
  for (const [width, height] of values.quick ? sizes.slice(0, 5) : sizes) {
    ways.push([await picture(`${width}.jpg`, `${width}x${height}`), "growth.jpg", "-s", "4"]);
  }
  const [least, ...others] = await medianRuns(...ways);
  for (const one of others) {
    const cost = (one.milliseconds - least.milliseconds) / (one.megapixels - least.megapixels);
    print(`| ${fixed(one.megapixels, 2)} | ${fixed(one.milliseconds)} | ${fixed(cost, 1)} | ${fixed(one.peak)} |`);
  }
}

// One process, sizes in turns, small ones more often; the first round is not counted.
async function networkGrowth() {
  print("\n| result, megapixels | ms a megapixel, of the network alone |\n|---|---|");
  const sides = values.quick ? [256, 512, 1000, 2000] : [256, 512, 1000, 2000, 4000];
  const costs = new Map(sides.map((side) => [side, []]));
  const megapixels = (side) => 4 * side * side / 1e6;
  const engine = new Engine("Enlarger", enlarger, ["bench", "--interactive"]);
  try {
    for (let round = 0; round <= repeats; round++) {
      for (const [side, all] of costs) {
        const request = { model: "photo", scale: 2, width: side, height: side, threads: Number(values.threads) };
        for (let run = 0; run < 1000 / side; run++) {
          const { milliseconds } = await engine.measure(request);
          if (round > 0) {
            all.push(milliseconds / megapixels(side));
          }
        }
      }
    }
  } finally {
    engine.close();
  }
  for (const [side, all] of costs) {
    print(`| ${fixed(megapixels(side), 2)} | ${fixed(median(all), 1)} |`);
  }
}

// Nothing watches its memory meanwhile, which would take a part of a core that it starts on.
function startTime(...args) {
  return median(Array.from({ length: STARTS }, () => {
    const start = performance.now();
    const { status } = spawnSync(enlarger, args, { stdio: "ignore" });
    if (status !== 0) {
      throw new Error(`enlarger ended with ${status}`);
    }
    return performance.now() - start;
  }));
}

async function memory() {
  print("\n| picture, JPEG to JPEG | result | peak memory, MiB | s |\n|---|---|---|---|");
  const cases = [["1500x1500", 4], ["3000x3000", 2], ["3000x3000", 4]];
  for (const [size, scale] of values.quick ? cases.slice(0, 1) : cases) {
    const { peak, milliseconds } = await upscale(await picture(`${size}.jpg`, size), "memory.jpg", "-s", scale);
    const result = size.split("x").map((side) => side * scale).join("x");
    print(`| ${size} | ${result} | ${fixed(peak)} | ${fixed(milliseconds / 1000, 1)} |`);
  }
}

async function start() {
  const tiny = await picture("tiny.jpg", "64x64");
  const version = startTime("--version");
  const first = startTime("upscale", tiny, "-o", join(folder, "tiny2.jpg"), "-s", "2", "--force", "--quiet");
  print("\n| from the start of the process to its end | ms |\n|---|---|");
  print(`| \`enlarger --version\` | ${fixed(version)} |`);
  print(`| 64x64 JPEG x2: later than the first tile of any picture | ${fixed(first)} |`);
}

try {
  await run("--version"); // Builds the program, if it is not.
  if (positionals.length > 0) {
    await folderTimes(resolve(positionals[0]), positionals[0]);
  } else {
    await whereTimeGoes();
    await folderTimes(samples(), "samples, four times each");
    await growth();
    await networkGrowth();
    await memory();
    await start();
  }
  if (values.write) {
    writeSection("program.mjs", `${processor()}, \`${invocation()}\`:\n\n${lines.join("\n")}`);
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}

function samples() {
  const copies = join(folder, "samples");
  mkdirSync(copies);
  const files = readdirSync(join(root, "samples")).filter((file) => file.endsWith(".jpg"));
  for (let i = 0; i < 4; i++) {
    files.forEach((file) => copyFileSync(join(root, "samples", file), join(copies, `${i}-${file}`)));
  }
  return copies;
}
