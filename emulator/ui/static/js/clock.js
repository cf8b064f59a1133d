// The clock of the space: its reading, and the controls.

import { html, useState } from "./vendored.js";
import { control } from "./api.js";
import { Action, Dialog, Field, Icon, Select, attempt, toast } from "./elements.js";
import { plural } from "./format.js";
import { now, readClock, store, useStore, useTick } from "./store.js";

const STEPS = [["1 min", 60], ["1 hour", 3600], ["1 day", 86400], ["30 days", 30 * 86400]];

const UNITS = [["1", "seconds"], ["60", "minutes"], ["3600", "hours"], ["86400", "days"]];

function reading() {
  const at = now();
  return at === null ? "…" : new Date(at).toISOString().slice(0, 19).replace("T", " ");
}

export function ClockChip({ onClick }) {
  const { clock } = useStore();
  useTick();
  return html`<button type="button" class=${`clock-chip ${clock?.frozen ? "frozen" : ""}`} onClick=${onClick} title="Clock of the space">
    <${Icon} name=${clock?.frozen ? "pause" : "clock"} /><span><span class="hidden-text">Clock </span>${reading()}<span class="hidden-text"> UTC</span></span>
  </button>`;
}

export function ClockDialog({ onClose }) {
  return html`<${Dialog} title="Clock of the space" onClose=${onClose}><${ClockControls} /><//>`;
}

export function ClockControls() {
  const { clock } = useStore();
  useTick();
  const [at, setAt] = useState("");
  const [amount, setAmount] = useState("1");
  const [unit, setUnit] = useState("3600");

  async function change(method, path, body) {
    const { events } = await control(method, path, body);
    await readClock();
    toast(events.length ? `${plural(events.length, "event")} fell due` : "Nothing fell due");
  }
  async function set(event) {
    event.preventDefault();
    await attempt(() => change("PUT", "/clock", { now: new Date(`${at}Z`).toISOString() }));
  }
  async function advance(event) {
    event.preventDefault();
    await attempt(() => change("POST", "/clock/advance", { seconds: Number(amount) * Number(unit) }));
  }
  if (!clock) return html`<div class="muted">Loading…</div>`;
  return html`<div class="stack clock-controls">
    <div class="row">
      <output class="clock-reading number">${reading()}</output>
      <span class=${`badge ${clock.frozen ? "info" : "good"}`}>${clock.frozen ? "Frozen" : "Running"}</span>
    </div>
    <div class="row">
      <${Action} kind="primary" run=${() => change("PUT", "/clock", { frozen: !store.clock.frozen })}>
        <${Icon} name=${clock.frozen ? "play" : "pause"} />${clock.frozen ? "Run" : "Freeze"}
      <//>
      ${STEPS.map(([text, seconds]) => html`<${Action} run=${() => change("POST", "/clock/advance", { seconds })}>+${text}<//>`)}
    </div>
    <form class="inline-form" onSubmit=${advance}>
      <${Field} label="Advance by"><input type="number" min="0" step="any" required value=${amount} onInput=${(event) => setAmount(event.target.value)} /><//>
      <${Field} label="Unit">
        <${Select} value=${unit} onChange=${setUnit} options=${UNITS} />
      <//>
      <button class="button">Advance</button>
    </form>
    <form class="inline-form" onSubmit=${set}>
      <${Field} label="Set to (UTC)"><input type="datetime-local" step="1" required value=${at} onInput=${(event) => setAt(event.target.value)} /><//>
      <button class="button">Set</button>
    </form>
  </div>`;
}
