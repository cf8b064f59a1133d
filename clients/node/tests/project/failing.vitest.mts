import { test } from "carbon-emulator/vitest";

import { failing } from "./failing.mjs";

failing(test, (carbonOptions) => test.extend({ carbonOptions }));
