/** A space for each test of Jest: `test("buys once", async ({ cnaught }) => { … })`. */

import { beforeAll, expect, test as runner } from "@jest/globals";

import { START_MILLISECONDS_MAX, type CarbonTest, carbonTest, sharedEmulator, uniqueName } from "./test-space.js";

export type { CarbonFixtures, CarbonOptions } from "./test-space.js";

type Test = CarbonTest<readonly [], void>;

beforeAll(async () => void (await sharedEmulator()), START_MILLISECONDS_MAX); // and not within the timeout of a test

/** A test of Jest with a space of its own. */
export const test: Test = carbonTest<readonly [], void>({
  test: (name, body, timeout) => runner(name, () => body(), timeout),
  only: (name, body, timeout) => runner.only(name, () => body(), timeout),
  skip: (name, body, timeout) => runner.skip(name, () => body(), timeout),
  unique: (name) => {
    const { testPath, currentTestName } = expect.getState();
    return uniqueName(testPath, currentTestName ?? name);
  },
});

/** The same as `test`. */
export const it: Test = test;
