/** Server-sent events. */

/** What happened in a space: `begin`, `request`, `change` or `skipped`, and what belongs to it. */
export interface SpaceEvent {
  readonly name: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Yield each event of a stream of text. */
export async function* eventsIn(parts: AsyncIterable<string>): AsyncGenerator<SpaceEvent, void> {
  let rest = "";
  let name = "";
  for await (const part of parts) {
    const lines = (rest + part).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const [, field, value = ""] = /^(\w+): (.*)$/.exec(line) ?? [];
      if (field === "event") {
        name = value;
      } else if (field === "data") {
        yield { name, data: JSON.parse(value) as SpaceEvent["data"] };
      }
    }
  }
}
