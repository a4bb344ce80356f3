// Writes ONNX files, as far as the benchmarks need them: float networks of one input and one output.
// Field numbers are those of onnx.proto3 (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3).

const FLOAT = 1;
const IR_VERSION = 8;
const OPSET = 17;

// Wire types of protocol buffers.
const VARINT = 0;
const BYTES = 2;
const FIXED32 = 5;

/** A network that is put together node by node; every node gives the name of its result. */
export class OnnxFile {
  constructor() {
    this.nodes = [];
    this.tensors = [];
  }

  /** Adds a node. Attributes are whole numbers, `{ float }`, texts, or lists of whole numbers. */
  node(operator, inputs, attributes = {}) {
    const name = `${operator}_${this.nodes.length}`;
    this.nodes.push(message(
      ...inputs.map((input) => text(1, input)),
      text(2, name),
      text(3, name),
      text(4, operator),
      ...Object.entries(attributes).map(([key, value]) => nested(5, attribute(key, value))),
    ));
    return name;
  }

  /** Adds constants of float. */
  floats(shape, values) {
    const name = `floats_${this.tensors.length}`;
    const raw = Buffer.from(Float32Array.from(values).buffer);
    const dimensions = shape.map((length) => whole(1, length));
    this.tensors.push(message(...dimensions, whole(2, FLOAT), text(8, name), bytes(9, raw)));
    return name;
  }

  /** The bytes of the file; input and output are pictures of `channels`, of any size. */
  build(output, channels) {
    const graph = message(
      ...this.nodes.map((node) => nested(1, node)),
      text(2, "graph"),
      ...this.tensors.map((tensor) => nested(5, tensor)),
      nested(11, value("input", [1, channels, "height", "width"])),
      nested(12, value(output, [1, channels, "out_height", "out_width"])),
    );
    return message(whole(1, IR_VERSION), nested(7, graph), nested(8, message(text(1, ""), whole(2, OPSET))));
  }
}

function attribute(name, value) {
  const fields = [text(1, name)];
  if (typeof value === "number") {
    fields.push(whole(3, value), whole(20, 2));
  } else if (typeof value === "string") {
    fields.push(text(4, value), whole(20, 3));
  } else if (Array.isArray(value)) {
    fields.push(...value.map((item) => whole(8, item)), whole(20, 7));
  } else {
    fields.push(single(2, value.float), whole(20, 1));
  }
  return message(...fields);
}

function value(name, shape) {
  const dimensions = shape.map((length) =>
    nested(1, typeof length === "number" ? message(whole(1, length)) : message(text(2, length))));
  const tensor = message(whole(1, FLOAT), nested(2, message(...dimensions)));
  return message(text(1, name), nested(2, message(nested(1, tensor))));
}

const message = (...fields) => Buffer.concat(fields);
const whole = (field, number) => message(varint(field << 3 | VARINT), varint(number));
const bytes = (field, content) => message(varint(field << 3 | BYTES), varint(content.length), content);
const text = (field, content) => bytes(field, Buffer.from(content));
const nested = bytes;

function single(field, number) {
  const content = Buffer.alloc(4);
  content.writeFloatLE(number);
  return message(varint(field << 3 | FIXED32), content);
}

function varint(number) {
  const groups = [];
  for (; number > 127; number = Math.floor(number / 128)) {
    groups.push(number % 128 | 128);
  }
  return Buffer.from([...groups, number]);
}
