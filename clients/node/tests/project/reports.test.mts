// What a failing test shows, in every test runner.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

const RUNNERS = {
  "node:test": ["node", "--test", "out/failing.node.mjs"],
  "vitest": ["npx", "vitest", "run", "--config", "failing.config.mts"],
  "Jest": ["npx", "jest", "--rootDir", "out", "--testMatch", "**/failing.jest.js"],
};

function run(command: readonly string[], bundles: string, more: object = {}): { status: number | null; output: string } {
  const env = { ...process.env, CARBON_EMULATOR_BUNDLES: bundles, NO_COLOR: "1", ...more };
  delete (env as NodeJS.ProcessEnv)["NODE_TEST_CONTEXT"];
  const [name, ...args] = command as [string, ...string[]];
  const done = spawnSync(name, args, { env, encoding: "utf8" });
  return { status: done.status, output: done.stdout + done.stderr };
}

for (const [runner, command] of Object.entries(RUNNERS)) {
  test(`${runner}: a failing test shows its last requests and has a bundle, until it passes`, () => {
    const bundles = join(mkdtempSync(join(tmpdir(), "it's bundles-")), "bundles");
    const { status, output } = run(command, bundles);
    assert.notEqual(status, 0, output);
    for (const expected of [
      /as asserted/,
      /1 \d{4}-\S+ cnaught POST \/v1\/orders -> 201 \{"id":"/,
      /the test's client sent what nothing reads:\s+.*POST \/v1\/orders \(cnaught\): body metdata/,
      /the test's client relied on evidence weaker than observed:\s+.*POST \/v1\/orders \(cnaught\): /,
      /the test's client relied on evidence weaker than docs:\s+.*order\.fulfilled of \w+ \(cnaught\): webhook body \(inferred, /,
      /order\.fulfilled of \w+ \(cnaught\): event time \(inferred, cnaught\.states\.fulfilment-delay\)/,
      /no bundle: it has no requests/,
      /carbonOptions: unknown option "sed"; known: at, seed, scenario, strict, evidence/,
      /bundle: .*\.json; run it again with: carbon-emulator replay /,
    ]) {
      assert.match(output, expected);
    }
    const written = readdirSync(bundles).filter((name) => name.endsWith(".json"));
    assert.equal(written.length, 3, written.join(" "));
    const commands = new Set(output.match(/carbon-emulator replay .*\.json\S*/g));
    assert.equal(commands.size, written.length);
    for (const shown of commands) {
      const replayed = run(["sh", "-c", shown], bundles);
      assert.match(replayed.output, /1 request, every byte the same/, shown);
    }
    const again = run(command, bundles, { FIXED: "1" });
    assert.equal(again.status, 0, again.output);
    assert.deepEqual(readdirSync(bundles), [".gitignore"]);
  });
}
