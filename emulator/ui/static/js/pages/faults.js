// Faults: errors on demand, made from a form.

import { html, useState } from "../vendored.js";
import { METHODS, control } from "../api.js";
import { Action, Empty, Field, PageHead, Panel, Pending, Select, attempt } from "../elements.js";
import { plural, words } from "../format.js";
import { useControl } from "../store.js";

const EMPTY = { provider: "", operation: "", method: "", path: "", when: "before", nth: "1", times: "1", status: "", body: "", headers: "", delay: "", connection: "" };

export function Faults({ route }) {
  const { data, error, reload } = useControl("/faults");
  if (!data) return html`<${Pending} error=${error} />`;
  return html`
    <${PageHead} title="Faults" actions=${html`<${Action} kind="danger" disabled=${!data.faults.length} run=${() => control("DELETE", "/faults").then(reload)} done="All faults removed">Remove all<//>`}>
      Errors, delays and broken connections on demand: counted, never random. A status without a body is worded as the vendor would.
    <//>
    <div class="stack">
      <${Form} query=${route.query} onAdded=${reload} />
      <${Panel} title="Faults of this space" flush>${data.faults.length ? html`<${List} faults=${data.faults} reload=${reload} />` : html`<${Empty} title="No fault">Requests are answered as the vendors would.<//>`}<//>
    </div>`;
}

function Form({ query, onAdded }) {
  const { data: found } = useControl("/providers");
  const [draft, setDraft] = useState(() => ({ ...EMPTY, ...Object.fromEntries([...query].filter(([name]) => name in EMPTY)) }));
  const { data: evidence } = useControl(draft.provider ? `/evidence?provider=${draft.provider}` : null);
  const change = (name, value) => setDraft({ ...draft, [name]: value, ...(name === "provider" ? { operation: "" } : {}) });
  const set = (name) => (event) => change(name, event.target.value);
  const operations = Object.keys(evidence?.providers[draft.provider]?.operations ?? {});
  async function add(event) {
    event.preventDefault();
    const added = await attempt(() => control("POST", "/faults", faultOf(draft)), (fault) => `${fault.id} added`);
    if (added) onAdded();
  }
  const input = (name, attributes = {}) => html`<input name=${name} value=${draft[name]} onInput=${set(name)} ...${attributes} />`;
  const choice = (name, options) => html`<${Select} name=${name} value=${draft[name]} onChange=${(value) => change(name, value)} options=${options} />`;
  return html`<${Panel} title="Add a fault"><form class="stack" onSubmit=${add}>
    <fieldset class="form-grid"><legend>Which requests</legend>
      <${Field} label="Vendor">${choice("provider", [["", "Any"], ...(found?.providers ?? []).map(({ name, title }) => [name, title])])}<//>
      <${Field} label="Operation">${choice("operation", [["", "Any"], ...operations.map((name) => [name, words(name)])])}<//>
      <${Field} label="Method">${choice("method", [["", "Any"], ...METHODS.map((name) => [name, name])])}<//>
      <${Field} label="Path" hint="A pattern: * matches anything">${input("path", { placeholder: "/v1/orders/*" })}<//>
      <${Field} label="Begin with the nth request">${input("nth", { type: "number", min: 1, required: true })}<//>
      <${Field} label="Number of requests">${input("times", { type: "number", min: 1, required: true })}<//>
    </fieldset>
    <fieldset class="form-grid"><legend>What happens</legend>
      <${Field} label="When">${choice("when", [["before", "In place of the operation"], ["after", "After the operation commits"]])}<//>
      <${Field} label="Status">${input("status", { type: "number", min: 200, max: 599, placeholder: "503" })}<//>
      <${Field} label="Delay in seconds">${input("delay", { type: "number", min: 0, max: 300, step: "any" })}<//>
      <${Field} label="Connection">${choice("connection", [["", "Stays"], ["reset", "Reset"], ["close", "Closed without a reply"], ["truncate", "Closed in the middle of the reply"]])}<//>
      <${Field} label="Body" hint="JSON or text" half><textarea name="body" value=${draft.body} onInput=${set("body")}></textarea><//>
      <${Field} label="Headers" hint="One a line: Retry-After: 30" half><textarea name="headers" value=${draft.headers} onInput=${set("headers")}></textarea><//>
    </fieldset>
    <div class="row"><button class="button primary">Add fault</button><button type="button" class="button quiet" onClick=${() => setDraft(EMPTY)}>Clear</button></div>
  </form><//>`;
}

/** The fault that a form describes, without what it leaves empty. */
function faultOf(draft) {
  const effect = { status: number(draft.status), body: parsed(draft.body), headers: headersOf(draft.headers), delay_seconds: number(draft.delay), connection: draft.connection || undefined };
  return { provider: draft.provider || undefined, operation: draft.operation || undefined, method: draft.method || undefined, path: draft.path || undefined, nth: number(draft.nth), when: draft.when, times: number(draft.times), effect };
}

function number(text) {
  return text === "" ? undefined : Number(text);
}

function parsed(text) {
  if (!text.trim()) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function headersOf(text) {
  const lines = text.split("\n").filter((line) => line.trim());
  return lines.length ? Object.fromEntries(lines.map((line) => [line.split(":")[0].trim(), line.split(":").slice(1).join(":").trim()])) : undefined;
}

function List({ faults, reload }) {
  return html`<div class="table-wrap" tabindex="0" role="region" aria-label="Faults"><table>
    <thead><tr><th scope="col">Fault</th><th scope="col">Requests</th><th scope="col">Effect</th><th scope="col">Fired</th><th scope="col"><span class="hidden-text">Actions</span></th></tr></thead>
    <tbody>${faults.map((fault) => html`<tr key=${fault.id}>
      <td class="mono nowrap">${fault.id}</td>
      <td>${conditions(fault)}</td>
      <td>${effects(fault)}</td>
      <td class="nowrap"><span class=${`badge ${fault.fired >= fault.times ? "" : "violet"}`}>${fault.fired} of ${fault.times}</span></td>
      <td class="actions"><${Action} kind="small danger" label=${`Remove ${fault.id}`} run=${() => control("DELETE", `/faults/${fault.id}`).then(reload)}>Remove<//></td>
    </tr>`)}</tbody></table></div>`;
}

function conditions({ provider, operation, method, path, headers, nth }) {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const found = [provider, operation && words(operation), method, path, ...lines].filter(Boolean).join(" · ") || "every request";
  return nth > 1 ? `${found}, from number ${nth} on` : found;
}

function effects({ when, effect }) {
  const found = [
    effect.status && `status ${effect.status}`,
    effect.delay_seconds && `${effect.delay_seconds} s delay`,
    effect.connection && `connection ${effect.connection}`,
    effect.body !== null && effect.body !== undefined && "own body",
    Object.keys(effect.headers ?? {}).length > 0 && plural(Object.keys(effect.headers).length, "header"),
  ];
  return html`${found.filter(Boolean).join(", ")} <span class="muted small">${when === "before" ? "in place of the operation" : "after it commits"}</span>`;
}
