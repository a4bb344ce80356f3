// Makes networks of random weights, in the shapes that others are known for: what they draw is noise, and their speed
// is that of a trained one.
//
//   node networks.mjs FOLDER
//
// srvgg-64x16_x4.onnx: 64 channels and 16 convolutions in a row with PReLU between, as realesr-general-x4v3 has 32
// (Wang, Xie, Dong and Shan, "Real-ESRGAN", 2021). rrdb-6_x4.onnx: six residual blocks of dense blocks with 64 channels
// that grow by 32, as the anime network of Real-ESRGAN (Wang and others, "ESRGAN", 2018).

import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { OnnxFile } from "./onnxfile.mjs";

const PICTURE_CHANNELS = 3;
const CHANNELS = 64;

/** Writes the networks, always the same bytes, and returns their paths. */
export function makeNetworks(folder) {
  mkdirSync(folder, { recursive: true });
  return [["srvgg-64x16_x4.onnx", srvgg(16)], ["rrdb-6_x4.onnx", rrdb(6, 32)]].map(([name, file]) => {
    const path = join(folder, name);
    writeFileSync(path, file);
    return path;
  });
}

/** An ONNX file of 3x3 convolutions, whose weights keep the variance of what passes (He and others, 2015). */
class Convolutions extends OnnxFile {
  #state = 1;

  conv(input, from, to, gain = 1) {
    const bound = gain * Math.sqrt(6 / (from * 9));
    const weights = this.floats([to, from, 3, 3], this.#noise(to * from * 9, bound));
    const bias = this.floats([to], this.#noise(to, 0.01));
    return this.node("Conv", [input, weights, bias], {
      dilations: [1, 1], group: 1, kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [1, 1],
    });
  }

  prelu(input, channels) {
    const slopes = this.floats([channels, 1, 1], new Array(channels).fill(0.25));
    return this.node("PRelu", [input, slopes]);
  }

  leaky(input) {
    return this.node("LeakyRelu", [input], { alpha: { float: 0.2 } });
  }

  nearest(input, scale) {
    const scales = this.floats([4], [1, 1, scale, scale]);
    return this.node("Resize", [input, "", scales], {
      coordinate_transformation_mode: "asymmetric", mode: "nearest", nearest_mode: "floor",
    });
  }

  #noise(length, bound) {
    return Array.from({ length }, () => {
      this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0; // Knuth's linear congruential generator.
      return (2 * this.#state / 2 ** 32 - 1) * bound;
    });
  }
}

function srvgg(blocks) {
  const net = new Convolutions();
  let x = net.prelu(net.conv("input", PICTURE_CHANNELS, CHANNELS), CHANNELS);
  for (let i = 0; i < blocks; i++) {
    x = net.prelu(net.conv(x, CHANNELS, CHANNELS), CHANNELS);
  }
  x = net.conv(x, CHANNELS, PICTURE_CHANNELS * 16, 0.05);
  x = net.node("DepthToSpace", [x], { blocksize: 4, mode: "CRD" });
  return net.build(net.node("Add", [x, net.nearest("input", 4)]), PICTURE_CHANNELS);
}

function rrdb(blocks, growth) {
  const net = new Convolutions();
  const first = net.conv("input", PICTURE_CHANNELS, CHANNELS);
  const fifth = net.floats([], [0.2]);
  const near = (base, added) => net.node("Add", [net.node("Mul", [added, fifth]), base]);
  let trunk = first;
  for (let i = 0; i < blocks; i++) {
    let block = trunk;
    for (let j = 0; j < 3; j++) {
      block = near(block, dense(net, block, growth));
    }
    trunk = near(trunk, block);
  }
  let x = net.node("Add", [first, net.conv(trunk, CHANNELS, CHANNELS, 0.1)]);
  for (let i = 0; i < 2; i++) {
    x = net.leaky(net.conv(net.nearest(x, 2), CHANNELS, CHANNELS));
  }
  x = net.leaky(net.conv(x, CHANNELS, CHANNELS));
  return net.build(net.conv(x, CHANNELS, PICTURE_CHANNELS, 0.1), PICTURE_CHANNELS);
}

// Each convolution sees what the ones before it have made.
function dense(net, input, growth) {
  const maps = [input];
  for (let i = 0; i < 4; i++) {
    maps.push(net.leaky(net.conv(concat(net, maps), CHANNELS + i * growth, growth, 0.1)));
  }
  return net.conv(concat(net, maps), CHANNELS + 4 * growth, CHANNELS, 0.1);
}

const concat = (net, maps) => maps.length === 1 ? maps[0] : net.node("Concat", maps, { axis: 1 });

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  if (process.argv.length !== 3) {
    console.error("usage: node networks.mjs FOLDER");
    process.exit(2);
  }
  console.log(makeNetworks(process.argv[2]).join("\n"));
}
