/** The clock of a space. */

import type { Event } from "./contract.js";
import type { ControlClient } from "./control-client.js";
import { type Duration, instantText, seconds } from "./durations.js";

/** The clock of a space. Everything that moves it returns the events that became due, in order. */
export class Clock {
  constructor(private readonly control: ControlClient) {}

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
    return (await this.control.call("POST /clock/advance", { body: { seconds: seconds(duration) } })).events;
  }

  private async set(frozen: boolean, at?: Date | string): Promise<Event[]> {
    const now = at === undefined ? {} : { now: instantText(at) };
    return (await this.control.call("PUT /clock", { body: { ...now, frozen } })).events;
  }
}
