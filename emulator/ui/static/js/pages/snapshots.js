// Snapshots: the state of the space, kept by name or as a file.

import { html, useRef, useState } from "../vendored.js";
import { control, controlText } from "../api.js";
import { download } from "../download.js";
import { Action, Empty, Field, PageHead, Panel, Pending, attempt } from "../elements.js";
import { store, useControl } from "../store.js";

export function Snapshots() {
  const { data, error, reload } = useControl("/snapshots");
  const [name, setName] = useState("");
  const file = useRef(null);
  if (!data) return html`<${Pending} error=${error} />`;
  async function keep(event) {
    event.preventDefault();
    const kept = await attempt(() => control("POST", `/snapshots/${encodeURIComponent(name)}`), `Snapshot ${name} kept`);
    if (kept) setName("");
    reload();
  }
  async function upload() {
    const [chosen] = file.current.files;
    if (chosen) await attempt(async () => controlText("PUT", "/snapshot", await chosen.text()), "Restored from the file");
    file.current.value = "";
  }
  return html`
    <${PageHead} title="Snapshots" actions=${html`
      <${Action} run=${async () => download(`${store.space}.snapshot.json`, await controlText("GET", "/snapshot"))}>Download the space<//>
      <${Action} run=${async () => download(`${store.space}.bundle.json`, await controlText("GET", "/bundle"))}>Download the recorded run<//>
      <label class="button">Restore from a file<input class="hidden-text" type="file" accept=".json,application/json" ref=${file} onChange=${upload} /></label>`}>
      The whole space at one moment: every vendor, the clock, faults and webhooks. Restoring one empties the journal.
    <//>
    <div class="stack">
      <${Panel} title="Keep a snapshot"><form class="inline-form" onSubmit=${keep}>
        <${Field} label="Name"><input required pattern="[A-Za-z0-9._\\-]{1,64}" title="1 to 64 letters, digits, '.', '_' and '-'" value=${name} onInput=${(event) => setName(event.target.value)} /><//>
        <button class="button primary">Keep</button>
      </form><//>
      <${Panel} title="Kept in memory" flush actions=${html`<span class="muted small">${data.snapshots.length} of ${data.snapshots_max}</span>`}>
        ${data.snapshots.length
          ? html`<div class="table-wrap" tabindex="0" role="region" aria-label="Snapshots"><table><tbody>${data.snapshots.map((kept) => html`<tr key=${kept}><td class="mono">${kept}</td><td class="actions">
              <${Action} kind="small" label=${`Restore ${kept}`} question=${`Restore ${kept}? What the space has now is lost.`} run=${() => control("POST", `/snapshots/${kept}/restore`)} done=${`Restored ${kept}`}>Restore<//>
              <${Action} kind="small danger" label=${`Delete ${kept}`} question=${`Delete the snapshot ${kept}?`} run=${() => control("DELETE", `/snapshots/${kept}`).then(reload)}>Delete<//>
            </td></tr>`)}</tbody></table></div>`
          : html`<${Empty} title="No snapshot">Keep one before a demonstration, and return to it after.<//>`}
      <//>
    </div>`;
}
