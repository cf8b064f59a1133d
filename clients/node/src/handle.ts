/** What handles have in common. */

/** A handle of something on a server. It prints as what it is, without its internals. */
export abstract class Handle {
  abstract toString(): string;

  /** Return what `console.log` and `util.inspect` print. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/** Return the text of a handle of a space, or of one of its providers. */
export function describe(what: string, space: string, provider?: string): string {
  return `<${what} ${provider === undefined ? "" : `provider "${provider}" in `}space "${space}">`;
}
