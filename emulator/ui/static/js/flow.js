// The way of amounts, from outside to where they are: one picture a unit, bands as wide as what moved.

import { html } from "./vendored.js";
import { Empty } from "./elements.js";
import { amountText, countText, plurals, sentence } from "./format.js";
import { useWidth } from "./width.js";

const STAGE_WIDTH_MIN = 100;
const BAR = 10;
const GAP = 26;
const HEIGHT = 72;
const HEIGHT_OF_ONE = 30;
const LABEL_HEIGHT = 22;
const LETTER_WIDTH = 7;
const BAND_MIN = 2;
const STAGES = {
  outside: ["From outside", 0, 0],
  market: ["For sale", 1, 7],
  wallet: ["In wallets", 2, 3],
  owned: ["Bought", 2, 3],
  made: ["Made", 2, 1],
  charged: ["Charged", 2, 4],
  retiring: ["About to be retired", 3, 2],
  retired: ["Retired", 4, 1],
  cancelled: ["Canceled", 4, 5],
};
const UNITS = { g: "CO₂e", cent: "Money" };

export function Flow({ flows: all }) {
  const flows = all.filter(({ to }) => to !== "market"); // what is only on sale would hide the rest
  const units = [...new Set(flows.map(({ unit }) => unit))];
  if (!units.length) return html`<${Empty} title="Nothing has moved yet">Place an order, and its way from bought to retired shows here.<//>`;
  return html`<div class="flow">${units.map((unit) => html`<${Picture} key=${unit} unit=${unit} links=${flows.filter((each) => each.unit === unit).map((each) => ({ ...each, amount: Number(each.amount) }))} />`)}</div>`;
}

function Picture({ unit, links }) {
  const [element, available] = useWidth(STAGE_WIDTH_MIN * Math.max(2, stagesOf(links).length));
  const width = Math.max(available, labelsWidth(layout(links, available), unit));
  const nodes = layout(links, width);
  const height = Math.max(...nodes.map((node) => Math.max(node.y + node.height, labelY(node)))) + 6;
  const at = Object.fromEntries(nodes.map((node) => [node.name, node]));
  const drawn = { in: {}, out: {} };
  const place = (side, name, size) => {
    const start = drawn[side][name] ?? 0;
    drawn[side][name] = start + size;
    return at[name].y + start;
  };
  const description = links.map((link) => `${title(link.from)} to ${title(link.to)}: ${amountText(link.amount, unit)}`).join("; ");
  return html`<figure class="flow-picture">
    <figcaption>${UNITS[unit] ?? sentence(plurals(unit))}</figcaption>
    <div class="table-wrap" ref=${element} tabindex="0" role="region" aria-label=${`Flow of ${UNITS[unit] ?? unit}`}><svg width=${width} height=${height} viewBox=${`0 0 ${width} ${height}`} role="img" aria-label=${description}>
      ${links.map((link) => {
        const size = at[link.from].scale * link.amount;
        const [from, to] = [at[link.from], at[link.to]];
        const [y1, y2] = [place("out", link.from, size), place("in", link.to, size)];
        const [x1, x2] = [from.x + BAR, to.x];
        const middle = (x1 + x2) / 2;
        const thick = Math.max(BAND_MIN, size);
        return html`<path class=${`flow-link fill-${STAGES[link.to]?.[2] ?? 8}`} d=${`M${x1} ${y1} C${middle} ${y1} ${middle} ${y2} ${x2} ${y2} L${x2} ${y2 + thick} C${middle} ${y2 + thick} ${middle} ${y1 + thick} ${x1} ${y1 + thick} Z`}><title>${`${title(link.from)} → ${title(link.to)}: ${amountText(link.amount, unit)}`}</title></path>`;
      })}
      ${nodes.map((node) => html`<g>
        <rect class=${`fill-${STAGES[node.name]?.[2] ?? 8}`} x=${node.x} y=${node.y} width=${BAR} height=${node.height} rx="3" />
        <text class="flow-name" x=${node.last ? node.x - 8 : node.x + BAR + 8} y=${labelY(node)} text-anchor=${node.last ? "end" : "start"}>${title(node.name)} <tspan class="flow-amount">${amountAt(node, unit)}</tspan></text>
      </g>`)}
    </svg></div>
  </figure>`;
}

/** The width at which no label reaches the next one, which begins at a column; that of two columns end at the last. */
function labelsWidth(nodes, unit) {
  const widthOf = (node) => 2 * BAR + 8 + LETTER_WIDTH * `${title(node.name)} ${amountAt(node, unit)}`.length;
  const columns = new Set(nodes.map(({ x }) => x)).size;
  const longest = (some) => Math.max(0, ...some.map(widthOf));
  const before = longest(nodes.filter(({ last }) => !last));
  return columns <= 2 ? Math.ceil(before + longest(nodes.filter(({ last }) => last))) : Math.ceil(before * (columns - 1) + BAR);
}

/** What is left at a node, or, where more has left than came, what has. */
function amountAt(node, unit) {
  return shortAmount(node.left < 0 ? node.total : node.left, unit);
}

/** An amount without the unit that the caption names. */
function shortAmount(amount, unit) {
  return unit in UNITS ? amountText(amount, unit) : countText(amount);
}

/** A name stands inside its band, or below it if that is too thin; in the last column a line lower, as it reaches back. */
function labelY(node) {
  if (node.stages <= 2) return node.y + node.height / 2 + 4.5;
  return node.y + (node.height < LABEL_HEIGHT ? node.height + 15 : 17) + (node.last ? 20 : 0);
}

function stageOf(name) {
  return STAGES[name]?.[1] ?? 2;
}

function stagesOf(links) {
  return [...new Set(links.flatMap(({ from, to }) => [stageOf(from), stageOf(to)]))].sort();
}

function title(name) {
  return STAGES[name]?.[0] ?? sentence(name);
}

/** Nodes in columns, in the order of the stages, as high as what passed through them. */
function layout(links, width) {
  const names = [...new Set(links.flatMap(({ from, to }) => [from, to]))];
  const sum = (side, name) => links.reduce((total, link) => total + (link[side] === name ? link.amount : 0), 0);
  const nodes = names.map((name) => ({ name, stage: stageOf(name), total: Math.max(sum("to", name), sum("from", name)), left: sum("to", name) - sum("from", name) }));
  const stages = stagesOf(links);
  const widest = Math.max(...stages.map((stage) => nodes.filter((node) => node.stage === stage).reduce((total, node) => total + node.total, 0)));
  const scale = (links.length > 1 ? HEIGHT : HEIGHT_OF_ONE) / widest;
  for (const [column, stage] of stages.entries()) {
    let y = 4;
    for (const node of nodes.filter((each) => each.stage === stage)) {
      Object.assign(node, { x: (column * (width - BAR)) / Math.max(1, stages.length - 1), y, height: Math.max(3, node.total * scale), scale, last: column === stages.length - 1, stages: stages.length });
      y += node.height + GAP;
    }
  }
  return nodes;
}
