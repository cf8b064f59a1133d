// One entry of the journal: what was sent, what came back, and why.

import { html } from "./vendored.js";
import { control, exactly } from "./api.js";
import { Action, CopyButton, Evidence, Icon, Pending, Statement, StatusBadge } from "./elements.js";
import { instantText, plural, words } from "./format.js";
import { Json } from "./json.js";
import { curl } from "./curl.js";
import { useControl } from "./store.js";

export function Entry({ id, onOpen, onClose }) {
  const { data, error } = useControl(`/requests?id=${id}`, exactly);
  const { data: providers } = useControl("/providers");
  const entry = data?.requests[0];
  if (data && !entry) return html`<aside class="panel entry" aria-label="Request"><div class="panel-head"><h2>Request ${id}</h2><${Close} onClose=${onClose} /></div><p class="panel-body muted">The journal no longer holds this request.</p></aside>`;
  if (!entry) return html`<aside class="panel entry" aria-label="Request"><${Pending} error=${error} /></aside>`;
  const provider = providers?.providers.find(({ name }) => name === entry.provider);
  return html`<aside class="panel entry" aria-label=${`Request ${id}`}>
    <div class="panel-head entry-head">
      <h2><span class=${`method ${entry.method.toLowerCase()}`}>${entry.method}</span> <code>${entry.path}</code></h2>
      <${Close} onClose=${onClose} />
    </div>
    <div class="panel-body stack">
      <div class="row">
        <${StatusBadge} status=${entry.status} />
        <span class="muted small">#${entry.id} · ${instantText(entry.at)}</span>
      </div>
      <div class="row">
        <${CopyButton} text=${() => curl(entry, provider)} kind="small">Copy as curl<//>
        <${Action} kind="small" run=${() => replay(entry.id, onOpen)} done=${(again) => `Sent again as request ${again.id}: ${again.status}`}>Replay<//>
        <a class="button small" href=${`#faults?${faultQuery(entry)}`}>Make it a fault</a>
      </div>
      <${Explanation} entry=${entry} />
      <${Part} title="Request" query=${entry.query} headers=${entry.headers} body=${entry.body} />
      <${Part} title="Reply" headers=${entry.reply.headers} body=${entry.reply.body} />
    </div>
  </aside>`;
}

function Close({ onClose }) {
  return html`<button type="button" class="button quiet icon" aria-label="Close" onClick=${onClose}><${Icon} name="close" /></button>`;
}

async function replay(id, onOpen) {
  const again = await control("POST", `/requests/${id}/replay`);
  onOpen(again);
  return again;
}

function faultQuery(entry) {
  const about = { provider: entry.provider, operation: entry.operation, method: entry.operation ? null : entry.method, path: entry.operation ? null : entry.path, status: entry.status >= 400 ? entry.status : 503 };
  return new URLSearchParams(Object.entries(about).filter(([, value]) => value));
}

function Explanation({ entry }) {
  const { data } = useControl(`/evidence?provider=${entry.provider}`);
  const rules = data?.providers[entry.provider]?.rules ?? [];
  const rule = rules.find(({ id }) => id === entry.rule);
  const weaker = entry.evidence_fields;
  return html`<dl class="facts">
    <dt>Operation</dt><dd>${entry.operation ? html`<a href=${`#trust/${entry.provider}/${entry.operation}`}>${words(entry.operation)}</a>` : html`<span class="muted">no such route</span>`}</dd>
    ${entry.rule && html`<dt>Decided by</dt><dd><div class="rule"><a class="mono" href=${`#trust/${entry.provider}?rule=${entry.rule}`}>${entry.rule}</a> ${rule && html`<${Evidence} name=${rule.evidence} />`}<p><${Statement} text=${rule?.statement ?? ""} /></p>${rule?.source && html`<p class="muted small">${rule.source}</p>`}</div></dd>`}
    <dt>Evidence</dt><dd><${Evidence} name=${entry.evidence} /></dd>
    ${weaker.length > 0 && html`<dt>Parts</dt><dd><details><summary>${plural(weaker.length, "part")} with evidence of ${weaker.length === 1 ? "its" : "their"} own</summary><ul class="evidence-parts">
      ${weaker.map((part) => html`<li><code>${part.in} ${part.field}</code> <${Evidence} name=${part.evidence} /> ${part.rule && html`<span class="muted small mono">${part.rule}</span>`}</li>`)}
    </ul></details></dd>`}
    ${entry.unread.length > 0 && html`<dt>Not read</dt><dd>${entry.unread.map((name) => html`<span class="badge warn code">${name}</span> `)}<p class="muted small">The request sent this, and nothing reads it.</p></dd>`}
    ${entry.fault && html`<dt>Fault</dt><dd><a class="badge violet" href="#faults">${entry.fault}</a></dd>`}
  </dl>`;
}

function Part({ title, query = [], headers, body }) {
  return html`<section class="stack tight"><h3>${title}</h3>
    ${query.length > 0 && html`<dl class="facts mono-facts">${query.map(([name, value]) => html`<dt>${name}</dt><dd><code>${value}</code></dd>`)}</dl>`}
    ${body === null ? html`<p class="muted small">No body</p>` : html`<${Json} value=${body} label=${`${title} body`} />`}
    <details><summary>${plural(Object.keys(headers).length, "header")}</summary><dl class="facts mono-facts">${Object.entries(headers).map(([name, value]) => html`<dt>${name}</dt><dd><code>${value}</code></dd>`)}</dl></details>
  </section>`;
}
