// State: what each vendor remembers, as tables. What changed since the last look is marked.

import { html, useEffect, useMemo, useRef, useState } from "../vendored.js";
import { Empty, PAGE_ROWS, PageHead, Pager, Panel, Pending, Segmented } from "../elements.js";
import { INSTANT, countText, instantText, plural, sentence, words } from "../format.js";
import { Json } from "../json.js";
import { useControl, useLast } from "../store.js";

const COLUMNS_MAX = 9;

export function State({ route }) {
  const { data: found } = useControl("/providers");
  const name = route.rest[0] || found?.providers[0].name;
  if (!found) return html`<${Pending} />`;
  return html`
    <${PageHead} title="State">What each vendor remembers in this space. The newest come first; rows that changed since you opened a table are marked.<//>
    <div class="tabs"><${Segmented} label="Vendor" value=${name} onChange=${(next) => (location.hash = `state/${next}`)} options=${found.providers.map((provider) => [provider.name, provider.title])} /></div>
    <${Collections} provider=${name} key=${name} chosen=${route.rest[1]} />`;
}

function Collections({ provider, chosen }) {
  const { data, error } = useControl(`/state/${provider}?limit=0`);
  if (!data) return html`<${Pending} error=${error} />`;
  const names = Object.keys(data.totals);
  const current = names.includes(chosen) ? chosen : (names.find((name) => data.totals[name] > 0) ?? names[0]);
  return html`<div class="state">
    <nav class="collections" aria-label="Collections">
      ${names.map((name) => html`<button type="button" class="nav-link" aria-current=${name === current ? "page" : undefined} onClick=${() => (location.hash = `state/${provider}/${name}`)}>${sentence(name)}<span class="count number">${countText(data.totals[name])}</span></button>`)}
    </nav>
    <${Collection} provider=${provider} name=${current} total=${data.totals[current]} key=${current} />
  </div>`;
}

/** The newest records of a collection, as long as the user has not gone to older ones. */
function Collection({ provider, name, total }) {
  const [offset, setOffset] = useState(null);
  const newest = Math.max(0, total - PAGE_ROWS);
  const start = Math.min(offset ?? newest, newest);
  const { data, error } = useControl(`/state/${provider}?limit=${PAGE_ROWS}&offset=${start}`);
  const shown = useLast(data && { rows: rowsOf(data.state[name], start).reverse(), key: offset ?? "newest" });
  if (!shown) return html`<${Pending} error=${error} />`;
  const { rows, key } = shown;
  return html`<div>
    <${Panel} flush><${Records} rows=${rows} name=${name} key=${key} /><//>
    <${Pager} first=${total - Math.min(start + PAGE_ROWS, total) + 1} last=${total - start} total=${total}
      onNewer=${() => setOffset(start + PAGE_ROWS >= newest ? null : start + PAGE_ROWS)}
      onOlder=${() => setOffset(Math.max(0, start - PAGE_ROWS))} />
  </div>`;
}

/**
 * The records of a part of a collection, which begins after `start` others, as [id, members]. Those of a list are numbered.
 * Records may be below a group, such as wallets below their owner.
 */
function rowsOf(collection, start, group = "") {
  const entries = Array.isArray(collection) ? collection.map((record, index) => [String(start + index + 1), record]) : Object.entries(collection ?? {});
  return entries.flatMap(([id, record]) => {
    const key = group ? `${group} / ${id}` : id;
    if (record === null || typeof record !== "object") return [[key, { value: record }]];
    const members = Object.values(record);
    const isGroup = !Array.isArray(record) && members.length > 0 && members.every((member) => member !== null && typeof member === "object" && !Array.isArray(member) && Object.keys(member).length > 0);
    return isGroup ? rowsOf(record, 0, key) : [[key, flat(record)]];
  });
}

/** A record with the members of its members beside its own. */
function flat(record) {
  if (Array.isArray(record)) return { value: record };
  return Object.fromEntries(
    Object.entries(record).flatMap(([name, value]) =>
      value !== null && typeof value === "object" && !Array.isArray(value) && Object.keys(value).length > 0
        ? Object.entries(value).map(([inner, content]) => [`${name}.${inner}`, content])
        : [[name, value]],
    ),
  );
}

function Records({ rows, name }) {
  const [opened, setOpened] = useState(null);
  const changed = useChanged(rows);
  const columns = useMemo(() => columnsOf(rows), [rows]);
  if (!rows.length) return html`<${Empty} title=${`No ${words(name)}`}>They appear when requests make them.<//>`;
  return html`<div class="table-wrap" tabindex="0" role="region" aria-label=${words(name)}><table>
    <thead><tr><th scope="col">Id</th>${columns.map((column) => html`<th scope="col" class=${isNumeric(rows, column) ? "number" : ""}>${sentence(column.split(".").at(-1))}</th>`)}</tr></thead>
    <tbody>${rows.map(
      ([id, record]) => html`<tr key=${id} class=${changed.has(id) ? "changed" : ""}>
          <td><button type="button" class="link mono" aria-expanded=${opened === id} onClick=${() => setOpened(opened === id ? null : id)}>${id}</button>${changed.has(id) && html` <span class="badge good">changed</span>`}</td>
          ${columns.map((column) => html`<td class=${isNumeric(rows, column) ? "number" : ""}><${Value} value=${record[column]} /></td>`)}
        </tr>
        ${opened === id && html`<tr key=${`${id}/open`}><td colspan=${columns.length + 1}><${Json} value=${record} label=${`Record ${id}`} /></td></tr>`}`,
    )}</tbody>
  </table></div>`;
}

/** The columns to show: members that some record has, without the id, those that differ first. */
function columnsOf(rows) {
  const values = new Map();
  for (const [, record] of rows) {
    for (const [name, value] of Object.entries(record)) {
      if (name === "id" || value === null || (Array.isArray(value) && !value.length)) continue;
      values.set(name, (values.get(name) ?? new Set()).add(JSON.stringify(value)));
    }
  }
  const names = [...values.keys()];
  const telling = names.filter((name) => values.get(name).size > 1 || rows.length === 1);
  return (telling.length ? telling : names).slice(0, COLUMNS_MAX);
}

function isNumeric(rows, column) {
  return rows.every(([, record]) => record[column] === undefined || record[column] === null || typeof record[column] === "number");
}

function Value({ value }) {
  if (value === null || value === undefined) return html`<span class="muted">–</span>`;
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return countText(value);
  if (typeof value === "string") return INSTANT.test(value) ? html`<span class="number nowrap" title=${value}>${instantText(value)}</span>` : html`<span class="cell" title=${value}>${value}</span>`;
  if (Array.isArray(value)) return html`<span class="muted">${plural(value.length, "item")}</span>`;
  return html`<span class="muted">${plural(Object.keys(value).length, "member")}</span>`;
}

/** The ids of rows that differ from what the page first showed. */
function useChanged(rows) {
  const first = useRef(null);
  const current = new Map(rows.map(([id, record]) => [id, JSON.stringify(record)]));
  useEffect(() => {
    first.current ??= current;
  }, []);
  if (!first.current) return new Set();
  return new Set([...current].filter(([id, text]) => first.current.get(id) !== text).map(([id]) => id));
}
