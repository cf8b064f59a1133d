/** A space: an isolated world of its own on a server. */

import { Clock } from "./clock.js";
import type * as contract from "./contract.js";
import type { Arguments, ControlClient, Operation, Reply } from "./control-client.js";
import type { SpaceEvent } from "./event-stream.js";
import { Faults } from "./faults.js";
import { Handle } from "./handle.js";
import { Provider } from "./provider.js";
import { Requests } from "./requests.js";
import { Webhooks } from "./webhooks.js";

/** The providers of a space, by their names. */
export type Providers = { readonly [Name in contract.ProviderName]: Provider<Name> };

/** Which part of the ledger: entries that match every given value. */
export type LedgerFilter = NonNullable<contract.Operations["GET /ledger"]["query"]>;

/** The providers are members of their space: `space.cnaught.url`. */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging
export interface Space extends Providers {}

/** A space: its providers, clock, faults, journal, webhooks, snapshots and ledger. */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging
export class Space extends Handle {
  readonly name: string;
  readonly url: string;
  readonly clock: Clock;
  readonly faults: Faults;
  readonly requests: Requests;
  readonly webhooks: Webhooks;

  protected constructor(
    protected readonly client: ControlClient,
    providers: readonly contract.Provider[],
  ) {
    super();
    this.name = client.space;
    this.url = client.url;
    this.clock = new Clock(client);
    this.faults = new Faults(client);
    this.requests = new Requests(client);
    this.webhooks = new Webhooks(client);
    const members = providers.map((described) => [described.name, new Provider(client, this, described)]);
    Object.assign(this, Object.fromEntries(members));
  }

  override toString(): string {
    return `<space "${this.name}" at ${this.url}>`;
  }

  /** Open a space. It is created when it is first used. Rejects with Refused or NoReply. */
  static async open(client: ControlClient): Promise<Space> {
    return new Space(client, (await client.call("GET /providers")).providers);
  }

  /** Return another space of the same server; without a name, a new one. */
  async space(name: string = newName()): Promise<Space> {
    return Space.open(this.client.of(name));
  }

  /** Call any operation of the control API in this space: `control("GET /evidence")`. Rejects with Refused. */
  async control<Name extends Operation>(operation: Name, ...content: Arguments<Name>): Promise<Reply<Name>> {
    return this.client.call(operation, ...content);
  }

  /** Reset the space to its fixtures. With a seed, its ids follow from that instead of the server's. */
  async reset(seed?: number): Promise<void> {
    await this.control("POST /reset", { body: seed === undefined ? {} : { seed } });
  }

  /** Reset the space, fill it with a scenario, and return its story. Rejects with Refused if there is none of this name. */
  async play(scenario: string, seed?: number): Promise<contract.Story> {
    const body = seed === undefined ? {} : { seed };
    return this.control("POST /scenarios/{name}", { path: { name: scenario }, body });
  }

  /** Delete the space. */
  async delete(): Promise<void> {
    await this.control("DELETE /spaces/{name}", { path: { name: this.name } });
  }

  /** Return the whole space as one document. */
  async snapshot(): Promise<contract.Snapshot> {
    return this.control("GET /snapshot");
  }

  /** Restore the space from a snapshot. Rejects with Refused; then the space has not changed. */
  async restore(snapshot: contract.Snapshot): Promise<void> {
    await this.control("PUT /snapshot", { body: snapshot });
  }

  /** Return the recorded run of the space, which `carbon-emulator replay` runs again. Rejects with Refused. */
  async bundle(): Promise<contract.Bundle> {
    return this.control("GET /bundle");
  }

  /** Return the ledger of all providers, or a part of it: `ledger({ provider: "cnaught", account: "retired/*" })`. */
  async ledger(filter: LedgerFilter = {}): Promise<Reply<"GET /ledger">> {
    return this.control("GET /ledger", { query: filter });
  }

  /**
   * Yield what happens in the space: `for await (const { name, data } of space.events())`. With `replay` it begins with what
   * the space still remembers, instead of now; it ends after `timeout` real seconds, or when the loop is left.
   */
  events({ replay = false, timeout }: { replay?: boolean; timeout?: number } = {}): AsyncGenerator<SpaceEvent, void> {
    return this.client.events({ replay: replay ? "true" : "false", ...(timeout === undefined ? {} : { timeout }) });
  }

  /** Return the emissions that vendors have measured, by organization, scope, category and month. */
  async emissions(): Promise<Reply<"GET /emissions">["emissions"]> {
    return (await this.control("GET /emissions")).emissions;
  }

  /** Return the result of each check of the ledger, with the figures of those that fail. */
  async verifyLedger(): Promise<Reply<"GET /ledger/verify">> {
    return this.control("GET /ledger/verify");
  }
}

/** Return a name that no other space has. */
export function newName(): string {
  return `node-${process.pid}-${Math.random().toString(36).slice(2, 12)}`;
}
