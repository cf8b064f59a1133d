// The story of a scenario: what to look at, step by step, on whichever page shows it.

import { html, useState } from "./vendored.js";
import { control, controlHeaders } from "./api.js";
import { Action } from "./elements.js";
import { useControl, useStore } from "./store.js";

const WITH_PROVIDER = new Set(["state", "books", "trust", "settings"]);

export function Story({ brief }) {
  const { space } = useStore();
  const { data } = useControl("/story");
  if (!data?.scenario) return null;
  return html`<${Steps} story=${data} brief=${brief} key=${`${space}/${data.scenario}`} storageKey=${`carbon-emulator-story/${space}/${data.scenario}`} />`;
}

/** Until it begins, the story is `brief` on pages other than the first. */
function Steps({ story, storageKey, brief }) {
  const [at, setAt] = useState(Math.min(Number(sessionStorage.getItem(storageKey) ?? 0), story.steps.length));
  const step = story.steps[at - 1];
  function go(next) {
    sessionStorage.setItem(storageKey, next);
    setAt(next);
    location.hash = next ? addressOf(story.steps[next - 1]) : "overview";
  }
  return html`<section class="panel story" aria-label="Story">
    <div class="story-text" aria-live="polite">
      <p class="muted small">${story.title}${step && ` · step ${at} of ${story.steps.length}`}</p>
      <h2>${step ? step.title : `A walk through this scenario in ${story.steps.length} steps`}</h2>
      ${(step || !brief) && html`<p>${step ? step.text : story.summary}</p>`}
      ${step && step.links.length + step.actions.length > 0 && html`<div class="row">
        ${step.links.map(({ title, url }) => html`<a class="button small" href=${url} target="_blank" rel="noopener">${title}</a>`)}
        ${step.actions.map((action) => html`<${Action} kind="small primary" run=${() => perform(action)} done=${(status) => `${action.title}: ${status}`}>${action.title}<//>`)}
      </div>`}
    </div>
    <div class="story-steps">
      <${Action} kind="small quiet" run=${() => control("POST", "/story/continue", {})} done="Another round of activity">More activity<//>
      ${at > 0 && html`<button type="button" class="button small" onClick=${() => go(at - 1)}>Back</button>`}
      ${at < story.steps.length && html`<button type="button" class="button small primary" onClick=${() => go(at + 1)}>${at ? "Next" : "Begin"}</button>`}
      ${at === story.steps.length && html`<button type="button" class="button small" onClick=${() => go(0)}>Begin again</button>`}
    </div>
  </section>`;
}

/** The page of a step, with its filter. */
function addressOf({ view, filter }) {
  if (WITH_PROVIDER.has(view) && filter.provider) return `${view}/${filter.provider}`;
  const query = new URLSearchParams(filter).toString();
  return query ? `${view}?${query}` : view;
}

/** Send the request of an action, and return its status. */
async function perform({ method, url, body, headers }) {
  const own = new URL(url).pathname.includes("/_emulator/") ? controlHeaders() : {};
  const typed = body ? { "Content-Type": "application/json" } : {};
  const reply = await fetch(url, { method, headers: { ...typed, ...own, ...headers }, body: body ? JSON.stringify(body) : undefined });
  return reply.status;
}
