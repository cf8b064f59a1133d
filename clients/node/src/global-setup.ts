/**
 * One server for all workers of a run: `globalSetup: "carbon-emulator/global-setup"` in the configuration of vitest or Jest.
 * Without it, each worker starts its own.
 */

import { CarbonEmulator } from "./emulator.js";

/** Start a server unless CARBON_EMULATOR_URL names one, and let the workers find it. Returns how to stop it. */
export default async function setup(): Promise<() => Promise<void>> {
  if (process.env["CARBON_EMULATOR_URL"]) {
    return async () => {};
  }
  const emulator = await CarbonEmulator.start();
  process.env["CARBON_EMULATOR_URL"] = emulator.url;
  if (emulator.token !== undefined) {
    process.env["CARBON_EMULATOR_CONTROL_TOKEN"] = emulator.token;
  }
  return async () => {
    delete process.env["CARBON_EMULATOR_URL"];
    await emulator.stop();
  };
}
