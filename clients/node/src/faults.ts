/** The faults of a space. */

import type { Fault, FaultDraft, ProviderName } from "./contract.js";
import type { ControlClient } from "./control-client.js";
import { Handle, describe } from "./handle.js";

/** The faults of a space, or those of one provider. */
export class Faults extends Handle {
  constructor(
    private readonly control: ControlClient,
    private readonly provider?: ProviderName,
  ) {
    super();
  }

  override toString(): string {
    return describe("faults of", this.control.space, this.provider);
  }

  /** Return the faults, and how often each has fired. */
  async list(): Promise<Fault[]> {
    const { faults } = await this.control.call("GET /faults");
    return faults.filter((fault) => this.provider === undefined || fault.provider === this.provider);
  }

  /** Add a fault: `add({ operation: "place_order", effect: { status: 503 }, times: 2 })`. Rejects with Refused. */
  async add(fault: FaultDraft): Promise<Fault> {
    const of = this.provider === undefined ? {} : { provider: this.provider };
    return this.control.call("POST /faults", { body: { ...of, ...fault } });
  }

  /** Delete one fault by its id. */
  async delete(id: string): Promise<void> {
    await this.control.call("DELETE /faults/{id}", { path: { id } });
  }

  /** Delete them all. */
  async clear(): Promise<void> {
    if (this.provider === undefined) {
      await this.control.call("DELETE /faults");
      return;
    }
    for (const { id } of await this.list()) {
      await this.delete(id);
    }
  }
}
