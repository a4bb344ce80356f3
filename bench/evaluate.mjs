// Runs NAME.onnx on NAME.input.bin with ONNX Runtime and writes NAME.output.bin, for every input of a folder. The
// files hold channels, height and width (int32) and then the samples (float32), all little-endian.

import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";

const HEADER_BYTES = 12;
const INPUT = ".input.bin";

const folder = process.argv[2];
if (!folder) {
  console.error("usage: node evaluate.mjs FOLDER");
  process.exit(2);
}

for (const file of readdirSync(folder).filter((name) => name.endsWith(INPUT)).sort()) {
  const name = join(folder, file.slice(0, -INPUT.length));
  const bytes = readFileSync(join(folder, file));
  const shape = [0, 4, 8].map((offset) => bytes.readInt32LE(offset));
  const samples = new Float32Array(new Uint8Array(bytes.subarray(HEADER_BYTES)).buffer);

  // One thread and no fusing: the plainest sums that this runtime computes, and the same on every machine.
  const session = await InferenceSession.create(`${name}.onnx`, {
    graphOptimizationLevel: "disabled",
    intraOpNumThreads: 1,
  });
  const results = await session.run({ [session.inputNames[0]]: new Tensor("float32", samples, [1, ...shape]) });
  const output = results[session.outputNames[0]];
  const header = Buffer.alloc(HEADER_BYTES);
  output.dims.slice(1).forEach((length, i) => header.writeInt32LE(length, 4 * i));
  const data = Buffer.from(output.data.buffer, output.data.byteOffset, output.data.byteLength);
  writeFileSync(`${name}.output.bin`, Buffer.concat([header, data]));
  console.log(`${name}: ${shape.join("x")} -> ${output.dims.slice(1).join("x")}`);
}
