// Small parts of pages.

import { html, useEffect, useRef, useState } from "./vendored.js";
import { countText } from "./format.js";
import { ICONS } from "./icons.js";

export function Icon({ name }) {
  return html`<svg viewBox="0 0 24 24" aria-hidden="true">${ICONS[name].map((d) => html`<path d=${d} />`)}</svg>`;
}

export function PageHead({ title, children, actions }) {
  return html`<div class="page-head"><div><h1>${title}</h1><p>${children}</p></div>${actions && html`<div class="actions">${actions}</div>`}</div>`;
}

export function Panel({ title, actions, children, flush = false }) {
  return html`<section class="panel">
    ${title && html`<div class="panel-head"><h2>${title}</h2>${actions}</div>`}
    <div class=${flush ? "" : "panel-body"}>${children}</div>
  </section>`;
}

export function Empty({ title, children }) {
  return html`<div class="empty"><strong>${title}</strong>${children}</div>`;
}

/** How many rows of a long table are shown at a time. */
export const PAGE_ROWS = 100;

/** The part of a long list that is shown, usually newest first, and the ways to the others. */
export function Pager({ first, last, total, onNewer, onOlder, order = "newest first", before = "Newer", after = "Older" }) {
  if (total <= PAGE_ROWS) return null;
  return html`<div class="row pager">
    <button type="button" class="button small" disabled=${first === 1} onClick=${onNewer}>${before}</button>
    <span class="muted small number">${countText(first)}–${countText(last)} of ${countText(total)}, ${order}</span>
    <button type="button" class="button small" disabled=${last === total} onClick=${onOlder}>${after}</button>
  </div>`;
}

/** Show that data is on its way, or why it did not come. */
export function Pending({ error }) {
  if (error) return html`<div class="notice bad" role="alert">${error.message}</div>`;
  return html`<div class="empty">Loading…</div>`;
}

/** A button that runs an action once at a time, and shows a refusal as a toast. With a question, it asks first. */
export function Action({ run, done, question, children, kind = "", label, disabled = false }) {
  const [busy, setBusy] = useState(false);
  async function click() {
    if (question && !window.confirm(question)) return;
    setBusy(true);
    await attempt(run, done);
    setBusy(false);
  }
  return html`<button type="button" class=${`button ${kind}`} disabled=${busy || disabled} aria-label=${label} title=${label} onClick=${click}>${children}</button>`;
}

/** Run an action, and say whether it worked. Returns what it returned; undefined if it was refused. */
export async function attempt(run, done) {
  try {
    const result = await run();
    if (done) toast(typeof done === "function" ? done(result) : done);
    return result;
  } catch (error) {
    toast(error.message, true);
    return undefined;
  }
}

export function Copy({ text, label, shown = text }) {
  return html`<div class="copy"><code title=${text}>${shown}</code><${CopyButton} text=${text} label=${label} /></div>`;
}

export function CopyButton({ text, label, children, kind = "quiet small" }) {
  const [copied, setCopied] = useState(false);
  const timer = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  async function copy() {
    await copyText(typeof text === "function" ? text() : text);
    setCopied(true);
    timer.current = setTimeout(() => setCopied(false), 1500);
  }
  return html`<button type="button" class=${`button ${kind}`} onClick=${copy} aria-label=${children ? undefined : label}>
    ${copied ? "Copied" : (children ?? html`<${Icon} name="copy" />`)}
  </button>`;
}

/** Copy to the clipboard; on plain HTTP beyond loopback, where browsers have no clipboard, by selection. */
async function copyText(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

export function StatusBadge({ status, connection }) {
  if (connection) return html`<span class="badge bad">${connection}</span>`;
  const kind = status >= 500 ? "bad" : status >= 400 ? "warn" : status >= 300 ? "info" : "good";
  return html`<span class=${`badge code ${kind}`}>${status}</span>`;
}

const EVIDENCE = {
  observed: ["good", "Recorded from the vendor"],
  seed: ["good", "In the binding documents"],
  docs: ["info", "In the vendor's documentation"],
  sdk: ["violet", "In the vendor's client library"],
  inferred: ["warn", "A guess of this emulator"],
};
export const EVIDENCE_NAMES = Object.keys(EVIDENCE);

export function evidenceMeaning(name) {
  return EVIDENCE[name]?.[1] ?? "";
}

export function Evidence({ name }) {
  if (!name) return html`<span class="muted">none</span>`;
  const [kind, title] = EVIDENCE[name] ?? ["", name];
  return html`<span class=${`badge ${kind}`} title=${title}>${name}</span>`;
}

/** A rule's statement, whose code is between backticks. */
export function Statement({ text }) {
  return text.split("`").map((part, position) => (position % 2 ? html`<code>${part}</code>` : part));
}

/** A row of choices, which scrolls where it is too long; the chosen one is always in sight. */
export function Segmented({ label, options, value, onChange }) {
  const row = useRef(null);
  useEffect(() => {
    row.current.querySelector("[aria-pressed=true]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [value, options.length]);
  return html`<div class="segmented" role="group" aria-label=${label} ref=${row}>
    ${options.map(([name, text]) => html`<button type="button" aria-pressed=${name === value} onClick=${() => onChange(name)}>${text}</button>`)}
  </div>`;
}

/** A choice. Options are [value, text]; they may arrive after the value. */
export function Select({ label, options, value, onChange, name }) {
  return html`<select name=${name} aria-label=${label} onChange=${(event) => onChange(event.target.value)}>
    ${options.map(([each, text]) => html`<option value=${each} selected=${each === value} key=${each}>${text}</option>`)}
  </select>`;
}

export function Field({ label, hint, children, full = false, half = false }) {
  return html`<label class=${`field ${full ? "full" : half ? "half" : ""}`}>${label}${children}${hint && html`<small>${hint}</small>`}</label>`;
}

// --- toasts

const TOAST_MS = 4000;
let toasts = [];
let showToasts = () => {};

export function toast(text, bad = false) {
  const shown = { text, bad };
  toasts = [...toasts, shown].slice(-4);
  showToasts(toasts);
  setTimeout(() => {
    toasts = toasts.filter((other) => other !== shown);
    showToasts(toasts);
  }, bad ? TOAST_MS * 2 : TOAST_MS);
}

export function Toasts() {
  const [shown, setShown] = useState(toasts);
  useEffect(() => {
    showToasts = setShown;
  }, []);
  return html`<div class="toasts" role="status" aria-live="polite">${shown.map(({ text, bad }) => html`<div class=${`toast ${bad ? "bad" : ""}`}>${text}</div>`)}</div>`;
}

/** A modal dialog; Escape and the backdrop close it. Without `onClose`, it stays. */
export function Dialog({ title, onClose, children }) {
  const element = useRef(null);
  useEffect(() => {
    element.current.showModal();
  }, []);
  return html`<dialog ref=${element} aria-label=${title} onClose=${onClose ?? (() => element.current?.showModal())} onClick=${(event) => event.target === element.current && onClose?.()}>
    <div class="panel-body stack"><h2>${title}</h2>${children}</div>
  </dialog>`;
}
