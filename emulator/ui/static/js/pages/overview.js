// Overview: the vendors with their addresses and credentials, the clock, and what will fall due.

import { html } from "../vendored.js";
import { ClockControls } from "../clock.js";
import { Copy, PageHead, Panel, Pending, StatusBadge } from "../elements.js";
import { plural } from "../format.js";
import { useControl, useStore } from "../store.js";
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
    <${PageHead} title="Overview">Five carbon APIs on this machine. Point your client at a URL below, use its credentials, and watch the requests arrive.<//>
    <div class="overview-top">
      <${Panel} title="Clock"><${ClockControls} /><//>
      <${Panel} title="Due next" flush><${Timeline} /><//>
    </div>
    <h2 class="section-title">Vendors</h2>
    ${data ? html`<div class="grid">${data.providers.map((provider) => html`<${Vendor} provider=${provider} key=${provider.name} />`)}</div>` : html`<${Pending} error=${error} />`}
  `;
}

function Vendor({ provider }) {
  const { entries } = useStore();
  const last = entries.findLast((entry) => entry.provider === provider.name);
  const count = entries.reduce((sum, entry) => sum + (entry.provider === provider.name), 0);
  return html`<section class="panel vendor">
    <div class="vendor-head">
      <div><h3>${provider.title}</h3><p class="muted small">${SOLD[provider.name] ?? ""}</p></div>
      <a class="badge" href=${`#trust/${provider.name}`}>${plural(provider.operations, "operation")}</a>
    </div>
    <dl class="facts">
      <dt>URL</dt><dd><${Copy} text=${provider.url} shown=${provider.url.replace(/^https?:\/\//, "")} label=${`Copy the URL of ${provider.title}`} /></dd>
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
