// Requests: the journal as it grows, filtered, and one entry in detail.

import { html, useMemo, useState } from "../vendored.js";
import { METHODS, control } from "../api.js";
import { Action, Empty, Icon, PageHead, Select, StatusBadge } from "../elements.js";
import { countText, plural, timeText } from "../format.js";
import { useControl, useStore } from "../store.js";
import { WindowedList } from "../windowed.js";
import { Entry } from "../entry.js";

const ROW_HEIGHT = 40;
const FILTERS = ["provider", "operation", "method", "path", "status"];

export function Requests({ route }) {
  const { entries, received, skipped, dropped } = useStore();
  const [filter, setFilter] = useState(() => Object.fromEntries(FILTERS.map((name) => [name, route.query.get(name) ?? ""])));
  const [paused, setPaused] = useState(null);
  const source = paused?.entries ?? entries;
  const rows = useMemo(() => matching(source, filter), [source, source.length, filter]);
  const selected = Number(route.rest[0]) || null;
  const position = selected === null ? -1 : rows.findIndex((entry) => entry.id === selected);

  /** Open an entry, or none. What the address filters stays in it. */
  function open(entry) {
    const query = String(route.query);
    location.hash = (entry ? `requests/${entry.id}` : "requests") + (query && `?${query}`);
  }
  function close() {
    open(null);
    requestAnimationFrame(() => document.querySelector(".request-list .windowed")?.focus());
  }
  function pressed(event) {
    const move = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 }[event.key];
    if (!move || !rows.length) return;
    event.preventDefault();
    open(rows[Math.min(rows.length - 1, Math.max(0, position < 0 ? (move > 0 ? 0 : rows.length - 1) : position + move))]);
  }

  return html`
    <${PageHead} title="Requests" actions=${html`
      <button type="button" class="button" aria-pressed=${paused !== null} onClick=${() => setPaused(paused ? null : { entries: [...entries], received })}>
        <${Icon} name=${paused ? "play" : "pause"} />${paused ? `Resume (${countText(received - paused.received)} new)` : "Pause"}
      </button>
      <${Action} question="Empty the journal?" run=${() => control("DELETE", "/requests")} done="The journal is empty" kind="danger">Clear<//>`}>
      Every request to a vendor in this space, newest first. Secrets are hidden.
    <//>
    <${Filters} filter=${filter} onChange=${setFilter} entries=${source} />
    <p class="muted small list-facts" role="status">
      ${plural(rows.length, "request")}${rows.length !== source.length && ` of ${countText(source.length)}`}
      ${skipped > 0 && html` · <span class="badge warn">${plural(skipped, "entry", "entries")} skipped: this page was too slow</span>`}
      ${dropped > 0 && html` · ${countText(dropped)} older dropped`}
    </p>
    <div class=${`requests ${selected ? "opened" : ""}`} onKeyDown=${(event) => selected && event.key === "Escape" && close()}>
      <div class="panel request-list">
        ${rows.length
          ? html`<${WindowedList} rows=${rows} rowHeight=${ROW_HEIGHT} label="Requests" onKeyDown=${pressed} scrollTo=${position}
              render=${(entry) => html`<${Row} entry=${entry} selected=${entry.id === selected} onOpen=${open} key=${entry.id} />`} />`
          : html`<${None} filtered=${source.length > 0} onReset=${() => setFilter(Object.fromEntries(FILTERS.map((name) => [name, ""])))} />`}
      </div>
      ${selected && html`<${Entry} id=${selected} key=${selected} onOpen=${open} onClose=${close} />`}
    </div>`;
}

/** The entries that match every filter, newest first. */
function matching(entries, filter) {
  const wanted = Object.entries(filter).filter(([, value]) => value);
  const matches = (entry) => wanted.every(([name, value]) => (name === "path" ? entry.path.includes(value) : name === "status" ? String(entry.status).startsWith(value) : entry[name] === value));
  return (wanted.length ? entries.filter(matches) : [...entries]).reverse();
}

function Filters({ filter, onChange, entries }) {
  const { data } = useControl("/providers");
  const providers = (data?.providers ?? []).map(({ name }) => name);
  const operations = useMemo(() => operationsOf(entries, filter), [entries, entries.length, filter.provider, filter.operation]);
  const set = (name, value) => onChange({ ...filter, [name]: value, ...(name === "provider" ? { operation: "" } : {}) });
  const choices = (name, label, values) => html`<${Select} label=${label} value=${filter[name]} onChange=${(value) => set(name, value)} options=${[["", label], ...values.map((value) => [value, value])]} />`;
  return html`<div class="filters">
    <input type="search" data-filter aria-label="Path contains" placeholder="Filter by path  ( / )" value=${filter.path} onInput=${(event) => set("path", event.target.value)} />
    ${choices("provider", "Any vendor", providers)}
    ${choices("operation", "Any operation", operations)}
    ${choices("method", "Any method", METHODS)}
    <input aria-label="Status begins with" placeholder="Status" inputmode="numeric" maxlength="3" value=${filter.status} onInput=${(event) => set("status", event.target.value)} />
  </div>`;
}

/** The operations that the journal holds, and the one that is chosen. */
function operationsOf(entries, { provider, operation }) {
  const found = new Set(entries.filter((entry) => !provider || entry.provider === provider).map((entry) => entry.operation));
  return [...found.add(operation)].filter(Boolean).sort();
}

function Row({ entry, selected, onOpen }) {
  return html`<div class="request-row" role="option" aria-selected=${selected} onClick=${() => onOpen(entry)}>
    <span class="request-time number">${timeText(entry.at)}</span>
    <${StatusBadge} ...${entry} />
    <span class=${`method ${entry.method.toLowerCase()}`}>${entry.method}</span>
    <code class="request-path">${entry.path}</code>
    <span class="request-tags">
      ${entry.fault && html`<span class="badge violet">fault</span>`}
      ${entry.rule && html`<span class="badge" title=${entry.rule}>rule</span>`}
    </span>
    <span class="request-provider muted small">${entry.provider}</span>
  </div>`;
}

function None({ filtered, onReset }) {
  if (filtered) return html`<${Empty} title="No request matches">Change or remove a filter.<div class="row"><button type="button" class="button" onClick=${onReset}>Remove filters</button></div><//>`;
  return html`<${Empty} title="No request yet">Send one to a URL of the <a href="#overview">overview</a>, and it appears here.<//>`;
}
