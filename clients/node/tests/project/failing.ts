// Tests that fail, each in its own way, unless FIXED is set. reports.test.mts runs them in every test runner.

import assert from "node:assert/strict";

import type { Provider } from "carbon-emulator";
import type { CarbonFixtures, CarbonOptions } from "carbon-emulator/node-test";

type Test = (name: string, body: (fixtures: CarbonFixtures) => Promise<void>) => unknown;

const fixed = process.env["FIXED"] !== undefined;

async function order(cnaught: Provider<"cnaught">, body: object = {}): Promise<void> {
  await fetch(`${cnaught.url}/v1/orders`, {
    method: "POST",
    headers: { "Authorization": `Bearer ${cnaught.credentials.api_key}`, "Content-Type": "application/json" },
    body: JSON.stringify({ amount_kg: 10, ...body }),
  });
}

export function failing(test: Test, extended: (carbonOptions: CarbonOptions) => Test): void {
  test("it asserts", async ({ cnaught }) => {
    await order(cnaught);
    assert.ok(fixed, "as asserted");
  });

  extended({ strict: true })("it sends a typo", async ({ cnaught }) => {
    await order(cnaught, fixed ? {} : { metdata: "x" });
  });

  extended({ evidence: fixed ? "inferred" : "observed" })("it relies on guesses", async ({ cnaught }) => {
    await order(cnaught);
  });

  extended({ at: "2026-01-01", evidence: fixed ? "inferred" : "docs" })("it relies on when an order is fulfilled", async ({ cnaught }) => {
    await cnaught.webhooks.pause();
    await order(cnaught, { notification_config: { url: "https://shop.example/hooks" } });
    await cnaught.requests.clear();
    await cnaught.clock.advance("2s");
    await cnaught.webhooks.deliver({ fetch: async () => new Response() });
  });

  if (!fixed) {
    extended({ sed: 3 } as CarbonOptions)("it has a wrong option", async ({ cnaught }) => {
      await order(cnaught);
    });
  }
}
