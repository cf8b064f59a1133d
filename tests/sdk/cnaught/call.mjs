// CNaught's official SDK, as it is installed. First it tells its version and its methods; then for each line of stdin,
// a list of calls, it makes these at the same time and answers with a line of their outcomes. All is JSON.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { CNaughtApiClient } from "@cnaught/cnaught-node-sdk";

const PRIVATE = ["constructor", "createQuoteApi"]; // so its types declare them

// The SDK always says https to the vendor's host; its option `fetch` is where that can be changed.
function client(url, key) {
  const local = (address, init) => fetch(address.replace("https://api.cnaught.com", url), init);
  return new CNaughtApiClient(key, { fetch: local });
}

// What JSON has no form for.
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

const say = (value) => console.log(JSON.stringify(value));
const manifest = new URL("node_modules/@cnaught/cnaught-node-sdk/package.json", import.meta.url);
say({ version: JSON.parse(readFileSync(manifest)).version, methods: methods() });
for await (const line of createInterface({ input: process.stdin })) {
  say(await Promise.all(JSON.parse(line, revived).map(outcome)));
}
