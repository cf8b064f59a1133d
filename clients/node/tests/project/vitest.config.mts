import { defineConfig } from "vitest/config";

export default defineConfig({ test: { include: ["vitest.test.mts"], globalSetup: "carbon-emulator/global-setup" } });
