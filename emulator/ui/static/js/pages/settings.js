// Settings and acts: how a vendor behaves in this space, and what happens there without its API.

import { html, useEffect, useState } from "../vendored.js";
import { control } from "../api.js";
import { Field, PageHead, Panel, Pending, Segmented, Select, Statement, attempt } from "../elements.js";
import { sentence } from "../format.js";
import { useControl, useStore } from "../store.js";

export function Settings({ route }) {
  const { data: found, error } = useControl("/providers");
  const name = route.rest[0] || found?.providers[0].name;
  if (!found) return html`<${Pending} error=${error} />`;
  return html`
    <${PageHead} title="Settings and acts">How each vendor behaves in this space, and what people do there without calling its API.<//>
    <div class="tabs"><${Segmented} label="Vendor" value=${name} onChange=${(next) => (location.hash = `settings/${next}`)} options=${found.providers.map((provider) => [provider.name, provider.title])} /></div>
    <div class="stack" key=${name}><${Values} provider=${name} /><${Acts} provider=${name} /></div>`;
}

function Values({ provider }) {
  const { data, error, reload } = useControl(`/settings/${provider}`);
  const { data: schema } = useControl(`/fixtures/${provider}.schema.json`);
  const choices = (name) => schema?.$defs.Settings?.properties[name]?.enum;
  const [draft, setDraft] = useState({});
  const { space } = useStore();
  useEffect(() => setDraft({}), [space]);
  if (!data) return html`<${Pending} error=${error} />`;
  const names = Object.keys(data);
  if (!names.length) return html`<${Panel} title="Settings"><p class="muted">This vendor has no settings.</p><//>`;
  async function save(event) {
    event.preventDefault();
    const changed = () => Object.fromEntries(Object.entries(draft).map(([name, text]) => [name, valueOf(text, data[name])]));
    if (!(await attempt(async () => control("PATCH", `/settings/${provider}`, changed()), "Settings saved"))) return;
    await reload();
    setDraft((now) => Object.fromEntries(Object.entries(now).filter(([name, text]) => draft[name] !== text))); // what was changed meanwhile stays
  }
  return html`<${Panel} title="Settings"><form class="stack" onSubmit=${save}>
    <div class="form-grid">${names.map((name) => html`<${Field} key=${name} label=${sentence(name)} full=${typeof data[name] === "object" && data[name] !== null}><${Control} name=${name} value=${data[name]} choices=${choices(name)} text=${draft[name]} onChange=${(text) => setDraft({ ...draft, [name]: text })} /><//>`)}</div>
    <div class="row"><button class="button primary" disabled=${!Object.keys(draft).length}>Save</button>${Object.keys(draft).length > 0 && html`<button type="button" class="button quiet" onClick=${() => setDraft({})}>Discard</button>`}</div>
  </form><//>`;
}

function Control({ name, value, choices, text, onChange }) {
  const shown = text ?? textOf(value);
  const change = (event) => onChange(event.target.value);
  if (typeof value === "boolean") return html`<${Select} name=${name} value=${shown} onChange=${onChange} options=${[["true", "yes"], ["false", "no"]]} />`;
  if (choices) return html`<${Select} name=${name} value=${shown} onChange=${onChange} options=${choices.map((each) => [each, each])} />`;
  if (typeof value === "object" && value !== null) return html`<textarea name=${name} value=${shown} onInput=${change}></textarea>`;
  return html`<input name=${name} value=${shown} placeholder="never" onInput=${change} />`;
}

function textOf(value) {
  if (value === null) return "";
  return typeof value === "object" ? JSON.stringify(value, null, 2) : String(value);
}

/** The value that a text stands for: JSON, or null where it is empty; or else the text, which the server refuses in its own words. */
function valueOf(text, before) {
  if (typeof before === "string") return text;
  if (!text.trim()) return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function Acts({ provider }) {
  const { data, error } = useControl("/acts");
  if (!data) return html`<${Pending} error=${error} />`;
  const acts = Object.entries(data.acts[provider] ?? {});
  return html`<${Panel} title="Acts">${acts.length ? html`<div class="stack">${acts.map(([name, meaning]) => html`<${Act} key=${name} provider=${provider} name=${name} meaning=${meaning} />`)}</div>` : html`<p class="muted">Everything that happens at this vendor is a call of its API.</p>`}<//>`;
}

function Act({ provider, name, meaning }) {
  const [subject, setSubject] = useState("");
  async function perform(event) {
    event.preventDefault();
    await attempt(() => control("POST", `/acts/${provider}/${name}`, { subject }), `${sentence(name)}: done`);
  }
  return html`<form class="inline-form" onSubmit=${perform}>
    <div class="act-text"><strong>${sentence(name)}</strong><p class="muted small"><${Statement} text=${meaning.replaceAll("``", "`")} /></p></div>
    <${Field} label="Id of its subject"><input name=${name} required value=${subject} onInput=${(event) => setSubject(event.target.value)} /><//>
    <button class="button">Perform</button>
  </form>`;
}
