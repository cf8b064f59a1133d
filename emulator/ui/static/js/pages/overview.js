// Overview: the vendors with their addresses and credentials, the clock, and what will fall due.

import { html } from "../vendored.js";
import { ClockControls } from "../clock.js";
import { control, controlUrl } from "../api.js";
import { Action, Copy, PageHead, Panel, Pending, StatusBadge } from "../elements.js";
import { plural, resetQuestion } from "../format.js";
import { store, useControl, useStore } from "../store.js";
import { Timeline } from "../timeline.js";

const SOLD = {
  oneclickimpact: "Impact by the pound, and customer records",
  cnaught: "Carbon offset orders, quotes, subaccounts and checkout",
  carboninsights: "Carbon scores of bank transactions",
  dcycle: "An organization's emissions by scope, category and month",
  thallo: "Credits in gram wallets, and fractional retirements",
};

export function Overview() {
  const { data, error } = useControl("/providers");
  return html`
    <${PageHead} title="Overview" actions=${html`<${Action} label="Reset this space" question=${resetQuestion(store.space)} run=${() => control("POST", "/reset", {})} done=${(reset) => `Space ${reset.space} was reset`}>Reset<//>`}>Five carbon APIs on this machine. Point your client at a URL below, use its credentials, and watch the requests arrive.<//>
    ${data ? html`<div class="grid">${data.providers.map((provider) => html`<${Vendor} provider=${provider} key=${provider.name} />`)}<${Controls} /></div>` : html`<${Pending} error=${error} />`}
    <h2 class="section-title">Time</h2>
    <div class="overview-time">
      <${Panel} title="Clock"><${ClockControls} /><//>
      <${Panel} title="Due next" flush><${Timeline} /><//>
    </div>
  `;
}

function Vendor({ provider }) {
  const { entries } = useStore();
  const last = entries.findLast((entry) => entry.provider === provider.name);
  const count = entries.reduce((sum, entry) => sum + (entry.provider === provider.name), 0);
  return html`<section class="panel vendor">
    <div class="vendor-head">
      <div><h2>${provider.title}</h2><p class="muted small">${SOLD[provider.name] ?? ""}</p></div>
      <a class="badge" href=${`#trust/${provider.name}`}>${plural(provider.operations, "operation")}</a>
    </div>
    <${Address} url=${provider.url} of=${provider.title} />
    <dl class="facts">
      ${Object.entries(provider.credentials).map(
        ([name, value]) => html`<dt>${name.replaceAll("_", " ")}</dt><dd><${Copy} text=${value} label=${`Copy the ${name.replaceAll("_", " ")} of ${provider.title}`} /></dd>`,
      )}
    </dl>
    <div class="vendor-last">
      ${last
        ? html`<a href=${`#requests/${last.id}`}><span class=${`method ${last.method.toLowerCase()}`}>${last.method}</span> <code>${last.path}</code></a>
            <${StatusBadge} ...${last} /><a class="muted small number" href=${`#requests?provider=${provider.name}`}>${plural(count, "request")}</a>`
        : html`<span class="muted small">No request yet</span>`}
    </div>
  </section>`;
}

/** What commands the space, beside the vendors. */
function Controls() {
  const { space } = useStore();
  return html`<section class="panel vendor">
    <div class="vendor-head">
      <div><h2>Control API</h2><p class="muted small">Clock, faults, requests, webhooks, snapshots and books of this space, for programs</p></div>
    </div>
    <${Address} url=${new URL(controlUrl("", space), location.href).href} of="the control API" />
    <p class="muted small">Everything that these pages do is a request to it.</p>
    <div class="vendor-last"><a href=${controlUrl("/docs?api=control", space)}>API reference</a></div>
  </section>`;
}

function Address({ url, of }) {
  return html`<div class="address"><${Copy} text=${url} shown=${url.replace(/^https?:\/\//, "")} label=${`Copy the URL of ${of}`} /></div>`;
}
