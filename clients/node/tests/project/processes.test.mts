// The life of a server that was started.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { CarbonEmulator, NoReply, Refused } from "carbon-emulator";

const END_SECONDS_MAX = 10;

async function isUp(url: string): Promise<boolean> {
  return CarbonEmulator.connect(url).then(() => true, (error: unknown) => {
    assert.ok(error instanceof NoReply, String(error));
    return false;
  });
}

async function ended(url: string): Promise<void> {
  for (let waited = 0; await isUp(url); waited += 0.1) {
    assert.ok(waited < END_SECONDS_MAX, `${url} is still up`);
    await sleep(100);
  }
}

/** Run a script that starts a server and prints its URL; return the process and the URL. */
async function script(code: string, env: NodeJS.ProcessEnv = process.env) {
  const child = spawn(process.execPath, ["--input-type=module", "-e", `import { CarbonEmulator } from "carbon-emulator";${code}`], {
    stdio: ["ignore", "pipe", "inherit"],
    env,
  });
  const [url] = (await once(createInterface(child.stdout), "line")) as [string];
  return { child, url };
}

/** Return PATH without the directories that have carbon-emulator, and with a uvx that starts it as the real one does. */
function pathWithUvx(): string {
  const directory = mkdtempSync(join(tmpdir(), "uvx-"));
  const uvx = join(directory, "uvx");
  const real = (process.env["PATH"] ?? "").split(delimiter).map((each) => join(each, "carbon-emulator"));
  writeFileSync(uvx, `#!/bin/sh\nfor real in ${real.join(" ")}; do [ -x $real ] && break; done\nshift\nexec 3<&0\n$real "$@" <&3 &\nwait\n`);
  chmodSync(uvx, 0o755);
  return [directory, dirname(process.execPath), "/bin"].join(delimiter);
}

test("start and stop", async () => {
  await using emulator = await CarbonEmulator.start({ seed: 7, args: ["--spaces-max", "2"] });
  assert.match(emulator.url, /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.equal((await emulator.snapshot()).seed, 7);
  await emulator.reset();
  await (await emulator.space("shop")).reset();
  const third = await emulator.space("third");
  await assert.rejects(third.reset(), (error) => error instanceof Refused && error.status === 409);
  await emulator.stop();
  assert.equal(await isUp(emulator.url), false);
  await emulator.stop();
});

test("a server does not keep its process alive, and ends with it", async () => {
  const { child, url } = await script(`console.log((await CarbonEmulator.start()).url);`);
  const [code] = (await once(child, "exit")) as [number];
  assert.equal(code, 0);
  await ended(url);
});

test("a server ends with its process, even if that is killed", async () => {
  const { child, url } = await script(`console.log((await CarbonEmulator.start()).url); setInterval(() => {}, 1000);`);
  assert.equal(await isUp(url), true);
  child.kill("SIGKILL");
  await ended(url);
});

test("uvx starts the server where carbon-emulator is not installed, and it ends as well", async () => {
  const env = { ...process.env, PATH: pathWithUvx() };
  const { child, url } = await script(`console.log((await CarbonEmulator.start()).url); setInterval(() => {}, 1000);`, env);
  assert.equal(await isUp(url), true);
  child.kill("SIGKILL");
  await ended(url);
});

test("uvx is stopped with its server", async () => {
  const env = { ...process.env, PATH: pathWithUvx() };
  const code = `const carbon = await CarbonEmulator.start(); await carbon.stop(); console.log(carbon.url);`;
  const { url } = await script(code, env);
  await ended(url);
});

test("what is missing or wrong is named", async () => {
  await assert.rejects(CarbonEmulator.start({ command: ["no-such-command"] }), /no-such-command is not on PATH/);
  await assert.rejects(CarbonEmulator.start({ fixtures: "/nowhere" }), /exit code 2\n.*\/nowhere: no such directory/);
  const path = process.env["PATH"];
  process.env["PATH"] = "";
  await assert.rejects(CarbonEmulator.start(), /neither carbon-emulator nor uvx is on PATH/);
  process.env["PATH"] = path;
});

test("a server with a token", async () => {
  const own = await CarbonEmulator.start({ token: "secret" });
  assert.equal(own.token, "secret");
  await own.stop();
  const other = await CarbonEmulator.start({ args: ["--host", "0.0.0.0"] });
  assert.match(other.token ?? "", /^\S{16,}$/);
  await other.stop();
  process.env["CARBON_EMULATOR_CONTROL_TOKEN"] = "of-the-environment";
  const emulator = await CarbonEmulator.start();
  delete process.env["CARBON_EMULATOR_CONTROL_TOKEN"];
  assert.equal(emulator.token, "of-the-environment");
  await assert.rejects(CarbonEmulator.connect(emulator.url, "wrong"), { name: "Refused", status: 401 });
  const connected = await CarbonEmulator.connect(`${emulator.url}/`, emulator.token);
  const space = await connected.space("shop");
  assert.equal(space.cnaught.url, `${emulator.url}/~shop/cnaught`);
  await connected.stop();
  assert.equal((await space.control("GET /health")).status, "ok");
  await emulator.stop();
});
