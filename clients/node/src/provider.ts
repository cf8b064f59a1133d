/** A provider in a space. */

import type { Clock } from "./clock.js";
import type * as contract from "./contract.js";
import type { ControlClient } from "./control-client.js";
import { Faults } from "./faults.js";
import { Handle } from "./handle.js";
import { Requests } from "./requests.js";
import type { Space } from "./space.js";
import { Webhooks } from "./webhooks.js";

/** A provider in a space: its URL, credentials, clock, faults, requests, webhooks and state. */
export class Provider<Name extends contract.ProviderName = contract.ProviderName> extends Handle {
  readonly name: Name;
  readonly title: string;
  /** The URL that replaces the vendor's production host. */
  readonly url: string;
  /** The vendor's production hosts. */
  readonly hosts: readonly string[];
  /** The credentials to start with, by the names of the vendor. */
  readonly credentials: contract.Credentials[Name] & { readonly [name: string]: string };
  /** The credentials of every account or organization. */
  readonly accounts: ReadonlyArray<Readonly<Record<string, string>>>;
  readonly faults: Faults;
  readonly requests: Requests;
  readonly webhooks: Webhooks;

  constructor(
    private readonly control: ControlClient,
    readonly space: Space,
    described: contract.Provider,
  ) {
    super();
    this.name = described.name as Name;
    this.title = described.title;
    this.url = described.url;
    this.hosts = described.hosts;
    this.credentials = described.credentials as this["credentials"];
    this.accounts = described.accounts;
    this.faults = new Faults(control, this.name);
    this.requests = new Requests(control, this.name);
    this.webhooks = new Webhooks(control, this.name);
  }

  override toString(): string {
    return `<provider "${this.name}" in space "${this.space.name}" at ${this.url}>`;
  }

  /** The clock of the whole space. */
  get clock(): Clock {
    return this.space.clock;
  }

  /** Return the state of the backend, in readable form. */
  async state(): Promise<Record<string, unknown>> {
    return (await this.control.call("GET /state/{provider}", { path: { provider: this.name } })).state;
  }

  /** Return the settings of the provider in this space. */
  async settings(): Promise<Record<string, unknown>> {
    return this.control.call("GET /settings/{provider}", { path: { provider: this.name } });
  }

  /** Change some settings, and return all of them. Rejects with Refused. */
  async configure(settings: Record<string, unknown>): Promise<Record<string, unknown>> {
    return this.control.call("PATCH /settings/{provider}", { path: { provider: this.name }, body: settings });
  }

  /**
   * Perform an act that the vendor's API has no request for, and return what became of its subject:
   * `cnaught.act("complete_checkout", session.id)`. Rejects with Refused if it cannot happen.
   */
  async act(act: string, subject: string): Promise<unknown> {
    const path = { provider: this.name, act };
    return (await this.control.call("POST /acts/{provider}/{act}", { path, body: { subject } })).result;
  }
}
