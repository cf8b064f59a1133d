// Run CNaught's official SDK, as installed. First print its version and methods. Then read lines from stdin: each is a
// list of calls, which are made at the same time, and print a line with their outcomes. All lines are JSON.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { CNaughtApiClient } from "@cnaught/cnaught-node-sdk";

const PRIVATE = ["constructor", "createQuoteApi"]; // declared private in its types

// The SDK always calls the vendor's host by https; its option `fetch` can redirect that.
function client(url, key) {
  const local = (address, init) => fetch(address.replace("https://api.cnaught.com", url), init);
  return new CNaughtApiClient(key, { fetch: local });
}

// Restore values that JSON cannot express.
function revived(_, value) {
  if (value?.date !== undefined) return new Date(value.date);
  if (value?.buffer !== undefined) return Buffer.from(value.buffer, "base64");
  if (value?.stream !== undefined) return new Blob([Buffer.from(value.stream, "base64")]).stream();
  return value;
}

async function outcome({ url, key, method, args }) {
  try {
    return { value: await client(url, key)[method](...args) };
  } catch (error) {
    const { message, status, problemDetails } = error;
    return { error: { kind: error.constructor.name, message, status, problem: problemDetails } };
  }
}

function methods() {
  const some = new CNaughtApiClient("key");
  const names = [...Object.keys(some), ...Object.getOwnPropertyNames(CNaughtApiClient.prototype)];
  return names.filter((name) => typeof some[name] === "function" && !PRIVATE.includes(name));
}

const print = (value) => console.log(JSON.stringify(value));
const manifest = new URL("node_modules/@cnaught/cnaught-node-sdk/package.json", import.meta.url);
print({ version: JSON.parse(readFileSync(manifest)).version, methods: methods() });
for await (const line of createInterface({ input: process.stdin })) {
  print(await Promise.all(JSON.parse(line, revived).map(outcome)));
}
