import { test } from "carbon-emulator/jest";

import { stories } from "./stories";

stories(test, (carbonOptions) => test.extend({ carbonOptions }));

test.skip("skipped", async () => {
  throw new Error("this does not run");
});
