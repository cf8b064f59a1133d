// Books: balances, the way from bought to retired, and the checks that must hold.

import { html, useState } from "../vendored.js";
import { Empty, PAGE_ROWS, PageHead, Pager, Panel, Pending, Segmented } from "../elements.js";
import { Flow } from "../flow.js";
import { amountText, instantText, plural, sentence } from "../format.js";
import { useControl, useLast } from "../store.js";

const ENTRIES = 50;

export function Books({ route }) {
  const { data: found } = useControl("/providers");
  if (!found) return html`<${Pending} />`;
  const { name } = found.providers.find((provider) => provider.name === route.rest[0]) ?? found.providers[0];
  return html`<${BooksOf} providers=${found.providers} name=${name} key=${name} />`;
}

/** The books of one vendor. All but the checks is read for that vendor alone, and a part of the lists at a time. */
function BooksOf({ providers, name }) {
  const [skipped, setSkipped] = useState(0);
  const { data: read, error } = useControl(`/ledger?provider=${name}&limit=${PAGE_ROWS}&offset=${skipped}`);
  const data = useLast(read);
  const { data: moved } = useControl(`/ledger/flows?provider=${name}`);
  const { data: verified } = useControl("/ledger/verify");
  if (!data) return html`<${Pending} error=${error} />`;
  const { balances, totals, without_books: without } = data;
  const trading = providers.filter((provider) => !(provider.name in without));
  return html`
    <${PageHead} title="Books">Everything bought, retired, canceled and charged, in double entry. Computed from what the vendors remember.<//>
    <div class="tabs"><${Segmented} label="Vendor" value=${name} onChange=${(next) => (location.hash = `books/${next}`)} options=${trading.map((provider) => [provider.name, provider.title])} /></div>
    <div class="stack">
      <${Panel} title="From bought to retired">${moved ? html`<${Flow} flows=${moved.flows} />` : html`<${Pending} />`}<//>
      <div class="split">
        <${Panel} title="Balances" flush><${Balances} balances=${balances} />
          <${Pager} first=${Math.min(skipped + 1, totals.balances)} last=${Math.min(skipped + PAGE_ROWS, totals.balances)} total=${totals.balances} order="by name" before="Before" after="After"
            onNewer=${() => setSkipped(Math.max(0, skipped - PAGE_ROWS))} onOlder=${() => setSkipped(skipped + PAGE_ROWS)} /><//>
        <${Panel} title="Checks" flush actions=${verified && html`<span class=${`badge ${verified.holds ? "good" : "bad"}`}>${verified.holds ? "All hold" : "Some fail"}</span>`}>
          ${verified ? html`<ul class="checks" tabindex="0" aria-label="Checks">${verified.checks.map((check) => html`<${Check} check=${check} />`)}</ul>` : html`<${Pending} />`}
        <//>
      </div>
      <${Entries} provider=${name} total=${totals.entries} />
    </div>`;
}

function Balances({ balances }) {
  const shown = balances.filter(({ account, amount }) => !account.startsWith("outside/") && Number(amount) !== 0);
  if (!shown.length) return html`<${Empty} title="No balance">Nothing has been bought.<//>`;
  return html`<div class="table-wrap tall" tabindex="0" role="region" aria-label="Balances"><table>
    <thead><tr><th scope="col">Account</th><th scope="col" class="number">Balance</th></tr></thead>
    <tbody>${shown.map(({ account, unit, amount }) => html`<tr key=${account + unit}><td class="mono">${account}</td><td class="number" title=${`${amount} ${unit}`}>${amountText(amount, unit)}</td></tr>`)}</tbody>
  </table></div>`;
}

function Check({ check }) {
  return html`<li><span class=${`badge ${check.holds ? "good" : "bad"}`}>${check.holds ? "holds" : "fails"}</span>
    <div><p>${check.statement}</p><p class="muted small">${plural(check.counted, "value")} compared</p>
    ${check.failures.map((failure) => html`<p class="small">${failure.subject}: expected ${failure.expected}, found ${failure.found}</p>`)}</div></li>`;
}

function Entries({ provider, total }) {
  const [offset, setOffset] = useState(null);
  const start = offset ?? Math.max(0, total - ENTRIES);
  const { data: read, error } = useControl(`/ledger?provider=${provider}&limit=${ENTRIES}&offset=${start}`);
  const data = useLast(read);
  if (!data) return html`<${Pending} error=${error} />`;
  return html`<${Panel} title="Entries" flush actions=${html`<span class="muted small">${plural(total, "entry", "entries")}</span>
      <button type="button" class="button small" disabled=${start === 0} onClick=${() => setOffset(Math.max(0, start - ENTRIES))}>Older</button>
      <button type="button" class="button small" disabled=${start + ENTRIES >= total} onClick=${() => setOffset(start + ENTRIES >= total - ENTRIES ? null : start + ENTRIES)}>Newer</button>`}>
    <div class="table-wrap" tabindex="0" role="region" aria-label="Entries"><table>
      <thead><tr><th scope="col">Time</th><th scope="col">What</th><th scope="col">Subject</th><th scope="col">Moved</th></tr></thead>
      <tbody>${[...data.entries].reverse().map(
        (entry) => html`<tr><td class="number nowrap">${entry.at ? instantText(entry.at) : html`<span class="muted">from the fixture</span>`}</td><td class="nowrap">${sentence(entry.description)}</td><td class="mono">${entry.subject}</td>
          <td>${entry.postings.filter((posting) => !posting.amount.startsWith("-")).map((posting) => html`<div class="nowrap"><span class="number">${amountText(posting.amount, posting.unit)}</span> <span class="muted small mono">→ ${posting.account}</span></div>`)}</td></tr>`,
      )}</tbody>
    </table></div>
  <//>`;
}
