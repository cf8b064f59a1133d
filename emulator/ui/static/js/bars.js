// Stacked bars by month, with the figures as a table for those who cannot see them.

import { html, useState } from "./vendored.js";
import { massText } from "./format.js";
import { useWidth } from "./width.js";

const HEIGHT = 240;
const WIDTH_MIN = 320;
const LEFT = 64;
const BOTTOM = 26;
const COLORS = 8;
const STEPS = 4;
const NAME_WIDTH = 30;

/** `rows` are [month, group, grams]. */
export function Bars({ months, groups, rows }) {
  const [over, setOver] = useState(null);
  const [element, width] = useWidth(WIDTH_MIN);
  const sums = new Map();
  for (const [month, group, grams] of rows) sums.set(`${month}/${group}`, (sums.get(`${month}/${group}`) ?? 0) + grams);
  const grams = (month, group) => sums.get(`${month}/${group}`) ?? 0;
  const totals = months.map((month) => groups.reduce((sum, group) => sum + grams(month, group), 0));
  const top = niceCeiling(Math.max(...totals, 1));
  const y = (value) => (HEIGHT * value) / top;
  const slot = (width - LEFT) / months.length;
  return html`<figure class="bars" ref=${element}>
    <svg width=${width} height=${HEIGHT + BOTTOM + 8} viewBox=${`0 0 ${width} ${HEIGHT + BOTTOM + 8}`} aria-hidden="true">
      ${Array.from({ length: STEPS + 1 }, (_, step) => {
        const line = 8 + HEIGHT - (HEIGHT * step) / STEPS;
        return html`<line class="grid-line" x1=${LEFT} x2=${width} y1=${line} y2=${line} /><text x=${LEFT - 10} y=${line + 4} text-anchor="end">${step ? massText((top * step) / STEPS) : "0"}</text>`;
      })}
      ${months.map((month, index) => {
        let below = 0;
        return html`<g onMouseEnter=${() => setOver(month)} onMouseLeave=${() => setOver(null)} class=${over && over !== month ? "dim" : ""}>
          <rect x=${LEFT + index * slot} y="8" width=${slot} height=${HEIGHT} fill="transparent" />
          ${groups.map((group, color) => {
            const value = grams(month, group);
            below += value;
            return value > 0 && html`<rect class=${`fill-${(color % COLORS) + 1}`} x=${LEFT + index * slot + slot * 0.22} width=${slot * 0.56} y=${8 + HEIGHT - y(below)} height=${Math.max(0.5, y(value) - 1)} rx="2"><title>${`${month} · ${group}: ${massText(value)}`}</title></rect>`;
          })}
          <text x=${LEFT + (index + 0.5) * slot} y=${HEIGHT + BOTTOM} text-anchor="middle">${monthName(month, slot)}</text>
        </g>`;
      })}
    </svg>
    <figcaption><ul class="legend-list">${groups.map((group, color) => html`<li><span class=${`swatch fill-${(color % COLORS) + 1}`}></span>${group}${over && html` <span class="number">${massText(grams(over, group))}</span>`}</li>`)}${over && html`<li class="muted">${over}</li>`}</ul></figcaption>
    <div class="hidden-text"><table><caption>CO₂e by month</caption>
      <thead><tr><th scope="col">Month</th>${groups.map((group) => html`<th scope="col">${group}</th>`)}</tr></thead>
      <tbody>${months.map((month) => html`<tr><th scope="row">${month}</th>${groups.map((group) => html`<td>${massText(grams(month, group))}</td>`)}</tr>`)}</tbody>
    </table></div>
  </figure>`;
}

/** "Jan", or "J" where there is no room for more. */
function monthName(month, width) {
  return new Date(`${month}-15T00:00:00Z`).toLocaleString("en", { month: width < NAME_WIDTH ? "narrow" : "short", timeZone: "UTC" });
}

function niceCeiling(value) {
  const size = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 4, 5, 8, 10].map((step) => step * size).find((step) => step >= value);
}
