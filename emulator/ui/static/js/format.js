// How values are written.

const grouped = new Intl.NumberFormat("en", { maximumFractionDigits: 20 });
const dollars = new Intl.NumberFormat("en", { style: "currency", currency: "USD" });
const short = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });

export const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** "2026-01-05 09:00:00", in UTC: as the clock shows it, so that instants can be compared at a glance. */
export function instantText(text) {
  return text ? `${text.slice(0, 10)} ${text.slice(11, 19)}` : "–";
}

/** "09:31:02.123": what a list of requests shows. */
export function timeText(text) {
  return text.slice(11, 23);
}

const SPANS = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];

/** "in 2 h 5 min": the two largest units of a time span. */
export function spanText(seconds) {
  const parts = [];
  let rest = Math.round(seconds);
  for (const [unit, size] of SPANS) {
    const count = Math.floor(rest / size);
    if (count) parts.push(`${grouped.format(count)} ${unit}`);
    rest -= count * size;
    if (parts.length === 2) break;
  }
  return parts.join(" ") || "0 s";
}

/** What to ask before a space is reset. */
export function resetQuestion(space) {
  return `Reset the space ${space}? Its records, clock, faults and journal are lost.`;
}

export function countText(count) {
  return grouped.format(count);
}

export function plural(count, noun, nouns = `${noun}s`) {
  return `${grouped.format(count)} ${count === 1 ? noun : nouns}`;
}

/** An amount in its unit, as people read it. Exact: large amounts are decimal text. */
export function amountText(amount, unit) {
  const value = Number(amount);
  if (unit === "g") return massText(value);
  if (unit === "cent") return dollars.format(value / 100);
  return unit ? plural(value, unit, plurals(unit)) : grouped.format(value);
}

/** "pounds of waste", of "pound of waste". */
export function plurals(unit) {
  return unit.replace(/^\w+/, "$&s");
}

export function massText(grams) {
  const size = Math.abs(grams);
  if (size >= 1e6) return `${short.format(grams / 1e6)} t`;
  if (size >= 1e3) return `${short.format(grams / 1e3)} kg`;
  return `${short.format(grams)} g`;
}

/** "10.8%", a part of a whole. */
export function percent(part, whole) {
  return `${(whole ? (100 * part) / whole : 0).toFixed(1)}%`;
}

/** "place_order" as "place order". */
export function words(name) {
  return name.replaceAll("_", " ");
}

export function sentence(name) {
  const text = words(name);
  return text.charAt(0).toUpperCase() + text.slice(1);
}
