/** Calls of a server's control API, in one space. */

import * as http from "node:http";
import * as https from "node:https";

import type { Operations } from "./contract.js";
import { secondsText } from "./durations.js";
import { type SpaceEvent, eventsIn } from "./event-stream.js";

/** The name of an operation of the control API, such as "GET /clock". */
export type Operation = keyof Operations;
/** What a call of an operation takes: the parameters of its path, its query and its body. */
export type Content<Name extends Operation> = Omit<Operations[Name], "reply">;
/** The JSON of the reply to an operation. */
export type Reply<Name extends Operation> = Operations[Name]["reply"];
/** The argument of a call; it can be left out where nothing in it is required. */
export type Arguments<Name extends Operation> = object extends Content<Name> ? [Content<Name>?] : [Content<Name>];

interface AnyContent {
  path?: Record<string, string>;
  query?: Record<string, string | number>;
  body?: unknown;
}

const REPLY_SECONDS_MAX = 60;
/** For calls that take as long as they take. */
export const WITHOUT_LIMIT = 0;
const MISSES_SHOWN_MAX = 3;

/** The control API refused a request. `status` and `reply` are its reply. */
export class Refused extends Error {
  override readonly name = "Refused";

  constructor(
    readonly status: number,
    readonly reply: Readonly<Record<string, unknown>>,
  ) {
    super([`${status}: ${String(reply["error"])}`, ...details(reply)].join("\n"));
  }
}

/** No Carbon Emulator answered. */
export class NoReply extends Error {
  override readonly name = "NoReply";
}

export class ControlClient {
  readonly server: string;
  readonly url: string;
  readonly #token: string | undefined;

  constructor(
    server: string,
    readonly space: string,
    token: string | undefined,
  ) {
    this.#token = token;
    this.server = checkedUrl(server);
    this.url = space === "default" ? this.server : `${this.server}/~${space}`;
  }

