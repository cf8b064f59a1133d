// What the dashboard knows of its space: the journal as it grows, the clock, and when something last changed.

import { useEffect, useRef, useState } from "./vendored.js";
import { control, spaceName } from "./api.js";
import { follow } from "./stream.js";

const ENTRIES_MAX = 20_000;
const REFRESH_MS = 300;
const PAUSE_FACTOR = 4; // a page that takes long to read is read less often: it leaves the server time for its clients

const listeners = new Set();

export const store = {
  space: spaceName(),
  live: false,
  entries: [],
  received: 0,
  skipped: 0,
  dropped: 0,
  changes: 0,
  clock: null,
  clockReadAt: 0,
  tokenAsked: null,
};

let stop = () => {};
let scheduled = false;

function notify() {
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(() => {
    scheduled = false;
    for (const listener of listeners) listener();
  });
}

/** Follow the space that the address names; after `openSpace`, another one. */
export function start() {
  stop();
  Object.assign(store, { space: spaceName(), entries: [], skipped: 0, dropped: 0, changes: store.changes + 1, clock: null });
  stop = follow(store.space, receive, setLive, askToken);
  readClock();
  notify();
}

function setLive(live) {
  store.live = live;
  notify();
}

export function askToken() {
  store.tokenAsked ??= Promise.withResolvers();
  notify();
  return store.tokenAsked.promise;
}

export function tokenGiven() {
  store.tokenAsked?.resolve();
  store.tokenAsked = null;
  store.changes += 1;
  readClock();
  notify();
}

function receive(events) {
  for (const { kind, data } of events) {
    if (kind === "request") {
      store.entries.push(data);
      store.received += 1;
    } else if (kind === "skipped") store.skipped += data.count;
    else if (kind === "begin" && !data.resumed) Object.assign(store, { entries: [], skipped: 0, dropped: data.dropped });
    if (kind === "change" || kind === "begin") readClockSoon();
  }
  const surplus = store.entries.length - ENTRIES_MAX;
  if (surplus > 0) {
    store.entries.splice(0, surplus);
    store.dropped += surplus;
  }
  store.changes += 1;
  notify();
}

// --- the clock

let clockTimer = 0;

function readClockSoon() {
  clearTimeout(clockTimer);
  clockTimer = setTimeout(readClock, 60);
}

export async function readClock() {
  try {
    store.clock = await control("GET", "/clock", undefined, store.space);
    store.clockReadAt = performance.now();
  } catch {
    return; // the stream shows that the connection is lost
  }
  notify();
}

/** The clock's reading at this moment, in milliseconds; null before it is known. */
export function now() {
  if (!store.clock) return null;
  const read = Date.parse(store.clock.now);
  return store.clock.frozen ? read : read + performance.now() - store.clockReadAt;
}

// --- hooks

/** Render again whenever the store changes. */
export function useStore() {
  const [, render] = useState(0);
  useEffect(() => {
    const listener = () => render((count) => count + 1);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, []);
  return store;
}

/** Render every second. */
export function useTick(ms = 1000) {
  const [, render] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => render((count) => count + 1), ms);
    return () => clearInterval(timer);
  }, [ms]);
}

/** The value that came last, which a page shows until the next has come; null once the key is another one. */
export function useLast(value, key = null) {
  const last = useRef({ key, value: null });
  if (value) last.current = { key, value };
  return last.current.key === key ? last.current.value : null;
}

/** Read a path of the control API, and again after each change of the space. Returns {data, error, reload}. */
export function useControl(path, read = JSON.parse) {
  const [result, setResult] = useState({ path: null, data: null, error: null });
  const seen = useRef({ path: null, changes: -1, timer: 0 });
  const took = useRef(0);
  const { changes, space } = useStore();

  async function load() {
    clearTimeout(seen.current.timer);
    seen.current = { path: `${space}${path}`, changes: store.changes, timer: 0 };
    const wanted = seen.current.path;
    const began = performance.now();
    try {
      const data = await control("GET", path, undefined, space, read);
      took.current = performance.now() - began;
      if (seen.current.path === wanted) setResult({ path: wanted, data, error: null });
    } catch (error) {
      if (seen.current.path === wanted) setResult((before) => ({ path: wanted, data: before.path === wanted ? before.data : null, error }));
    }
  }

  useEffect(() => {
    if (!path) return;
    if (seen.current.path !== `${space}${path}`) load();
    else if (seen.current.changes !== changes && !seen.current.timer) seen.current.timer = setTimeout(load, Math.max(REFRESH_MS, PAUSE_FACTOR * took.current));
  }, [path, space, changes]);
  useEffect(() => () => clearTimeout(seen.current.timer), []);

  const current = result.path === `${space}${path}`;
  return { data: current ? result.data : null, error: current ? result.error : null, reload: load };
}
