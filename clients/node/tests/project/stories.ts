// What holds in every test runner. tests/packed.sh copies this file to stories.mts, so that the package is used as
// an ES module and as a CommonJS module.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { type RequestListener, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";

import { CarbonEmulator, NoReply, type Provider, Refused } from "carbon-emulator";
import type { CarbonFixtures, CarbonOptions } from "carbon-emulator/node-test";

interface Test {
  (name: string, body: (fixtures: CarbonFixtures) => Promise<void>): unknown;
}

interface Order {
  id: string;
  state: string;
  created_on: string;
}

async function order(cnaught: Provider<"cnaught">, body: object = {}): Promise<Response> {
  return fetch(`${cnaught.url}/v1/orders`, {
    method: "POST",
    headers: { "Authorization": `Bearer ${cnaught.credentials.api_key}`, "Content-Type": "application/json" },
    body: JSON.stringify({ amount_kg: 10, ...body }),
  });
}

async function placed(cnaught: Provider<"cnaught">, body: object = {}): Promise<Order> {
  const reply = await order(cnaught, body);
  assert.equal(reply.status, 201);
  return (await reply.json()) as Order;
}

export function stories(test: Test, extended: (carbonOptions: CarbonOptions) => Test): void {
  for (const n of [1, 2, 3]) {
    test(`each test has a space of its own (${n})`, async ({ cnaught, carbonSpace }) => {
      await placed(cnaught);
      assert.equal((await cnaught.requests.list()).length, 1);
      assert.equal(carbonSpace.cnaught.url, cnaught.url);
    });
  }

  test("all providers of a test are in one space", async ({ carbonSpace, oneclickimpact, carboninsights, dcycle, thallo }) => {
    for (const provider of [oneclickimpact, carboninsights, dcycle, thallo]) {
      assert.equal(provider.url, `${carbonSpace.url}/${provider.name}`);
      assert.ok(Object.values(provider.credentials).every((value) => value.length > 3));
    }
    assert.ok(dcycle.credentials.organization_id);
    assert.ok(dcycle.accounts.some((account) => account["organization_id"] !== dcycle.credentials.organization_id));
    const reply = await fetch(`${oneclickimpact.url}/v1/records`, {
      headers: { "x-api-key": oneclickimpact.credentials.api_key },
    });
    assert.equal(reply.status, 200);
    assert.deepEqual((await carbonSpace.requests.list()).map(({ provider }) => provider), ["oneclickimpact"]);
  });

  test("all workers of a run may share a server", async ({ carbonSpace }) => {
    assert.ok(carbonSpace.url.startsWith(process.env["CARBON_EMULATOR_URL"] ?? ""));
  });

  test("a test may delete its space", async ({ carbonSpace }) => {
    await carbonSpace.delete();
  });

  test("time passes on command", async ({ cnaught, carbonSpace }) => {
    await carbonSpace.clock.freeze("2026-01-01");
    assert.equal(await carbonSpace.clock.frozen(), true);
    const { id } = await placed(cnaught);
    const events = await cnaught.clock.advance("1h30m");
    assert.deepEqual(events.map(({ kind, subject }) => [kind, subject]), [["order.fulfilled", id]]);
    assert.deepEqual(await cnaught.clock.now(), new Date("2026-01-01T01:30:00Z"));
    await cnaught.clock.advance({ days: 1, minutes: 30 });
    await cnaught.clock.freeze(new Date("2026-02-01T12:00:00Z"));
    await assert.rejects(cnaught.clock.freeze("2026-01-01"), /^Refused: 409: /);
    await assert.rejects(cnaught.clock.advance("a while"), /"a while" is not a duration; examples: 1h30m/);
    await assert.rejects(cnaught.clock.advance(Number.NaN), /NaN is not a duration in seconds/);
    await assert.rejects(cnaught.clock.freeze("yesterday"), /"yesterday" is not a date or time; examples: 2026-01-01/);
    await cnaught.clock.run();
    assert.equal(await carbonSpace.clock.frozen(), false);
  });

  test("durations are those of the command line and of Python", async ({ carbonSpace: { clock } }) => {
    const { seconds, refused } = JSON.parse(readFileSync("durations.json", "utf8")) as {
      seconds: Record<string, number>;
      refused: string[];
    };
    await clock.freeze("2026-01-01");
    for (const [text, expected] of Object.entries(seconds).filter(([text]) => !text.startsWith("-"))) {
      const before = await clock.now();
      await clock.advance(text);
      assert.equal((await clock.now()).getTime() - before.getTime(), expected * 1000, text);
    }
    await assert.rejects(clock.advance("-1m"), { name: "Refused" });
    await assert.rejects(clock.advance({ hour: 1 } as object), /unknown unit "hour"; known: weeks, days, hours, minutes, /);
    for (const text of refused) {
      await assert.rejects(clock.advance(text), /is not a duration/, text);
    }
  });

  test("faults strike as often as they should", async ({ cnaught, thallo, carbonSpace }) => {
    const fault = await cnaught.faults.add({ operation: "place_order", effect: { status: 503 }, times: 2 });
    assert.deepEqual([(await order(cnaught)).status, (await order(cnaught)).status], [503, 503]);
    await placed(cnaught);
    assert.deepEqual((await cnaught.faults.list()).map(({ id, fired }) => [id, fired]), [[fault.id, 2]]);
    assert.deepEqual(await thallo.faults.list(), []);
    await thallo.faults.add({ effect: { connection: "reset" } });
    await cnaught.faults.clear();
    assert.equal((await carbonSpace.faults.list()).length, 1);
    await carbonSpace.faults.clear();
    assert.deepEqual(await carbonSpace.faults.list(), []);
  });

  test("a fault that can never strike is refused, with the nearest name", async ({ cnaught }) => {
    const refused = cnaught.faults.add({ operation: "place_ordr", effect: { status: 503 } });
    await assert.rejects(refused, { status: 400, message: /unknown operation 'place_ordr'; nearest: place_order/ });
    const problems = cnaught.faults.add({ effect: { status: 7 }, times: 0 });
    await assert.rejects(problems, { status: 400, message: /\n {2}body\.effect\.status: [^\n]+\n {2}body\.times: / });
  });

  test("a test can wait for requests, and learns of near misses", async ({ cnaught }) => {
    const waiting = cnaught.requests.wait({ operation: "place_order", count: 2 });
    await placed(cnaught);
    await placed(cnaught);
    assert.deepEqual((await waiting).map(({ status }) => status), [201, 201]);
    const late = cnaught.requests.wait({ operation: "place_order", status: 503, timeout: 0.1 });
    await assert.rejects(late, { status: 408, message: /near miss: request 1, POST \/v1\/orders: status is 201, not 503/ });
    await cnaught.requests.clear();
    assert.deepEqual(await cnaught.requests.list(), []);
  });

  test("what is no application gets no webhooks", async ({ cnaught }) => {
    for (const app of [{}, { callback: () => {} }, null, 5]) {
      await assert.rejects(cnaught.webhooks.deliver(app as never), /is neither a request listener nor an object with a fetch/);
    }
  });

  test("webhooks arrive when the test says so", async ({ cnaught }) => {
    const bodies: string[] = [];
    const receiver = createServer((request, response) => {
      let body = "";
      request.on("data", (part) => (body += part));
      request.on("end", () => {
        bodies.push(body);
        response.end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
    try {
      await cnaught.webhooks.pause();
      await cnaught.clock.freeze();
      const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/orders`;
      const { id } = await placed(cnaught, { notification_config: { url } });
      assert.equal(await cnaught.webhooks.step(), undefined);
      await cnaught.clock.advance("2s");
      const [delivered] = await cnaught.webhooks.deliver();
      assert.equal(delivered?.state, "delivered");
      assert.equal(bodies.length, 1);
      assert.match(bodies[0] ?? "", new RegExp(id));
      await cnaught.webhooks.duplicate(delivered?.id ?? "");
      await cnaught.webhooks.redeliver(delivered?.id ?? "");
      await cnaught.webhooks.deliver();
      assert.equal(bodies.length, 3);
      assert.equal((await cnaught.webhooks.list({ subject: id, state: "delivered" })).length, 2);
      await cnaught.webhooks.resume();
    } finally {
      receiver.close();
    }
  });

  test("webhooks call an application of the test", async ({ cnaught }) => {
    await cnaught.webhooks.pause();
    await cnaught.clock.freeze("2026-01-01");
    const seen: string[] = [];
    const listener: RequestListener = (request, response) => {
      request.resume();
      request.on("end", () => {
        seen.push(`${request.headers.host ?? ""}${request.url ?? ""}`);
        response.writeHead(seen.length === 1 ? 503 : 200).end();
      });
    };
    const { id } = await placed(cnaught, { notification_config: { url: "https://shop.example/hooks?a=1" } });
    await cnaught.clock.advance("2s");
    assert.deepEqual((await cnaught.webhooks.deliver(listener)).map(({ state }) => state), ["pending"]);
    await cnaught.clock.advance("1m");
    assert.deepEqual((await cnaught.webhooks.deliver(listener)).map(({ state }) => state), ["delivered"]);
    assert.deepEqual(seen, ["shop.example/hooks?a=1", "shop.example/hooks?a=1"]);

    const [webhook] = await cnaught.webhooks.list({ subject: id });
    await cnaught.webhooks.redeliver(webhook?.id ?? "");
    const received: unknown[] = [];
    const standard = {
      fetch: async (request: Request): Promise<Response> => {
        received.push([request.url, request.headers.get("content-type"), JSON.parse(await request.text())]);
        return new Response();
      },
    };
    assert.equal((await cnaught.webhooks.deliver(standard)).length, 1);
    assert.deepEqual(received, [["https://shop.example/hooks?a=1", "application/json", webhook?.body]]);
  });

  test("an application that fails or hangs is recorded as its vendor would", async ({ cnaught }) => {
    await cnaught.webhooks.pause();
    await cnaught.clock.freeze("2026-01-01");
    await placed(cnaught, { notification_config: { url: "https://shop.example/hooks" } });
    await cnaught.clock.advance("2s");
    const { error } = console;
    console.error = () => {};
    try {
      const broken = () => {
        throw new Error("broken");
      };
      const [webhook] = await cnaught.webhooks.deliver(broken);
      await cnaught.webhooks.redeliver(webhook?.id ?? "");
      const [again] = await cnaught.webhooks.deliver({ fetch: broken });
      assert.deepEqual(again?.attempts.map(({ status }) => status), [500, 500]);
    } finally {
      console.error = error;
    }
  });

  test("what is coming, and what has happened", async ({ cnaught, carbonSpace }) => {
    await carbonSpace.clock.freeze("2026-01-01");
    const { id } = await placed(cnaught);
    assert.deepEqual((await cnaught.clock.upcoming("1h")).map(({ kind, subject }) => [kind, subject]), [["order.fulfilled", id]]);
    assert.equal((await carbonSpace.clock.upcoming({ weeks: 60 }, 1)).length, 1);
    const [entry] = await cnaught.requests.list();
    const again = await cnaught.requests.replay(entry?.id ?? 0);
    assert.deepEqual([again.status, again.path], [201, entry?.path]);
    const names: string[] = [];
    for await (const { name, data } of carbonSpace.events({ replay: true, timeout: 0 })) {
      names.push(name === "request" ? String(data["operation"]) : name);
    }
    assert.deepEqual(names, ["begin", "change", "place_order", "place_order"]);
    for await (const { name } of carbonSpace.events()) {
      assert.equal(name, "begin");
      break;
    }
    assert.ok((await carbonSpace.emissions()).every(({ co2e_grams: grams }) => grams >= 0));
  });

  test("handles print as what they are, without a token", async ({ cnaught, carbonSpace }) => {
    assert.equal(inspect(carbonSpace), `<space "${carbonSpace.name}" at ${carbonSpace.url}>`);
    assert.equal(`${cnaught}`, `<provider "cnaught" in space "${carbonSpace.name}" at ${cnaught.url}>`);
    assert.equal(String(cnaught.faults), `<faults of provider "cnaught" in space "${carbonSpace.name}">`);
    assert.equal(inspect({ clock: carbonSpace.clock }), `{ clock: <clock of space "${carbonSpace.name}"> }`);
  });

  test("a snapshot restores the space", async ({ cnaught, carbonSpace }) => {
    const before = await carbonSpace.snapshot();
    await placed(cnaught);
    await carbonSpace.restore(before);
    const other = await carbonSpace.space();
    await other.restore(before);
    assert.deepEqual((await other.snapshot()).memory, before.memory);
    await other.delete();
    await assert.rejects(carbonSpace.restore({ ...before, format: 2 as never }), { status: 400 });
  });

  test("the ledger has what was bought", async ({ cnaught, carbonSpace }) => {
    await carbonSpace.clock.freeze("2026-01-01");
    const { id } = await placed(cnaught);
    await carbonSpace.clock.advance("2s");
    const { entries } = await carbonSpace.ledger({ provider: "cnaught", account: "retired/*", since: "2026-01-01T00:00:00Z" });
    assert.deepEqual(entries.map(({ subject }) => subject), [id]);
    assert.equal((await carbonSpace.verifyLedger()).holds, true);
  });

  test("settings, acts and state", async ({ cnaught, carbonSpace }) => {
    const changed = await cnaught.configure({ quoted_price_cents_per_tonne: 5000 }).catch((error: unknown) => error);
    const known = await cnaught.settings();
    if (!(changed instanceof Refused)) {
      assert.deepEqual(known, changed);
    }
    await assert.rejects(cnaught.configure({ surprise: 1 }), { name: "Refused", status: 400 });
    await assert.rejects(cnaught.act("fulfil_order", "nobody"), { name: "Refused" });
    await carbonSpace.clock.freeze();
    const { id } = await placed(cnaught);
    assert.equal(((await cnaught.act("fulfil_order", id)) as Order).state, "fulfilled");
    assert.ok("orders" in (await cnaught.state()));
    assert.equal((await carbonSpace.control("GET /health")).status, "ok");
    const spaces = (await carbonSpace.control("GET /spaces")).spaces.map(({ name }) => name);
    assert.ok(spaces.includes(carbonSpace.name));
    assert.equal((await carbonSpace.bundle()).requests.length, 1);
  });

  test("the same seed gives the same bytes", async ({ cnaught, carbonSpace }) => {
    const seen: string[] = [];
    for (const seed of [3, 3, 4]) {
      await carbonSpace.reset(seed);
      await carbonSpace.clock.freeze("2026-01-01");
      seen.push((await placed(cnaught)).id);
    }
    assert.equal(seen[0], seen[1]);
    assert.notEqual(seen[1], seen[2]);
  });

  const frozen = extended({ at: "2026-01-01", seed: 3 });
  frozen("options freeze the clock and seed the ids", async ({ cnaught }) => {
    assert.match((await placed(cnaught)).created_on, /^2026-01-01T00:00:00\.000/);
  });

  const yearly = extended({ scenario: "shop", seed: 3 });
  yearly("a scenario fills the space", async ({ cnaught, carbonSpace }) => {
    assert.ok(Object.keys((await cnaught.state())["orders"] as object).length > 20);
    assert.equal((await carbonSpace.play("reseller")).scenario, "reseller");
    await assert.rejects(carbonSpace.play("shopp"), { status: 404, message: /shopp.*shop/ });
  });

  const strict = extended({ strict: true, evidence: "inferred" });
  strict("a strict test passes if everything was read", async ({ cnaught }) => {
    await placed(cnaught);
  });

  test("the control API needs neither fetch nor a proxy", async ({ carbonSpace }) => {
    const { fetch } = globalThis;
    process.env["HTTP_PROXY"] = "http://192.0.2.1:9";
    globalThis.fetch = () => Promise.reject(new Error("replaced"));
    try {
      assert.equal((await carbonSpace.control("GET /health")).status, "ok");
    } finally {
      globalThis.fetch = fetch;
      delete process.env["HTTP_PROXY"];
    }
  });

  test("what is no emulator is named", async ({ carbonSpace }) => {
    await assert.rejects(CarbonEmulator.connect("127.0.0.1:4412"), /"127\.0\.0\.1:4412" is not the URL of a server; example: /);
    const ofSpace = /is the URL of the space "[\w-]+"; use that of its server: http:\/\/127\.0\.0\.1:\d+$/;
    await assert.rejects(CarbonEmulator.connect(carbonSpace.url), ofSpace);
    await assert.rejects(CarbonEmulator.connect(`${carbonSpace.url}/`), ofSpace);
    const vendor = CarbonEmulator.connect(carbonSpace.url.replace(/~.*/, "cnaught"));
    await assert.rejects(vendor, { status: 404, message: /cnaught is not a Carbon Emulator: its reply is not one of the control API$/ });
    await assert.rejects(CarbonEmulator.connect("http://127.0.0.1:9"), (error) => {
      assert.ok(error instanceof NoReply);
      assert.match(error.message, /^no reply from a Carbon Emulator at http:\/\/127\.0\.0\.1:9: .*ECONNREFUSED/);
      return true;
    });
  });
}
