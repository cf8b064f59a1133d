// A time line of what falls due if nothing else happens.

import { html } from "./vendored.js";
import { control } from "./api.js";
import { Action, Empty, Pending } from "./elements.js";
import { instantText, plural, sentence, spanText } from "./format.js";
import { now, readClock, useControl, useTick } from "./store.js";

const SHOWN = 6;

export function Timeline() {
  const { data, error } = useControl("/clock/upcoming?limit=200");
  const { data: found } = useControl("/providers");
  useTick();
  if (!data) return html`<${Pending} error=${error} />`;
  const at = now() ?? Date.parse(data.now);
  const titles = Object.fromEntries((found?.providers ?? []).map(({ name, title }) => [name, title]));
  const ahead = data.events.filter((event) => Date.parse(event.at) > at);
  if (!ahead.length) return html`<${Empty} title="Nothing is due">Orders, tokens and webhooks that wait for time to pass appear here.<//>`;
  return html`
    <${Track} events=${ahead} at=${at} />
    <ol class="due">
      ${ahead.slice(0, SHOWN).map(
        (event) => html`<li key=${`${event.at}${event.kind}${event.subject}`}>
          <span class="due-dot" data-provider=${event.provider}></span>
          <div class="due-what"><strong>${sentence(event.kind.replace(".", " "))}</strong>
            <div class="muted small">${titles[event.provider] ?? event.provider} · <span class="mono">${event.subject}</span></div>
            <div class="muted small number">${instantText(event.at)} · in ${spanText((Date.parse(event.at) - at) / 1000)}</div></div>
          <${Action} kind="small" label=${`Advance the clock to ${instantText(event.at)}`} run=${() => advanceTo(event.at)}>Advance<//>
        </li>`,
      )}
    </ol>
    ${data.total > SHOWN && html`<p class="due-more muted small">${plural(data.total, "event")} within a year</p>`}`;
}

/** Points on a line: time on a square-root scale, so that near events are apart. */
function Track({ events, at }) {
  const span = Math.max(...events.map((event) => Date.parse(event.at) - at));
  const shown = events.slice(0, 100);
  return html`<svg class="track" viewBox="0 0 1000 36" preserveAspectRatio="none" role="img" aria-label=${`${plural(events.length, "event")} within ${spanText(span / 1000)}`}>
    <line x1="0" y1="18" x2="1000" y2="18" />
    <line class="now" x1="12" y1="6" x2="12" y2="30" />
    ${shown.map((event) => {
      const x = 30 + 950 * Math.sqrt((Date.parse(event.at) - at) / span);
      return html`<line class="tick" data-provider=${event.provider} x1=${x} x2=${x} y1="9" y2="27" />`;
    })}
  </svg>`;
}

async function advanceTo(at) {
  const reading = await control("GET", "/clock");
  const frozen = reading.frozen;
  await control("PUT", "/clock", { now: at, frozen });
  await readClock();
}
