// Measures whether a server still answers while others keep its decoders busy, see docs/security.md.
//
//   node bench/bombs.mjs PROGRAM
//
// PROGRAM is Enlarger.Server. Ten JPEGs of one key, five with as many scans as are read and five with 20,000, are sent
// again and again, while another key sends a small picture once a second. All of them are made here.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const rounds = 20;
const give_up = 60_000;
const program = process.argv[2];
const data = mkdtempSync(join(tmpdir(), 'bombs-'));

const segment = (marker, bytes) => [0xFF, marker, (bytes.length + 2) >> 8, (bytes.length + 2) & 255, ...bytes];
const word = (value) => [value >> 8, value & 255];

function coded(bits) {
    const bytes = [];
    for (let i = 0; i < bits.length; i += 8) {
        bytes.push(parseInt(bits.slice(i, i + 8).padEnd(8, '1'), 2));
        if (bytes.at(-1) === 255) bytes.push(0);
    }

    return bytes;
}

// A grey progressive JPEG of which each scan but the first changes nothing: blocks in runs of up to 32,767.
function bomb(side, scans) {
    const blocks = Math.ceil(side / 8) ** 2;
    let runs = '';
    let left = blocks;
    for (; left >= 16384; left -= Math.min(left, 32767)) {
        runs += '0' + (Math.min(left, 32767) - 16384).toString(2).padStart(14, '0');
    }

    runs += '10'.repeat(left);
    const head = Buffer.from([
        0xFF, 0xD8, ...segment(0xDB, [0, ...Array(64).fill(1)]),
        ...segment(0xC2, [8, ...word(side), ...word(side), 1, 1, 0x11, 0]),
        ...segment(0xC4, [0x00, 1, ...Array(15).fill(0), 0]),
        ...segment(0xC4, [0x10, 1, 1, ...Array(14).fill(0), 0xE0, 0x00]),
        ...segment(0xDA, [1, 1, 0, 0, 0, 0]), ...coded('0'.repeat(blocks)),
    ]);
    const scan = Buffer.from([...segment(0xDA, [1, 1, 0, 1, 63, 0]), ...coded(runs)]);
    return Buffer.concat([head, ...Array(scans - 1).fill(scan), Buffer.from([0xFF, 0xD9])]);
}

async function send(origin, key, picture) {
    const form = new FormData();
    form.append('scale', '2');
    form.append('image', new Blob([picture]), 'picture.jpg');
    const began = performance.now();
    try {
        const answer = await fetch(`${origin}/v1/upscale`, {
            method: 'POST', headers: { 'X-API-KEY': key }, body: form, signal: AbortSignal.timeout(give_up),
        });
        return { status: answer.status, milliseconds: performance.now() - began };
    } catch {
        return { status: 0, milliseconds: performance.now() - began };
    }
}

function makeKey(name) {
    return new Promise((resolve) => {
        const keys = spawn(program, ['keys', 'add', name, '--data', data, '--credits', '100000', '--rate', '100000']);
        keys.stdout.once('data', (text) => resolve(`${text}`.trim()));
    });
}

const port = 20000 + (process.pid % 20000);
const origin = `http://127.0.0.1:${port}`;
const server = spawn(program, ['serve', '--data', data, '--urls', origin], { stdio: 'ignore' });
while (!(await fetch(`${origin}/readyz`).then((answer) => answer.ok, () => false))) await sleep(200);
const [attacker, other] = [await makeKey('attacker'), await makeKey('other')];
const small = readFileSync(new URL('../samples/kitten-on-lawn.jpg', import.meta.url));
const bombs = [bomb(6000, 100), bomb(6000, 20_000)];

console.log(`alone: ${(await send(origin, other, small)).milliseconds.toFixed(0)} ms`);
let stopped = false;
const refused = new Map();
for (let i = 0; i < 10; i++) {
    (async () => {
        while (!stopped) {
            const { status } = await send(origin, attacker, bombs[i % 2]);
            refused.set(status, (refused.get(status) ?? 0) + 1);
        }
    })();
}

await sleep(2000);
const times = [];
for (let round = 0; round < rounds; round++) {
    const { status, milliseconds } = await send(origin, other, small);
    times.push(status === 200 ? milliseconds : Infinity);
    if (status === 0) break;
    await sleep(Math.max(0, 1000 - milliseconds));
}

stopped = true;
times.sort((a, b) => a - b);
const shown = (value) => (Number.isFinite(value) ? `${value.toFixed(0)} ms` : 'no answer in a minute');
console.log(`among bombs: median ${shown(times[times.length >> 1])}, longest ${shown(times.at(-1))}`);
console.log(`bombs by status: ${[...refused].map(([status, count]) => `${status}: ${count}`).join(', ')}`);
const told = performance.now();
server.kill('SIGTERM');
const ended = await Promise.race([
    new Promise((resolve) => server.once('exit', () => resolve(true))), sleep(give_up, false),
]);
console.log(ended ? `ended ${((performance.now() - told) / 1000).toFixed(1)} s after SIGTERM` : 'did not end in a minute');
if (!ended) server.kill('SIGKILL');
rmSync(data, { recursive: true, force: true });
process.exit(0);
