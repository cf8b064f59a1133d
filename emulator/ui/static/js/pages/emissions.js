// Emissions: what organizations emitted, by scope, category and month.

import { html, useState } from "../vendored.js";
import { Bars } from "../bars.js";
import { Empty, PageHead, Panel, Pending, Segmented, Select } from "../elements.js";
import { massText, percent, plural, sentence } from "../format.js";
import { useControl } from "../store.js";

export function Emissions() {
  const { data, error } = useControl("/emissions");
  const [organization, setOrganization] = useState("");
  const [by, setBy] = useState("scope");
  const [year, setYear] = useState("");
  const head = html`<${PageHead} title="Emissions">What organizations emitted according to Dcycle, from their records and totals.<//>`;
  if (!data) return html`${head}<${Pending} error=${error} />`;
  if (!data.emissions.length) return html`${head}<${Empty} title="No emissions">Add purchases, invoices or vehicles at Dcycle, and they add up here.<//>`;
  const organizations = [...new Set(data.emissions.map((each) => each.organization))];
  const years = [...new Set(data.emissions.map((each) => each.month.slice(0, 4)))].sort();
  const chosenYear = years.includes(year) ? year : years.at(-1);
  const shown = data.emissions.filter((each) => (!organization || each.organization === organization) && each.month.startsWith(chosenYear));
  const total = shown.reduce((sum, each) => sum + each.co2e_grams, 0);
  const groupOf = (each) => (by === "scope" ? `Scope ${each.scope}` : sentence(each.category));
  const groups = [...new Set(shown.toSorted((a, b) => a.scope - b.scope).map(groupOf))];
  return html`${head}
    <div class="filters emissions-filters">
      <${Select} label="Organization" value=${organization} onChange=${setOrganization} options=${[["", "All organizations"], ...organizations.map((name) => [name, name])]} />
      <${Select} label="Year" value=${chosenYear} onChange=${setYear} options=${years.map((each) => [each, each])} />
      <${Segmented} label="Group by" value=${by} onChange=${setBy} options=${[["scope", "By scope"], ["category", "By category"]]} />
    </div>
    <div class="stack">
      <div class="figures">
        <${Figure} label=${`Total ${chosenYear}`} value=${massText(total)} note=${plural(organization ? 1 : organizations.length, "organization")} />
        ${[1, 2, 3].map((scope) => {
          const sum = shown.reduce((grams, each) => grams + (each.scope === scope ? each.co2e_grams : 0), 0);
          return html`<${Figure} label=${`Scope ${scope}`} value=${massText(sum)} note=${percent(sum, total)} />`;
        })}
      </div>
      <${Panel} title="By month"><${Bars} months=${monthsOf(chosenYear)} groups=${groups} rows=${shown.map((each) => [each.month, groupOf(each), each.co2e_grams])} /><//>
      <${Panel} title="By category" flush><${Categories} rows=${shown} total=${total} /><//>
    </div>`;
}

function Figure({ label, value, note }) {
  return html`<div class="panel figure"><span class="muted small">${label}</span><strong class="number">${value}</strong><span class="muted small number">${note}</span></div>`;
}

function monthsOf(year) {
  return Array.from({ length: 12 }, (_, month) => `${year}-${String(month + 1).padStart(2, "0")}`);
}

function Categories({ rows, total }) {
  const sums = new Map();
  for (const each of rows) {
    const key = `${each.scope}/${each.category}`;
    sums.set(key, (sums.get(key) ?? 0) + each.co2e_grams);
  }
  const sorted = [...sums].sort(([, a], [, b]) => b - a);
  return html`<div class="table-wrap" tabindex="0" role="region" aria-label="Categories"><table><thead><tr><th scope="col">Category</th><th scope="col">Scope</th><th scope="col" class="number">CO₂e</th><th scope="col" class="share-column">Share</th></tr></thead>
    <tbody>${sorted.map(([key, grams]) => {
      const [scope, category] = key.split("/");
      return html`<tr key=${key}><td>${sentence(category)}</td><td>${scope}</td><td class="number">${massText(grams)}</td>
        <td><div class="share"><div style=${{ width: percent(grams, total) }}></div></div><span class="muted small number">${percent(grams, total)}</span></td></tr>`;
    })}</tbody></table></div>`;
}
