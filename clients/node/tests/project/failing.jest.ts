import { test } from "carbon-emulator/jest";

import { failing } from "./failing";

failing(test, (carbonOptions) => test.extend({ carbonOptions }));
