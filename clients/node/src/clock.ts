/** The clock of a space. */

import type { Event } from "./contract.js";
import type { ControlClient } from "./control-client.js";
import { type Duration, instantText, seconds } from "./durations.js";
import { Handle, describe } from "./handle.js";

const UPCOMING_MAX = 100;

/** The clock of a space. Everything that moves it returns the events that became due, in order. */
export class Clock extends Handle {
  /** All events that this handle has returned. */
  readonly past: Event[] = [];

  constructor(private readonly control: ControlClient) {
    super();
  }

  override toString(): string {
    return describe("clock of", this.control.space);
  }

  /** Return the current time of the space. */
  async now(): Promise<Date> {
    return new Date((await this.control.call("GET /clock")).now);
  }

  /** Return whether the clock is frozen. */
  async frozen(): Promise<boolean> {
    return (await this.control.call("GET /clock")).frozen;
  }

  /** Stop the clock, now or at an instant. A date is its midnight; without an offset, UTC is meant. */
  async freeze(at?: Date | string): Promise<Event[]> {
    return this.set(true, at);
  }

  /** Let the clock run, from now or from an instant on. */
  async run(at?: Date | string): Promise<Event[]> {
    return this.set(false, at);
  }

  /** Let time pass: `advance("1h30m")`, `advance({ hours: 2 })`, or `advance(90)`, which is seconds. */
  async advance(duration: Duration): Promise<Event[]> {
    const { events } = await this.control.call("POST /clock/advance", { body: { seconds: seconds(duration) } });
    return this.keep(events);
  }

  /** Return what becomes due if nothing else happens: `upcoming("30d")`; by default within a year. The earliest come first. */
  async upcoming(span?: Duration, limit = UPCOMING_MAX): Promise<Event[]> {
    const query = { limit, ...(span === undefined ? {} : { seconds: seconds(span) }) };
    return (await this.control.call("GET /clock/upcoming", { query })).events;
  }

  private async set(frozen: boolean, at?: Date | string): Promise<Event[]> {
    const now = at === undefined ? {} : { now: instantText(at) };
    return this.keep((await this.control.call("PUT /clock", { body: { ...now, frozen } })).events);
  }

  private keep(events: Event[]): Event[] {
    this.past.push(...events);
    return events;
  }
}
