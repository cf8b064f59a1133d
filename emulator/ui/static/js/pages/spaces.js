// Spaces: make, open, copy, reset and delete the isolated worlds of the server.

import { html, useState } from "../vendored.js";
import { control, controlText } from "../api.js";
import { Action, Field, PageHead, Panel, Pending, Select, attempt } from "../elements.js";
import { plural, resetQuestion } from "../format.js";
import { store, useControl } from "../store.js";

export function openSpace(name, hash = "#overview") {
  dispatchEvent(new CustomEvent("open-space", { detail: { name, hash } }));
}

export function Spaces() {
  const { data, error, reload } = useControl("/spaces");
  const [name, setName] = useState("");
  const [seed, setSeed] = useState("");
  const [source, setSource] = useState("");
  if (!data) return html`<${Pending} error=${error} />`;
  const names = data.spaces.map((space) => space.name);
  async function make(event) {
    event.preventDefault();
    if (names.includes(name) && !window.confirm(`${name} exists. ${resetQuestion(name)}`)) return;
    const made = await attempt(async () => {
      await control("POST", "/reset", seed === "" ? {} : { seed: Number(seed) }, name);
      if (source) await controlText("PUT", "/snapshot", await controlText("GET", "/snapshot", undefined, source), name);
      return true;
    }, `Space ${name} made`);
    if (made) openSpace(name);
  }
  const reset = (space) => async () => {
    await control("POST", "/reset", {}, space);
    await reload();
  };
  return html`
    <${PageHead} title="Spaces">Isolated worlds on one server. The prefix <code>/~NAME</code> of a URL selects one, so parallel tests share a server.<//>
    <div class="stack">
      <${Panel} title="Make a space"><form class="inline-form" onSubmit=${make}>
        <${Field} label="Name"><input name="name" required pattern="[A-Za-z0-9._\\-]{1,64}" title="1 to 64 letters, digits, '.', '_' and '-'" value=${name} onInput=${(event) => setName(event.target.value)} /><//>
        <${Field} label="Content"><${Select} value=${source} onChange=${setSource} options=${[["", "From the fixtures"], ...names.map((each) => [each, `Copy of ${each}`])]} /><//>
        <${Field} label="Seed (optional)"><input type="number" step="1" value=${seed} onInput=${(event) => setSeed(event.target.value)} /><//>
        <button class="button primary">Make</button>
      </form><//>
      <${Panel} title="Spaces of this server" flush actions=${html`<span class="muted small">${data.spaces.length} of ${data.spaces_max}</span>`}>
        <div class="table-wrap" tabindex="0" role="region" aria-label="Spaces"><table><tbody>${(names.includes(store.space) ? data.spaces : [{ name: store.space, requests: 0 }, ...data.spaces]).map(
          ({ name: each, requests }) => html`<tr key=${each}>
            <td><button type="button" class="link" onClick=${() => openSpace(each)}>${each}</button> ${each === store.space && html`<span class="badge good">open</span>`}</td>
            <td class="muted number nowrap">${plural(requests, "request")}</td>
            <td class="actions"><${Action} kind="small" label=${`Reset ${each}`} question=${resetQuestion(each)} run=${reset(each)} done=${`${each} was reset`}>Reset<//>
              <${Action} kind="small danger" label=${`Delete ${each}`} question=${`Delete the space ${each}, with all its records and snapshots?`} run=${() => control("DELETE", `/spaces/${each}`, undefined, each).then(reload)} done=${`${each} deleted`}>Delete<//></td>
          </tr>`,
        )}</tbody></table></div>
      <//>
    </div>`;
}
