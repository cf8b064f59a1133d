import { test } from "carbon-emulator/node-test";

import { failing } from "./failing.mjs";

failing(test, (carbonOptions) => test.extend({ carbonOptions }));
