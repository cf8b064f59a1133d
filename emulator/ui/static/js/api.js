// Calls of the control API in the space that the page's address names.

const TOKEN = "carbon-emulator-token";

/** The prefix of a space's paths: "" for the space "default". */
export function prefixOf(name) {
  return name === "default" ? "" : `/~${name}`;
}

export function spaceName() {
  return decoded(location.pathname.match(/^\/~([^/]+)\//)?.[1] ?? "default");
}

/** A part of an address without its percent signs; as it is where they make no sense. */
export function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What requests to vendors may have as their method. */
export const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

export class Refused extends Error {
  constructor(status, body) {
    const problems = (body?.problems ?? []).map(({ place, problem }) => `${place.join(".")}: ${problem}`);
    super([body?.error ?? `HTTP ${status}`, problems.join("; ")].filter(Boolean).join(": "));
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
export async function control(method, path, body, space = spaceName(), read = JSON.parse) {
  return read(await controlText(method, path, body === undefined ? undefined : JSON.stringify(body), space));
}

/** Return the text of a reply to a text: documents that pass through a page unread keep all digits of their numbers. Throws Refused. */
export async function controlText(method, path, body, space = spaceName()) {
  const headers = controlHeaders();
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const reply = await fetch(controlUrl(path, space), { method, headers, body }).catch(() => {
    throw new Error("The server does not answer");
  });
  const text = await reply.text();
  if (reply.status === 401) tokenNeeded();
  if (!reply.ok) throw new Refused(reply.status, parsed(text));
  return text;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Read JSON whose numbers are written again as they were: 1.0 is not 1, and large integers keep all digits. */
export function exactly(text) {
  if (!JSON.rawJSON) return JSON.parse(text); // an older browser rounds
  return JSON.parse(text, (name, value, { source }) => (typeof value === "number" && String(value) !== source ? JSON.rawJSON(source) : value));
}
