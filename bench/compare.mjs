// Compares Enlarger with ONNX Runtime on the same network files and prints a Markdown table of median times.
//
//   node compare.mjs [--quick] [--write] [--models A.onnx,B.onnx] [--sizes N,WxH] [--threads N,N] [--repeats N]
//                    [--seconds N] [--ours COMMAND]
//
// Without --models, all networks of models/ and two of random weights. --quick takes less than two minutes; --write
// puts the table into docs/performance.md. A picture of which one run is likely to take more than --seconds is left out.
//
// The engines run in turns (A B A B ...), one at a time, so that a machine that gets warmer or busier slows both.

import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Engine } from "./engine.mjs";
import { median } from "./median.mjs";
import { makeNetworks } from "./networks.mjs";
import { invocation, processor, writeSection } from "./section.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);

/** The median answer of each engine. */
async function compare(engines, request, repeats) {
  const times = engines.map(() => []);
  let gflops = 0;
  // The first round warms caches and is not counted.
  for (let round = 0; round <= repeats; round++) {
    for (const [i, engine] of engines.entries()) {
      const answer = await engine.measure(request);
      gflops = answer.gflops ? answer.gflops * answer.milliseconds : gflops;
      if (round > 0) {
        times[i].push(answer.milliseconds);
      }
    }
  }
  const [ours, theirs] = times.map(median);
  return { ours, theirs, gflops: gflops / ours };
}

function shippedModels() {
  const folder = join(root, "models");
  return readdirSync(folder).filter((file) => file.endsWith(".onnx")).sort().map((file) => join(folder, file));
}

async function compareAll(engines, models, { sizes, threads, repeats, seconds }, print) {
  for (const model of models) {
    for (const count of threads) {
      let msPerPixel = 0;
      for (const [width, height] of sizes) {
        if (msPerPixel * width * height > seconds * 1000) {
          print(`${basename(model)}, ${width}x${height}, ${count} threads: left out, it would take too long`);
          continue;
        }
        const request = { model, width, height, threads: count };
        const { ours, theirs, gflops } = await compare(engines, request, repeats);
        msPerPixel = Math.max(ours, theirs) / width / height;
        print(null, [
          basename(model), `${width}x${height}`, count, ours.toFixed(1), theirs.toFixed(1),
          (theirs / ours).toFixed(2), gflops.toFixed(0),
        ]);
      }
    }
  }
}

const { values } = parseArgs({
  options: {
    models: { type: "string" },
    sizes: { type: "string" },
    threads: { type: "string" },
    repeats: { type: "string" },
    seconds: { type: "string" },
    quick: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    ours: { type: "string", default: "./enlarger bench --interactive" },
  },
});
const work = {
  sizes: (values.sizes ?? (values.quick ? "64,256" : "64,128,256,512,1024,2048")).split(",").map((size) => {
    const [width, height] = size.split("x").map(Number);
    return [width, height ?? width];
  }),
  threads: values.threads?.split(",").map(Number) ?? [...new Set([1, availableParallelism()])],
  repeats: Number(values.repeats ?? (values.quick ? 3 : 5)),
  seconds: Number(values.seconds ?? (values.quick ? 2 : 20)),
};
const folder = mkdtempSync(join(tmpdir(), "enlarger-bench-"));
const given = values.models?.split(",").map((model) => resolve(model));
const models = given ?? [...shippedModels(), ...makeNetworks(folder)];
const [command, ...args] = values.ours.split(" ");
const engines = [
  new Engine("Enlarger", command, args),
  new Engine("ONNX Runtime", process.execPath, [join(here, "onnxruntime.mjs"), "--interactive"]),
];
const table = [
  "| network | picture | threads | Enlarger, ms | ONNX Runtime, ms | times faster | Enlarger, gflops |",
  "|---|---|---|---|---|---|---|",
];

try {
  console.log(table.join("\n"));
  await compareAll(engines, models, work, (note, cells) => {
    if (note) {
      console.error(note);
      return;
    }
    table.push(`| ${cells.join(" | ")} |`);
    console.log(table.at(-1));
  });
  if (values.write) {
    writeSection("compare.mjs", `${processor()}, \`${invocation()}\`:\n\n${table.join("\n")}`);
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  engines.forEach((engine) => engine.close());
  rmSync(folder, { recursive: true });
}
