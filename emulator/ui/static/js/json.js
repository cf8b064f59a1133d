// JSON as colored text. Each piece is a text node: nothing that a request holds becomes markup.

import { html } from "./vendored.js";

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d[\d.eE+-]*)|\b(true|false|null)\b/g;
const COLORED_CHARACTERS_MAX = 100_000;

export function Json({ value, label = "JSON" }) {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  const colored = typeof value === "string" || text.length > COLORED_CHARACTERS_MAX ? text : pieces(text);
  return html`<pre class="json" tabindex="0" role="region" aria-label=${label}>${colored}</pre>`;
}

function pieces(text) {
  const found = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    found.push(text.slice(end, match.index));
    const [whole, string, colon, number] = match;
    const kind = string ? (colon ? "key" : "text") : number ? "num" : "atom";
    found.push(html`<span class=${kind}>${string ?? whole}</span>`, colon ?? "");
    end = match.index + whole.length;
  }
  return [...found, text.slice(end)];
}
