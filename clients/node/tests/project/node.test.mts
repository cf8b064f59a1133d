import { test } from "carbon-emulator/node-test";

import { stories } from "./stories.mjs";

stories(test, (carbonOptions) => test.extend({ carbonOptions }));

test.skip("skipped", async () => {
  throw new Error("this does not run");
});
