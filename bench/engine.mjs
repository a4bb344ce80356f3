// An engine that is measured: a process of its own, which keeps its networks from run to run.

import { spawn } from "node:child_process";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";

// The threads of an engine look for new work for a while after a run and would slow the other one.
const PAUSE_MS = 200;

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** A process that answers each line of JSON with another. */
export class Engine {
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

  async measure(request) {
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
    return answer;
  }

  close() {
    this.process.stdin.end();
  }
}
