// Loads a server with clients of all five vendors at once, and prints what came of it as Markdown.
//
//   node load.mjs [--seconds N] [--clients N] [--vendors Pixelcut,Venice,...]
//   node load.mjs --url http://127.0.0.1:8080 --key KEY      a server that runs already, with --allow-private-urls
//
// Without --url it starts one on an empty data folder and a free port. Memory and times are those of its /metrics.

import { execFileSync, spawn } from "node:child_process";
import { createServer } from "node:http";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const enlarger = join(root, "enlarger");
const { values: options } = parseArgs({
  options: {
    seconds: { type: "string", default: "120" },
    clients: { type: "string", default: "32" },
    vendors: { type: "string", default: "Pixelcut,Monica,Venice,Stablecog,AILab" },
    url: { type: "string" },
    key: { type: "string" },
  },
});
const folder = mkdtempSync(join(tmpdir(), "enlarger-load-"));

/** A form with the picture and some fields. */
function form(picture, fields) {
  const body = new FormData();
  body.set("image", new Blob([picture], { type: "image/jpeg" }), "picture.jpg");
  Object.entries(fields).forEach(([name, value]) => body.set(name, value));
  return body;
}

const json = (key, body) => ({
  headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
  body: JSON.stringify(body),
});

/** One request of each vendor: its path, what is sent, and where the answer has the address of the result. */
const vendors = {
  Pixelcut: {
    path: "/v1/upscale",
    send: (key, { jpeg }) => ({ headers: { "X-API-KEY": key }, body: form(jpeg, { scale: "2" }) }),
    result: (answer) => answer.result_url,
  },
  Monica: {
    path: "/v1/image/tool/upscale",
    send: (key, { link }) => json(key, { image: link, scale: 2 }),
    result: (answer) => answer.image,
  },
  Venice: {
    path: "/api/v1/image/upscale",
    send: (key, { jpeg }) => json(key, { image: jpeg.toString("base64"), scale: 2 }),
  },
  Stablecog: {
    path: "/v1/image/upscale",
    send: (key, { link }) => json(key, { input: link }),
    result: (answer) => answer.outputs[0].url,
  },
  AILab: {
    path: "/api/image/enhance/image-lossless-enlargement",
    send: (key, { jpeg }) => ({ headers: { "ailabapi-api-key": key }, body: form(jpeg, { upscale_factor: "2" }) }),
    result: (answer) => answer.data.url,
  },
};

function pictures() {
  const sample = join(root, "samples", "taipei-city.jpg");
  const file = (name) => {
    const path = join(folder, name);
    execFileSync(enlarger, ["upscale", sample, "--size", "256x256", "-m", "bicubic", "-o", path, "--quiet"]);
    return readFileSync(path);
  };
  return { jpeg: file("picture.jpg"), png: file("picture.png") };
}

