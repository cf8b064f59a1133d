// Calls of the control API in the space that the page's address names.

const TOKEN = "carbon-emulator-token";

/** The prefix of a space's paths: "" for the space "default". */
export function prefixOf(name) {
  return name === "default" ? "" : `/~${name}`;
}

export function spaceName() {
  return location.pathname.match(/^\/~([^/]+)\//)?.[1] ?? "default";
}

export class Refused extends Error {
  constructor(status, body) {
    const problems = (body?.problems ?? []).map(({ place, problem }) => `${place.join(".")}: ${problem}`);
    super([body?.error ?? `HTTP ${status}`, ...problems].join("\n"));
    this.status = status;
    this.body = body;
  }
}

let tokenNeeded = () => {};

/** Call `ask` when the server requires its token. */
export function onTokenNeeded(ask) {
  tokenNeeded = ask;
}

export function rememberToken(token) {
  sessionStorage.setItem(TOKEN, token);
}

export function controlHeaders() {
  const token = sessionStorage.getItem(TOKEN);
  return token ? { Authorization: `Bearer ${token}` } : {};
}

export function controlUrl(path, space = spaceName()) {
  return `${prefixOf(space)}/_emulator${path}`;
}

/** Return the JSON of a reply. Throws Refused. */
export async function control(method, path, body, space = spaceName()) {
  const headers = controlHeaders();
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const reply = await fetch(controlUrl(path, space), { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  const content = await reply.json().catch(() => null);
  if (reply.status === 401) tokenNeeded();
  if (!reply.ok) throw new Refused(reply.status, content);
  return content;
}
