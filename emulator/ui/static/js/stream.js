// Server-sent events over fetch, which can carry the token. Resumes after the last event that arrived.

import { controlHeaders, controlUrl } from "./api.js";

const RETRY_MS = 1000;

/** Follow the events of a space until `stop()` is called. `onEvents` gets arrays of {kind, data}. */
export function follow(space, onEvents, onState, askToken) {
  let lastId = null;
  let stopped = false;
  let controller = null;

  async function run() {
    while (!stopped) {
      if (document.hidden) await visible();
      if (stopped) return;
      controller = new AbortController();
      try {
        await read(controller.signal);
      } catch (error) {
        if (stopped) return;
      }
      onState(false);
      if (!document.hidden) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  async function read(signal) {
    const headers = { ...controlHeaders(), Accept: "text/event-stream" };
    if (lastId) headers["Last-Event-ID"] = lastId;
    const reply = await fetch(controlUrl("/events?replay=true", space), { headers, signal });
    if (reply.status === 401) await askToken();
    if (!reply.ok) throw new Error(`HTTP ${reply.status}`);
    onState(true);
    for await (const events of arriving(reply.body)) {
      lastId = events.at(-1).id;
      onEvents(events);
    }
  }

  // A browser allows six connections to a server, for all tabs together: a hidden tab gives its own back.
  function onVisibility() {
    if (document.hidden) controller?.abort();
  }

  document.addEventListener("visibilitychange", onVisibility);
  run();
  return () => {
    stopped = true;
    controller?.abort();
    document.removeEventListener("visibilitychange", onVisibility);
  };
}

/** Yield the events of a body as they arrive: arrays of {kind, id, data}. */
async function* arriving(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    text += value;
    const end = text.lastIndexOf("\n\n");
    if (end < 0) continue;
    const events = text.slice(0, end).split("\n\n").map(parse).filter(Boolean);
    text = text.slice(end + 2);
    if (events.length) yield events;
  }
}

function visible() {
  return new Promise((resolve) => {
    document.addEventListener("visibilitychange", function shown() {
      if (document.hidden) return;
      document.removeEventListener("visibilitychange", shown);
      resolve();
    });
  });
}

function parse(block) {
  const found = {};
  for (const line of block.split("\n")) {
    const colon = line.indexOf(": ");
    if (colon > 0) found[line.slice(0, colon)] = line.slice(colon + 2);
  }
  return found.data ? { kind: found.event, id: found.id, data: JSON.parse(found.data) } : null;
}
