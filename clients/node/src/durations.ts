/** Durations and instants as people write them: "1h30m", "2026-01-01". */

const UNIT_SECONDS = { w: 604_800, d: 86_400, h: 3600, m: 60, s: 1, ms: 0.001 } as const;
const UNIT_NAMES: readonly string[] = ["weeks", "days", "hours", "minutes", "seconds", "milliseconds"];
const PART = /([0-9]+(?:\.[0-9]+)?)(ms|[wdhms])/g;
const EXAMPLES = "examples: 1h30m, 2d, 0.5s, 90 (seconds)";

type Unit = keyof typeof UNIT_SECONDS;

/** A duration: seconds, a string such as "1h30m", or its parts. */
export type Duration =
  | number
  | string
  | { weeks?: number; days?: number; hours?: number; minutes?: number; seconds?: number; milliseconds?: number };

/** Return seconds as a message names them: "1 second", "30 seconds". */
export function secondsText(count: number): string {
  return `${count} ${count === 1 ? "second" : "seconds"}`;
}

/** Return a duration in seconds. Throws RangeError. */
export function seconds(duration: Duration): number {
  if (typeof duration === "number") {
    if (!Number.isFinite(duration)) {
      throw new RangeError(`${duration} is not a duration in seconds`);
    }
    return duration;
  }
  if (typeof duration === "object") {
    for (const name of Object.keys(duration)) {
      if (!UNIT_NAMES.includes(name)) {
        throw new RangeError(`unknown unit ${JSON.stringify(name)}; known: ${UNIT_NAMES.join(", ")}`);
      }
    }
    const { weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0, milliseconds = 0 } = duration;
    return weeks * 604_800 + days * 86_400 + hours * 3600 + minutes * 60 + seconds + milliseconds / 1000;
  }
  return duration.startsWith("-") ? -unsigned(duration.slice(1), duration) : unsigned(duration, duration);
}

function unsigned(text: string, whole: string): number {
  if (/^([0-9]+(\.[0-9]+)?|\.[0-9]+)$/.test(text)) {
    return Number(text);
  }
  const parts = [...text.matchAll(PART)].map(([, number, unit]) => [Number(number), unit as Unit] as const);
  const order = parts.map(([, unit]) => Object.keys(UNIT_SECONDS).indexOf(unit));
  const descends = order.every((rank, index) => index === 0 || rank > (order[index - 1] as number));
  if (parts.length === 0 || text.replace(PART, "") !== "" || !descends) {
    throw new RangeError(`${JSON.stringify(whole)} is not a duration; ${EXAMPLES}`);
  }
  return parts.reduce((total, [number, unit]) => total + number * UNIT_SECONDS[unit], 0);
}

/** Return an instant as the control API reads it. A date is its midnight; without an offset, UTC is meant. Throws RangeError. */
export function instantText(at: Date | string): string {
  if (at instanceof Date) {
    return at.toISOString();
  }
  if (/^\d{4}-\d{2}-\d{2}$/.test(at)) {
    return `${at}T00:00:00Z`;
  }
  const text = at.replace(" ", "T");
  const instant = /(Z|[+-]\d{2}:?\d{2})$/i.test(text) ? text : `${text}Z`;
  if (Number.isNaN(Date.parse(instant))) {
    throw new RangeError(`${JSON.stringify(at)} is not a date or time; examples: 2026-01-01, 2026-01-01T09:30:00Z`);
  }
  return instant;
}
