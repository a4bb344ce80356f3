// Measures ONNX Runtime on the CPU.
//
//   node onnxruntime.mjs MODEL.onnx --size WxH [--threads N] [--repeats N]
//       prints one JSON object with the milliseconds of every run and their median.
//   node onnxruntime.mjs --interactive
//       answers each line {"model","width","height","threads"} of stdin with a line that adds "milliseconds" of one
//       run, or "error". Sessions are kept, so that two engines can be asked in turns.

import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { median } from "./median.mjs";

const sessions = new Map();

async function measure({ model, width, height, threads }) {
  const session = await openSession(model, threads);
  const feeds = { [session.inputNames[0]]: makePicture(session, width, height) };
  // The first run with a new size plans its memory, which no later one does.
  if (session.warmSize !== `${width}x${height}`) {
    await session.run(feeds);
    session.warmSize = `${width}x${height}`;
  }
  const start = performance.now();
  await session.run(feeds);
  return performance.now() - start;
}

async function openSession(model, threads) {
  const key = `${threads} ${model}`;
  if (!sessions.has(key)) {
    sessions.set(key, await InferenceSession.create(model, {
      executionProviders: ["cpu"],
      graphOptimizationLevel: "all",
      executionMode: "sequential",
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
    }));
  }
  return sessions.get(key);
}

// Noise, always the same: flat pictures would let an engine meet denormal numbers or skip work.
function makePicture(session, width, height) {
  const { shape, type } = session.inputMetadata[0];
  if (type !== "float32") {
    throw new Error(`The input of the model is ${type}; only float32 is measured.`);
  }
  const samples = new Float32Array(shape[1] * height * width);
  let state = 1;
  for (let i = 0; i < samples.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0; // Knuth's linear congruential generator.
    samples[i] = state / 2 ** 32;
  }
  return new Tensor("float32", samples, [1, shape[1], height, width]);
}

async function answerLines() {
  for await (const line of createInterface({ input: process.stdin })) {
    let answer;
    try {
      const request = JSON.parse(line);
      answer = { ...request, milliseconds: await measure(request) };
    } catch (error) {
      answer = { error: error.message };
    }
    console.log(JSON.stringify(answer));
  }
}

async function measureOnce({ size, threads, repeats }, model) {
  const [width, height] = size.split("x").map(Number);
  const request = { model, width, height, threads: Number(threads) };
  const milliseconds = [];
  for (let i = 0; i < Number(repeats); i++) {
    milliseconds.push(await measure(request));
  }
  console.log(JSON.stringify({ ...request, milliseconds, median: median(milliseconds) }));
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    interactive: { type: "boolean", default: false },
    size: { type: "string", default: "256x256" },
    threads: { type: "string", default: "1" },
    repeats: { type: "string", default: "7" },
  },
});
if (values.interactive) {
  await answerLines();
} else if (positionals.length === 1) {
  await measureOnce(values, positionals[0]);
} else {
  console.error("usage: node onnxruntime.mjs MODEL.onnx --size WxH [--threads N] [--repeats N] | --interactive");
  process.exitCode = 2;
}
