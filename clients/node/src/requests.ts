/** The journal of a space. */

import type { Operations, ProviderName, Request } from "./contract.js";
import type { ControlClient } from "./control-client.js";
import { Handle, describe } from "./handle.js";

/** Which requests: all that match every given value. */
export type RequestFilter = NonNullable<Operations["GET /requests"]["query"]>;

const WAIT_SECONDS = 5;

/** The journal of a space, or its entries of one provider; oldest first. */
export class Requests extends Handle {
  constructor(
    private readonly control: ControlClient,
    private readonly provider?: ProviderName,
  ) {
    super();
  }

  override toString(): string {
    return describe("requests to", this.control.space, this.provider);
  }

  /** Return the matching requests: `list({ operation: "place_order", status: 201 })`. */
  async list(filter: RequestFilter = {}): Promise<Request[]> {
    return (await this.control.call("GET /requests", { query: { ...this.own(), ...filter } })).requests;
  }

  /**
   * Wait for so many matching requests, 1 by default, for so many seconds. Rejects with Refused (408), which shows the
   * nearest misses, if they do not arrive.
   */
  async wait(filter: RequestFilter & { count?: number; timeout?: number } = {}): Promise<Request[]> {
    const query = { timeout: WAIT_SECONDS, ...this.own(), ...filter };
    return (await this.control.callWithin("GET /requests/wait", { query }, query.timeout + WAIT_SECONDS)).requests;
  }

  /** Send a recorded request again, as a new one, and return its entry. Rejects with Refused if the id is unknown. */
  async replay(id: number): Promise<Request> {
    return this.control.call("POST /requests/{id}/replay", { path: { id: String(id) } });
  }

  /** Delete the journal of the whole space, and begin a new bundle. */
  async clear(): Promise<void> {
    await this.control.call("DELETE /requests");
  }

  private own(): RequestFilter {
    return this.provider === undefined ? {} : { provider: this.provider };
  }
}
