/** A space for each test of vitest: `test("buys once", async ({ cnaught }) => { … })`. */

import { type TestAPI, beforeAll, test as runner } from "vitest";

import {
  type CarbonFixtures,
  type CarbonOptions,
  START_MILLISECONDS_MAX,
  TestSpace,
  sharedEmulator,
} from "./test-space.js";

export type { CarbonFixtures, CarbonOptions } from "./test-space.js";

type Use<T> = (value: T) => Promise<void>;
type Of = Pick<CarbonFixtures, "carbonSpace">;

beforeAll(async () => void (await sharedEmulator()), START_MILLISECONDS_MAX); // and not within the timeout of a test

/**
 * vitest's `test`, extended with a space of its own for each test. `test.extend({ carbonOptions: { at: "2026-01-01" } })`
 * configures that space.
 */
export const test: TestAPI<CarbonFixtures & { carbonOptions: CarbonOptions }> = runner.extend<
  CarbonFixtures & { carbonOptions: CarbonOptions }
>({
  // eslint-disable-next-line no-empty-pattern
  carbonOptions: async ({}, use: Use<CarbonOptions>) => use({}),
  carbonSpace: async ({ carbonOptions, task }, use) => {
    const opened = await TestSpace.open(carbonOptions, task.fullName ?? `${task.file.name} ${task.name}`);
    await use(opened.space);
    await opened.finish(task.result?.state === "fail");
  },
  oneclickimpact: async ({ carbonSpace }: Of, use) => use(carbonSpace.oneclickimpact),
  cnaught: async ({ carbonSpace }: Of, use) => use(carbonSpace.cnaught),
  carboninsights: async ({ carbonSpace }: Of, use) => use(carbonSpace.carboninsights),
  dcycle: async ({ carbonSpace }: Of, use) => use(carbonSpace.dcycle),
  thallo: async ({ carbonSpace }: Of, use) => use(carbonSpace.thallo),
});

/** The same as `test`. */
export const it: typeof test = test;
