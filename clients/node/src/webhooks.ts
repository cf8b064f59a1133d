/** The webhooks of a space. */

import type { Operations, ProviderName, Webhook } from "./contract.js";
import type { ControlClient } from "./control-client.js";

/** Which webhooks: all that match every given value. */
export type WebhookFilter = NonNullable<Operations["GET /webhooks"]["query"]>;

const WITHOUT_LIMIT = 0;

/** The webhooks of a space, or those of one provider; oldest first. */
export class Webhooks {
  constructor(
    private readonly control: ControlClient,
    private readonly provider?: ProviderName,
  ) {}

  /** Return the matching webhooks, with every attempt: `list({ kind: "order.cancelled", state: "delivered" })`. */
  async list(filter: WebhookFilter = {}): Promise<Webhook[]> {
    const own = this.provider === undefined ? {} : { provider: this.provider };
    return (await this.control.call("GET /webhooks", { query: { ...own, ...filter } })).webhooks;
  }

  /** Stop the delivery in the background of the whole space: only `step` and `deliver` deliver then. */
  async pause(): Promise<void> {
    await this.control.call("PATCH /webhooks", { body: { paused: true } });
  }

  /** Deliver in the background again. */
  async resume(): Promise<void> {
    await this.control.call("PATCH /webhooks", { body: { paused: false } });
  }

  /** Make the next attempt that is due in the space, and return its webhook; undefined if none is due. */
  async step(): Promise<Webhook | undefined> {
    return (await this.control.callWithin("POST /webhooks/step", {}, WITHOUT_LIMIT)).attempted[0];
  }

  /** Make all attempts that are due in the space, and return the webhook of each. */
  async deliver(): Promise<Webhook[]> {
    return (await this.control.callWithin("POST /webhooks/deliver", {}, WITHOUT_LIMIT)).attempted;
  }

  /** Make another attempt of a webhook due at once, in any state. */
  async redeliver(id: string): Promise<Webhook> {
    return this.control.call("POST /webhooks/{id}/redeliver", { path: { id } });
  }

  /** Add a second delivery of the same webhook, due at once. */
  async duplicate(id: string): Promise<Webhook> {
    return this.control.call("POST /webhooks/{id}/duplicate", { path: { id } });
  }

  /** Deliver pending webhooks in this order. */
  async reorder(...ids: string[]): Promise<void> {
    await this.control.call("POST /webhooks/reorder", { body: { ids } });
  }
}