/** Other people's web site, for the vendors that take an address. */
function host(picture) {
  const server = createServer((_, response) => response.writeHead(200, { "Content-Type": "image/png" }).end(picture));
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

/** Starts a server and makes a key for each vendor that no rate holds up. */
async function start(names) {
  const data = join(folder, "data");
  // Not auto: what is measured must not depend on what is found in the picture.
  const args = ["serve", "--data", data, "--urls", "http://127.0.0.1:0", "--allow-private-urls", "-m", "photo"];
  const settings = { ENLARGER_Jobs__BacklogMegapixelsMax: "100000", ENLARGER_Logging__LogLevel__Default: "Error" };
  const env = { ...process.env, ...settings };
  const child = spawn(enlarger, args, { stdio: ["ignore", "ignore", "pipe"], env });
  const url = await new Promise((resolve, reject) => {
    child.on("exit", (code) => reject(new Error(`enlarger serve ended with ${code}`)));
    createInterface({ input: child.stderr }).on("line", (line) => {
      const match = / listens on (\S+)/.exec(line);
      return match ? resolve(match[1]) : console.error(line);
    });
  });
  const add = (name) =>
    execFileSync(enlarger, ["keys", "add", name, "--rate", "100000", "--concurrent", "1000", "--data", data]);
  const keys = Object.fromEntries(names.map((name) => [name, add(name).toString().trim()]));
  return { url, keys, child };
}

const total = (text, name) =>
  text.split("\n")
    .filter((line) => line.startsWith(name))
    .reduce((sum, line) => sum + Number(line.split(" ").pop()), 0);

const metrics = async (url) => (await fetch(new URL("/metrics", url))).text();

/** One client: asks, looks at the answer, fetches the result, asks again. */
async function ask(name, url, key, sources, tally) {
  const vendor = vendors[name];
  const begin = performance.now();
  try {
    const response = await fetch(new URL(vendor.path, url), { method: "POST", ...vendor.send(key, sources) });
    const body = Buffer.from(await response.arrayBuffer());
    tally.push({ name, status: response.status, milliseconds: performance.now() - begin });
    if (response.status === 200 && vendor.result) {
      const result = await fetch(vendor.result(JSON.parse(body)));
      const bytes = (await result.arrayBuffer()).byteLength;
      if (result.status !== 200 || bytes === 0) throw new Error(`the result came with ${result.status}`);
    }
  } catch (error) {
    tally.push({ name, status: `${error.cause?.code ?? error.message}`, milliseconds: performance.now() - begin });
  }
}

const percentile = (sorted, part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];

function report(names, tally, memory, seconds, overhead) {
  const cores = availableParallelism();
  console.log(`${options.clients} clients, ${seconds.toFixed(0)} s, pictures of 256x256, ${cores} cores:`);
  console.log(`${(tally.length / seconds).toFixed(1)} requests a second.\n`);
  console.log("| client | requests | other than 200 | p50, ms | p90, ms | p99, ms | longest, ms |");
  console.log("|---|---|---|---|---|---|---|");
  for (const name of names) {
    const own = tally.filter((one) => one.name === name);
    const times = own.map((one) => one.milliseconds).sort((a, b) => a - b);
    const statuses = [...new Set(own.map((one) => one.status))].filter((status) => status !== 200);
    const count = (status) => own.filter((one) => one.status === status).length;
    const others = statuses.map((status) => `${count(status)} of ${status}`).join(", ") || "none";
    const figures = [0.5, 0.9, 0.99, 1].map((part) => percentile(times, part)?.toFixed(0) ?? "-").join(" | ");
    console.log(`| ${name} | ${own.length} | ${others} | ${figures} |`);
  }
  if (memory.length > 0) {
    console.log("\n| second | memory of the server, MiB |\n|---|---|");
    const step = Math.max(1, Math.floor(memory.length / 8));
    const rows = memory.filter((_, i) => i % step === 0);
    rows.forEach(([at, mib]) => console.log(`| ${at.toFixed(0)} | ${mib.toFixed(0)} |`));
  }
  console.log(`\nA request beyond waiting, fetching, decoding, the network and encoding: ${overhead.toFixed(1)} ms.`);
}

const names = options.vendors.split(",");
const own = pictures();
const site = await host(own.png);
let server;
try {
  server = options.url
    ? { url: options.url, keys: Object.fromEntries(names.map((name) => [name, options.key])) }
    : await start(names);
  const sources = { jpeg: own.jpeg, link: `http://127.0.0.1:${site.address().port}/picture.png` };
  // The first requests compile; they are not counted.
  for (const name of names) await ask(name, server.url, server.keys[name], sources, []);

  const [before, begin, tally, memory] = [await metrics(server.url), performance.now(), [], []];
  const elapsed = () => (performance.now() - begin) / 1000;
  const watch = setInterval(async () => {
    const at = elapsed();
    memory.push([at, total(await metrics(server.url), "process_resident_memory_bytes ") / 2 ** 20]);
  }, 1000);
  await Promise.all(Array.from({ length: Number(options.clients) }, async (_, i) => {
    while (elapsed() < Number(options.seconds)) {
      const name = names[i % names.length];
      await ask(name, server.url, server.keys[name], sources, tally);
    }
  }));
  clearInterval(watch);
  const seconds = elapsed();
  const after = await metrics(server.url);
  const grown = (name) => total(after, name) - total(before, name);
  const overhead = (grown("enlarger_overhead_seconds_sum") / grown("enlarger_overhead_seconds_count")) * 1000;
  report(names, tally, memory, seconds, overhead);
  const failed = tally.some((one) => typeof one.status === "string" || one.status >= 500);
  process.exitCode = failed ? 1 : 0;
} finally {
  if (server?.child) {
    const ended = new Promise((resolve) => server.child.removeAllListeners("exit").once("exit", resolve));
    server.child.kill("SIGTERM");
    await ended;
  }
  site.close();
  rmSync(folder, { recursive: true });
}