  /** Return a client for another space of the same server. */
  of(space: string): ControlClient {
    return new ControlClient(this.server, space, this.#token);
  }

  /** Call an operation, and return the JSON of its reply. Rejects with Refused or NoReply. */
  async call<Name extends Operation>(operation: Name, ...[content]: Arguments<Name>): Promise<Reply<Name>> {
    return this.callWithin(operation, (content ?? {}) as Content<Name>, REPLY_SECONDS_MAX);
  }

  /** Call an operation, and wait for the reply for so many seconds, or WITHOUT_LIMIT. */
  async callWithin<Name extends Operation>(
    operation: Name,
    content: Content<Name>,
    seconds: number,
  ): Promise<Reply<Name>> {
    const response = await this.send(operation, content as AnyContent, seconds);
    return this.read(response.statusCode ?? 0, await this.textOf(response)) as Reply<Name>;
  }

  /** Yield what happens in the space, until the stream ends or the caller leaves the loop. Rejects with Refused or NoReply. */
  async *events(query: NonNullable<Content<"GET /events">["query"]>): AsyncGenerator<SpaceEvent, void> {
    const response = await this.send("GET /events", { query }, WITHOUT_LIMIT);
    if (response.statusCode !== 200) {
      this.read(response.statusCode ?? 0, await this.textOf(response));
    }
    try {
      yield* eventsIn(response);
    } finally {
      response.destroy();
    }
  }

  private send(operation: Operation, { path, query, body }: AnyContent, seconds: number): Promise<http.IncomingMessage> {
    const [method, template] = operation.split(" ") as [string, string];
    const below = template.replace(/{(\w+)}/g, (_, name: string) => encodeURIComponent(path?.[name] ?? ""));
    const url = new URL(`${this.url}/_emulator${below}`);
    for (const [name, value] of Object.entries(query ?? {})) {
      if (value !== undefined) {
        url.searchParams.set(name, String(value));
      }
    }
    return this.exchange(method, url, body, seconds);
  }

  private async textOf(response: http.IncomingMessage): Promise<string> {
    let text = "";
    try {
      for await (const part of response as AsyncIterable<string>) {
        text += part;
      }
    } catch (cause) {
      throw this.noReply(cause as Error);
    }
    return text;
  }

  private noReply(cause: Error): NoReply {
    return new NoReply(`no reply from a Carbon Emulator at ${this.server}: ${describe(cause)}`, { cause });
  }

  private read(status: number, text: string): unknown {
    let reply: unknown;
    try {
      reply = JSON.parse(text);
    } catch {
      reply = undefined;
    }
    if (typeof reply !== "object" || reply === null || Array.isArray(reply)) {
      const error = `${this.server} is not a Carbon Emulator: its reply is not a JSON object`;
      throw new Refused(status, { error });
    }
    if (status >= 400 && !("error" in reply)) {
      throw new Refused(status, { error: `${this.server} is not a Carbon Emulator: its reply is not one of the control API` });
    }
    if (status >= 400) {
      throw new Refused(status, reply as Record<string, unknown>);
    }
    return reply;
  }

  /**
   * Send a request. This uses node:http and not fetch, so that a test may replace fetch or its environment may have
   * none, and proxy variables do not apply.
   */
  private exchange(method: string, url: URL, body: unknown, seconds: number): Promise<http.IncomingMessage> {
    const content = body === undefined ? undefined : JSON.stringify(body);
    const headers: http.OutgoingHttpHeaders = { accept: "application/json" };
    if (this.#token) {
      headers["authorization"] = `Bearer ${this.#token}`;
    }
    if (content !== undefined) {
      headers["content-type"] = "application/json";
      headers["content-length"] = Buffer.byteLength(content);
    }
    return new Promise((resolve, reject) => {
      const { request } = url.protocol === "https:" ? https : http;
      const sent = request(url, { method, headers, timeout: seconds * 1000 }, (response) => {
        resolve(response.setEncoding("utf8"));
      });
      sent.on("timeout", () => sent.destroy(new Error(`none within ${secondsText(seconds)}`)));
      sent.on("error", (cause) => reject(this.noReply(cause)));
      sent.end(content);
    });
  }
}

/** Return the URL of a server, without a slash at its end. Throws RangeError for a text that is none. */
function checkedUrl(server: string): string {
  if (!/^https?:\/\//.test(server)) {
    throw new RangeError(`${JSON.stringify(server)} is not the URL of a server; example: http://127.0.0.1:4412`);
  }
  const space = /\/~([^/]*)\/*$/.exec(server);
  if (space) {
    const wanted = server.slice(0, space.index);
    throw new RangeError(`${JSON.stringify(server)} is the URL of the space "${space[1]}"; use that of its server: ${wanted}`);
  }
  return server.replace(/\/+$/, "");
}

/** Return what is wrong; a host name with several addresses fails with one error for each. */
function describe(error: Error): string {
  return error.message || (error instanceof AggregateError && (error.errors[0] as Error).message) || error.name;
}

/** Return a line for each problem of a request, and for the requests that nearly were those waited for. */
function details(reply: Readonly<Record<string, unknown>>): string[] {
  const { problems = [], nearest_misses: misses = [] } = reply as {
    problems?: Array<{ place: Array<string | number>; problem: string }>;
    nearest_misses?: Array<{
      id: number;
      method: string;
      path: string;
      differs: Record<string, { asked: unknown; was: unknown }>;
    }>;
  };
  return [
    ...problems.map(({ place, problem }) => `  ${place.join(".")}: ${problem}`),
    ...misses.slice(0, MISSES_SHOWN_MAX).map(({ id, method, path, differs }) => {
      const pairs = Object.entries(differs).map(
        ([name, { asked, was }]) => `${name} is ${JSON.stringify(was)}, not ${JSON.stringify(asked)}`,
      );
      return `  near miss: request ${id}, ${method} ${path}: ${pairs.join("; ")}`;
    }),
  ];
}
