// Compares Enlarger with ONNX Runtime on the same network files and prints a Markdown table of median times.
//
//   node compare.mjs [--models A.onnx,B.onnx] [--sizes WxH,WxH] [--threads N,N] [--repeats N] [--ours COMMAND]
//
// The engines run in turns (A B A B ...), one at a time, so that a machine that gets warmer or busier slows both.

import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { median } from "./median.mjs";

// The threads of an engine look for new work for a while after a run and would slow the other one.
const PAUSE_MS = 200;

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);

/** A process that answers each line of JSON with another. */
class Engine {
  constructor(name, command, args) {
    this.name = name;
    this.process = spawn(command, args, { cwd: root, stdio: ["pipe", "pipe", "inherit"] });
    this.process.stdin.on("error", () => {}); // A process that ended is reported where its answer is missing.
    this.failed = new Promise((_, reject) => {
      this.process.on("error", (error) => reject(new Error(`${name} did not start: ${error.message}`)));
    });
    this.failed.catch(() => {});
    this.lines = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
  }

  async milliseconds(request) {
    this.process.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await Promise.race([this.lines.next(), this.failed]);
    if (done) {
      throw new Error(`${this.name} ended without an answer.`);
    }
    const answer = JSON.parse(value);
    if (typeof answer.milliseconds !== "number") {
      throw new Error(`${this.name}: ${answer.error ?? value}`);
    }
    await setTimeout(PAUSE_MS);
    return answer.milliseconds;
  }

  close() {
    this.process.stdin.end();
  }
}

async function compare(engines, request, repeats) {
  const times = engines.map(() => []);
  // The first round warms caches and is not counted.
  for (let round = 0; round <= repeats; round++) {
    for (const [i, engine] of engines.entries()) {
      const milliseconds = await engine.milliseconds(request);
      if (round > 0) {
        times[i].push(milliseconds);
      }
    }
  }
  return times.map(median);
}

function shippedModels() {
  const folder = join(root, "models");
  return readdirSync(folder).filter((file) => file.endsWith(".onnx")).sort().map((file) => join(folder, file));
}

const { values } = parseArgs({
  options: {
    models: { type: "string" },
    sizes: { type: "string", default: "256x256,480x320" },
    threads: { type: "string", default: "1,2" },
    repeats: { type: "string", default: "7" },
    ours: { type: "string", default: "./enlarger bench --interactive" },
  },
});
const models = values.models?.split(",").map((model) => resolve(model)) ?? shippedModels();
const [command, ...args] = values.ours.split(" ");
const engines = [
  new Engine("Enlarger", command, args),
  new Engine("ONNX Runtime", process.execPath, [join(here, "onnxruntime.mjs"), "--interactive"]),
];

try {
  console.log("| network | picture | threads | Enlarger, ms | ONNX Runtime, ms | times faster |");
  console.log("|---|---|---|---|---|---|");
  for (const model of models) {
    for (const size of values.sizes.split(",")) {
      for (const threads of values.threads.split(",").map(Number)) {
        const [width, height] = size.split("x").map(Number);
        const [ours, theirs] = await compare(engines, { model, width, height, threads }, Number(values.repeats));
        const cells = [basename(model), size, threads, ours.toFixed(1), theirs.toFixed(1), (theirs / ours).toFixed(2)];
        console.log(`| ${cells.join(" | ")} |`);
      }
    }
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  engines.forEach((engine) => engine.close());
}
