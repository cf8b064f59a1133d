// Trust: what each operation and rule rests on, counted and browsable.

import { html, useMemo, useState } from "../vendored.js";
import { EVIDENCE_NAMES, Empty, Evidence, PageHead, Pending, Segmented, Select, Statement, evidenceMeaning } from "../elements.js";
import { plural, words } from "../format.js";
import { useControl } from "../store.js";

const COLORS = { observed: "fill-1", seed: "fill-1", docs: "fill-3", sdk: "fill-4", inferred: "fill-2" };
const SHOWN_MAX = 200;

export function Trust({ route }) {
  const { data, error } = useControl("/evidence");
  const { data: found } = useControl("/providers");
  if (!data || !found) return html`<${Pending} error=${error} />`;
  const titles = Object.fromEntries(found.providers.map(({ name, title }) => [name, title]));
  const implemented = Object.fromEntries(found.providers.map(({ name, operations }) => [name, operations]));
  const name = route.rest[0];
  return html`
    <${PageHead} title="Trust">What this emulator knows of each vendor, and how. A guess is marked as one: <${Evidence} name="inferred" /> is the only evidence that no source of the vendor stands behind.<//>
    <div class="grid trust-grid">${Object.entries(data.providers).map(([each, evidence]) => html`<${Summary} key=${each} name=${each} title=${titles[each]} evidence=${evidence} implemented=${implemented[each]} current=${each === name} />`)}</div>
    <dl class="facts meanings">${EVIDENCE_NAMES.map((each) => html`<dt><${Evidence} name=${each} /></dt><dd class="muted">${evidenceMeaning(each)}</dd>`)}</dl>
    ${name && data.providers[name] && html`<${Details} key=${name} title=${titles[name]} evidence=${data.providers[name]} operation=${route.rest[1]} rule=${route.query.get("rule")} />`}`;
}

function counts(names) {
  return EVIDENCE_NAMES.map((name) => [name, names.filter((each) => each === name).length]).filter(([, count]) => count);
}

function Summary({ name, title, evidence, implemented, current }) {
  const documented = Object.keys(evidence.operations).length;
  const operations = counts(Object.values(evidence.operations));
  const rules = counts(evidence.rules.map((rule) => rule.evidence));
  return html`<a class=${`panel trust-card ${current ? "current" : ""}`} href=${`#trust/${name}`} aria-current=${current ? "true" : undefined}>
    <h2>${title}</h2>
    <${Share} label=${`${plural(documented, "operation")}${documented > implemented ? `, ${documented - implemented} not implemented` : ""}`} parts=${operations} />
    <${Share} label=${plural(evidence.rules.length, "rule")} parts=${rules} />
  </a>`;
}

function Share({ label, parts }) {
  const total = parts.reduce((sum, [, count]) => sum + count, 0);
  let x = 0;
  return html`<div class="trust-share"><span class="muted small">${label}</span>
    <svg viewBox="0 0 100 4" preserveAspectRatio="none" role="img" aria-label=${parts.map(([name, count]) => `${name} ${count}`).join(", ")}>${parts.map(([name, count]) => {
      const width = (100 * count) / total;
      x += width;
      return html`<rect class=${COLORS[name]} x=${x - width} width=${Math.max(0.5, width - 0.6)} height="4" />`;
    })}</svg>
    <ul class="legend-list">${parts.map(([name, count]) => html`<li><span class=${`swatch ${COLORS[name]}`}></span>${name} <span class="number">${count}</span></li>`)}</ul>
  </div>`;
}

function Details({ title, evidence, operation, rule }) {
  const [view, setView] = useState(rule ? "rules" : "operations");
  const [text, setText] = useState(rule ?? operation ?? "");
  const [kind, setKind] = useState("");
  const rules = useMemo(() => evidence.rules.filter((each) => (!kind || each.evidence === kind) && `${each.id} ${each.statement}`.toLowerCase().includes(text.toLowerCase())), [evidence, kind, text]);
  const operations = Object.entries(evidence.operations).filter(([name, each]) => (!kind || each === kind) && words(name).includes(words(text.toLowerCase())));
  return html`<section class="panel trust-details"><div class="panel-head"><h2>${title}</h2>
      <${Segmented} label="Show" value=${view} onChange=${setView} options=${[["operations", "Operations"], ["rules", "Rules"]]} />
      <${Select} label="Evidence" value=${kind} onChange=${setKind} options=${[["", "Any evidence"], ...EVIDENCE_NAMES.map((name) => [name, name])]} />
      <input type="search" data-filter aria-label="Search" placeholder="Search" value=${text} onInput=${(event) => setText(event.target.value)} />
    </div>
    ${view === "rules" ? html`<${Rules} rules=${rules} />` : html`<${Operations} operations=${operations} fields=${evidence.fields} opened=${operation} />`}
  </section>`;
}

function Rules({ rules }) {
  if (!rules.length) return html`<${Empty} title="No rule matches">Change the search.<//>`;
  return html`<ul class="rules">${rules.slice(0, SHOWN_MAX).map((rule) => html`<li key=${rule.id}><${Evidence} name=${rule.evidence} /><div><p><${Statement} text=${rule.statement} /></p><p class="muted small"><span class="mono">${rule.id}</span>${rule.source && ` · ${rule.source}`}</p></div></li>`)}</ul>
    ${rules.length > SHOWN_MAX && html`<p class="muted small due-more">${plural(rules.length - SHOWN_MAX, "more rule")}: narrow the search</p>`}`;
}

function Operations({ operations, fields, opened }) {
  if (!operations.length) return html`<${Empty} title="No operation matches">Change the search.<//>`;
  return html`<ul class="rules">${operations.map(([name, evidence]) => html`<li key=${name}><${Evidence} name=${evidence} /><div><p>${words(name)}</p>
    ${fields[name]?.length > 0 && html`<details open=${name === opened}><summary>${plural(fields[name].length, "part")} with evidence of ${fields[name].length === 1 ? "its" : "their"} own</summary><ul class="evidence-parts">${fields[name].map((part) => html`<li><code>${part.in} ${part.field}</code> <${Evidence} name=${part.evidence} /> ${part.rule && html`<span class="muted small mono">${part.rule}</span>`}</li>`)}</ul></details>`}</div></li>`)}</ul>`;
}
