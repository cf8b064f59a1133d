// Webhooks: every delivery with its attempts, and what one may do with it.

import { html, useState } from "../vendored.js";
import { control, exactly } from "../api.js";
import { Action, Empty, Icon, PAGE_ROWS, PageHead, Pager, Panel, Pending } from "../elements.js";
import { instantText, plural, spanText } from "../format.js";
import { Json } from "../json.js";
import { now, useControl, useLast, useTick } from "../store.js";

const FILTERS = ["provider", "kind", "subject", "state"];
const KINDS = { pending: "info", delivered: "good", "given up": "bad", refused: "bad" };

export function Webhooks({ route }) {
  const filter = [...route.query].filter(([name]) => FILTERS.includes(name));
  const { data: counted, error, reload: count } = useControl(`/webhooks?${new URLSearchParams([...filter, ["limit", 0]])}`);
  const [opened, setOpened] = useState(null);
  const [skipped, setSkipped] = useState(0);
  const [chosen, setChosen] = useState([]);
  const total = counted?.total ?? 0;
  const start = Math.min(skipped, Math.max(0, total - 1)); // of the newest
  const end = total - start;
  const part = [["offset", Math.max(0, end - PAGE_ROWS)], ["limit", Math.min(PAGE_ROWS, end)]];
  const { data: read, reload } = useControl(counted ? `/webhooks?${new URLSearchParams([...filter, ...part])}` : null);
  const shown = useLast(read, JSON.stringify(filter));
  if (!counted || !shown) return html`<${Pending} error=${error} />`;
  const rows = shown.webhooks.toReversed();
  const over = new Set(rows.filter(({ state }) => state !== "pending").map(({ id }) => id));
  const order = chosen.filter((id) => !over.has(id));
  const run = (method, path, body) => async () => {
    const result = await control(method, path, body);
    await Promise.all([count(), reload()]);
    return result;
  };
  const toggle = (id) => setChosen(order.includes(id) ? order.filter((other) => other !== id) : [...order, id]);
  const attempts = (result) => `${plural(result.attempted.length, "attempt")} made`;
  return html`
    <${PageHead} title="Webhooks" actions=${html`
      <${Action} kind=${counted.paused ? "primary" : ""} run=${run("PATCH", "/webhooks", { paused: !counted.paused })}><${Icon} name=${counted.paused ? "play" : "pause"} />${counted.paused ? "Deliver in the background" : "Pause"}<//>
      <${Action} run=${run("POST", "/webhooks/step")} done=${attempts}>Step<//>
      <${Action} run=${run("POST", "/webhooks/deliver")} done=${attempts}>Deliver all that is due<//>
      <${Action} disabled=${order.length < 2} run=${run("POST", "/webhooks/reorder", { ids: order })} done="Order changed">${`Reorder${order.length ? ` (${order.length})` : ""}`}<//>`}>
      What the vendors send to your servers, with retries on the clock of this space.
    <//>
    ${counted.paused && html`<p class="notice warn pause-notice">Deliveries wait until you step or deliver.</p>`}
    ${filter.length > 0 && html`<p class="row list-facts">${plural(total, "webhook")} with ${filter.map(([name, value]) => html`<span class="badge">${name} ${value}</span>`)} <a href="#webhooks">Show all</a></p>`}
    <${Panel} flush>
      ${rows.length
        ? html`<div class="table-wrap" tabindex="0" role="region" aria-label="Webhooks"><table class="webhooks">
            <thead><tr><th scope="col"><span class="hidden-text">Choose</span></th><th scope="col">Webhook</th><th scope="col">Event</th><th scope="col">To</th><th scope="col">State</th><th scope="col">Attempts</th><th scope="col">Next</th><th scope="col"><span class="hidden-text">Actions</span></th></tr></thead>
            <tbody>${rows.map((webhook) => html`
              <${Row} key=${webhook.id} webhook=${webhook} position=${order.indexOf(webhook.id) + 1} opened=${opened === webhook.id} onOpen=${() => setOpened(opened === webhook.id ? null : webhook.id)} onToggle=${() => toggle(webhook.id)} run=${run} />`)}</tbody>
          </table></div>`
        : filter.length
        ? html`<${Empty} title="No webhook matches"><a href="#webhooks">Show all</a><//>`
        : html`<${Empty} title="No webhook yet">Place an order with a <code>notification_config.url</code>, or register an endpoint in the <a href="#settings">settings</a>.<//>`}
    <//>
    <${Pager} first=${start + 1} last=${Math.min(start + PAGE_ROWS, total)} total=${total}
      onNewer=${() => setSkipped(Math.max(0, start - PAGE_ROWS))} onOlder=${() => setSkipped(start + PAGE_ROWS)} />
    ${counted.dropped > 0 && html`<p class="muted small">${plural(counted.dropped, "older delivery", "older deliveries")} dropped</p>`}`;
}

function Row({ webhook, position, opened, onOpen, onToggle, run }) {
  useTick();
  const last = webhook.attempts.at(-1);
  const wait = webhook.due ? (Date.parse(webhook.due) - now()) / 1000 : null;
  return html`<tr class="webhook">
      <td>${webhook.state === "pending" && html`<input type="checkbox" aria-label=${`Choose ${webhook.id} for reordering${position ? `; position ${position}` : ""}`} checked=${position > 0} onChange=${onToggle} />${position > 0 && html` <span class="badge">${position}</span>`}`}</td>
      <td><button type="button" class="link mono" aria-expanded=${opened} onClick=${onOpen}>${webhook.id}</button>${webhook.copy_of && html`<div class="muted small">copy of ${webhook.copy_of}</div>`}</td>
      <td><span class="nowrap">${webhook.kind}</span><div class="muted small mono">${webhook.subject}</div></td>
      <td><span class="cell mono" title=${webhook.url}>${webhook.url}</span></td>
      <td><span class=${`badge ${KINDS[webhook.state]}`}>${webhook.state}</span></td>
      <td class="nowrap">${webhook.attempts.length}${last && html` <span class=${`badge ${last.status ? "code" : "bad"}`} title=${last.error ?? ""}>${last.status ?? "no reply"}</span>`}</td>
      <td class="nowrap">${webhook.due ? html`<span title=${instantText(webhook.due)}>${wait > 0 ? `in ${spanText(wait)}` : "due"}</span>` : "–"}</td>
      <td class="actions"><${Action} kind="small" run=${run("POST", `/webhooks/${webhook.id}/redeliver`)} done="Due now">Redeliver<//> <${Action} kind="small" run=${run("POST", `/webhooks/${webhook.id}/duplicate`)} done=${(copy) => `${copy.id} added`}>Duplicate<//></td>
    </tr>
    ${opened && html`<tr><td colspan="8"><div class="split"><div class="stack tight"><h3>Body</h3><${Body} id=${webhook.id} /></div>
      <div class="stack tight"><h3>Attempts</h3>${webhook.attempts.length ? html`<ol class="attempts">${webhook.attempts.map((attempt, index) => html`<li><span class="badge">${index + 1}</span><div><span class="number">${instantText(attempt.at)}</span> <span class=${`badge ${attempt.status ? "code" : "bad"}`}>${attempt.status ?? "no reply"}</span>${attempt.error && html`<p class="muted small">${attempt.error}</p>`}
        ${Object.keys(attempt.headers).length > 0 && html`<details><summary>Headers</summary><dl class="facts mono-facts">${Object.entries(attempt.headers).map(([name, value]) => html`<dt>${name}</dt><dd><code>${value}</code></dd>`)}</dl></details>`}</div></li>`)}</ol>` : html`<p class="muted small">None yet</p>`}</div></div></td></tr>`}`;
}

/** The body as it was sent, with all digits of its numbers. */
function Body({ id }) {
  const { data, error } = useControl(`/webhooks/${id}`, exactly);
  return data ? html`<${Json} value=${data.body} label="Webhook body" />` : html`<${Pending} error=${error} />`;
}
