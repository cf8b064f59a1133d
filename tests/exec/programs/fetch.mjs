// Prints the status of a URL: by fetch, by https, or by fetch in a worker, as the second argument says.
import { Worker, isMainThread, workerData } from "node:worker_threads";
import { get } from "node:https";
import { fileURLToPath } from "node:url";

const [url, how] = isMainThread ? process.argv.slice(2) : workerData;

const clients = {
  fetch: async () => (await fetch(url)).status,
  https: () => new Promise((resolve, reject) => get(url, (reply) => resolve(reply.resume().statusCode)).on("error", reject)),
  worker: () => new Promise((resolve) => new Worker(fileURLToPath(import.meta.url), { workerData: [url, "fetch"] }).on("exit", () => resolve(""))),
};

console.log(await clients[how]());
