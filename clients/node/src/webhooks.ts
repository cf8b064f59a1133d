/** The webhooks of a space. */

import { type Application, checkApplication, post } from "./application.js";
import type { NextAttempt, Operations, ProviderName, Webhook } from "./contract.js";
import { type ControlClient, WITHOUT_LIMIT } from "./control-client.js";
import { Handle, describe } from "./handle.js";

/** Which webhooks: all that match every given value. */
export type WebhookFilter = NonNullable<Operations["GET /webhooks"]["query"]>;

/** The webhooks of a space, or those of one provider; oldest first. */
export class Webhooks extends Handle {
  constructor(
    private readonly control: ControlClient,
    private readonly provider?: ProviderName,
  ) {
    super();
  }

  override toString(): string {
    return describe("webhooks of", this.control.space, this.provider);
  }

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

  /**
   * Make all attempts that are due in the space, and return the webhook of each.
   *
   * With an application, the attempts are calls of it in this process, whatever the URLs of the webhooks. Pause first: what
   * falls due before is sent to those URLs. Rejects with TypeError if it is no application.
   */
  async deliver(app?: Application): Promise<Webhook[]> {
    if (app === undefined) {
      return (await this.control.callWithin("POST /webhooks/deliver", {}, WITHOUT_LIMIT)).attempted;
    }
    checkApplication(app);
    await this.pause();
    const attempted: Webhook[] = [];
    for (let attempt = await this.next(); attempt !== null; attempt = await this.next()) {
      const path = { id: attempt.webhook.id };
      const body = await post(app, attempt);
      attempted.push(await this.control.call("POST /webhooks/{id}/attempts", { path, body }));
    }
    return attempted;
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

  private async next(): Promise<NextAttempt | null> {
    return (await this.control.call("GET /webhooks/next")).attempt;
  }
}
