/** A space for each test of node:test: `test("buys once", async ({ cnaught }) => { … })`. */

import * as runner from "node:test";
import type { TestContext } from "node:test";

import { type CarbonTest, carbonTest, uniqueName } from "./test-space.js";

export type { CarbonFixtures, CarbonOptions } from "./test-space.js";

type Test = CarbonTest<readonly [TestContext], Promise<void>>;

const options = (timeout?: number): runner.TestOptions => (timeout === undefined ? {} : { timeout });

/** A test of node:test with a space of its own. Its second argument is node:test's context. */
export const test: Test = carbonTest<readonly [TestContext], Promise<void>>({
  test: (name, body, timeout) => runner.test(name, options(timeout), body),
  only: (name, body, timeout) => runner.test(name, { ...options(timeout), only: true }, body),
  skip: (name, body, timeout) => runner.test(name, { ...options(timeout), skip: true }, body),
  unique: (name, context) => uniqueName(process.argv[1], context.name ?? name),
});

/** The same as `test`. */
export const it: Test = test;
