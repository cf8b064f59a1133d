/** Call a web application in this process, with an attempt of a webhook. */

import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { clearTimeout, setTimeout } from "node:timers"; // those of a test may be fake

import type { NextAttempt } from "./contract.js";
import { secondsText } from "./durations.js";

/**
 * A web application: a request listener, such as an Express application or that of `http.createServer`; or an object with a
 * `fetch` function of the web standard, such as a Hono application.
 */
export type Application =
  | ((request: http.IncomingMessage, response: http.ServerResponse) => unknown)
  | { fetch(request: Request): Response | Promise<Response> };

/** What came of an attempt: the status of the reply, or why there is none. */
export type Outcome = { status: number } | { error: string };

/** Throw TypeError for what is no application, such as a Koa or Fastify instance instead of its listener. */
export function checkApplication(app: Application): void {
  if (typeof app !== "function" && typeof (app as { fetch?: unknown } | null)?.fetch !== "function") {
    throw new TypeError("the application is neither a request listener nor an object with a fetch function");
  }
}

/**
 * Make an attempt of a webhook at an application. An exception of the application is printed, and a 500, as its server
 * would make of it.
 */
export async function post(app: Application, attempt: NextAttempt): Promise<Outcome> {
  const { webhook, headers, timeout_seconds: seconds } = attempt;
  if (headers === null) {
    return { error: "not sent" };
  }
  if (!/^https?:$/.test(URL.canParse(webhook.url) ? new URL(webhook.url).protocol : "")) {
    return { error: `not a URL: ${webhook.url}` };
  }
  const sent = new Headers({ "content-type": "application/json", ...headers });
  const call = typeof app === "function" ? callListener : callFetch;
  try {
    return { status: await within(seconds, (signal) => call(app as never, new URL(webhook.url), sent, attempt.content, signal)) };
  } catch (error) {
    if (error instanceof TooLate) {
      return { error: `no reply within ${secondsText(seconds)}` };
    }
    console.error(`the application failed on webhook ${webhook.id}:`, error);
    return { status: 500 };
  }
}

class TooLate extends Error {}

/** Return what a call resolves to, or abort it and reject with TooLate. */
async function within<T>(seconds: number, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const aborting = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new TooLate());
      aborting.abort();
    }, seconds * 1000);
  });
  try {
    return await Promise.race([call(aborting.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}

type Fetching = Exclude<Application, (...of: never[]) => unknown>;
type Listener = Extract<Application, (...of: never[]) => unknown>;

async function callFetch(app: Fetching, url: URL, headers: Headers, body: string, signal: AbortSignal): Promise<number> {
  return (await app.fetch(new Request(url, { method: "POST", headers, body, signal }))).status;
}

/** Serve one request on a free port of this machine, because a listener takes the requests and responses of node:http. */
async function callListener(app: Listener, url: URL, headers: Headers, body: string, signal: AbortSignal): Promise<number> {
  const server = http.createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await new Promise<number>((resolve, reject) => {
      server.on("request", (request, response) => {
        Promise.resolve()
          .then(() => app(request, response))
          .catch(reject);
      });
      const { port } = server.address() as AddressInfo;
      const target = { host: "127.0.0.1", port, method: "POST", path: `${url.pathname}${url.search}`, signal };
      const sent = http.request({ ...target, headers: { ...Object.fromEntries(headers), host: url.host } }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      sent.on("error", reject);
      sent.end(body);
    });
  } finally {
    server.close();
    server.closeAllConnections();
  }
}
