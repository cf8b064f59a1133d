// Generated from contracts/control/openapi.yaml. Do not edit; run: python -m tests.support.node_types

export interface Story {
  /** Its name. */
  scenario: string | null;
  title: string | null;
  summary: string | null;
  /** How many rounds of activity followed. */
  rounds: number;
  steps: StoryStep[];
  /** Identifiers that the scenario created, by name. */
  facts: Record<string, string>;
}

export interface StoryStep {
  number: number;
  title: string;
  text: string;
  /** The part of the dashboard that shows it. */
  view: "overview" | "requests" | "state" | "books" | "emissions" | "webhooks" | "faults";
  /** What to filter there. */
  filter: Record<string, string>;
  /** Pages to open. */
  links: Array<{
    title: string;
    url: string;
  }>;
  /** Requests to send, to the control API or to a vendor. */
  actions: Array<{
    title: string;
    method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
    url: string;
    body: Record<string, unknown> | null;
    headers: Record<string, string>;
  }>;
}

export interface Contract {
  openapi: string;
  info: Record<string, unknown>;
  servers: Array<{
    url: string;
  }>;
  paths: Record<string, unknown>;
}

export interface Error {
  error: string;
  problems?: Array<{
    place: Array<string | number>;
    problem: string;
  }>;
}

export type Name = string;

export type ProviderName = "oneclickimpact" | "cnaught" | "carboninsights" | "dcycle" | "thallo";

export type Seed = number;

/** A date and time with its offset from UTC; replies are in UTC, to the microsecond. */
export type Instant = string;

export type Evidence = "observed" | "seed" | "docs" | "sdk" | "inferred";

export interface Provider {
  name: ProviderName;
  title: string;
  url: string;
  hosts: string[];
  credentials: Record<string, string>;
  /** The credentials of every account or organization, in the order of the fixture. */
  accounts: Array<Record<string, string>>;
  operations: number;
}

export interface Rule {
  id: string;
  statement: string;
  evidence: Evidence;
  source: string;
}

/** One part of an exchange and what it rests on. */
export interface FieldEvidence {
  /** Where it is; `refusal` is the rule that refused a field. */
  in: "method" | "path" | "query" | "header" | "body" | "status" | "reply header" | "reply" | "refusal" | "webhook" | "webhook header" | "webhook body";
  /** Its name; of a member its place (`data[].price_usd_cents`), of a status its number. */
  field: string;
  evidence: Evidence;
  /** The id of the rule that computed or decided it; null where only the evidence is known. */
  rule: string | null;
}

export interface Clock {
  now: Instant;
  frozen: boolean;
}

export interface Event {
  at: Instant;
  provider: ProviderName;
  kind: string;
  subject: string;
  /** The evidence of the rule for its time. */
  evidence: Evidence;
  /** The id of the rule for its time. */
  rule: string | null;
}

/**
 * A status without a body is worded as the vendor would word it. At least one member is needed, and a
 * status of 204, 205 or 304 allows no body.
 */
export interface Effect {
  status?: number | null;
  /**
   * Neither those that the server sets itself (Content-Length, Transfer-Encoding, Trailer, Connection,
   * Keep-Alive, Proxy-Connection, Upgrade, Date, X-Emulator-Request-Id), nor one twice in different cases.
   */
  headers?: Record<string, HeaderValue>;
  /** Text is sent as is, anything else as JSON. */
  body?: unknown;
  delay_seconds?: number;
  connection?: "reset" | "close" | "truncate" | null;
}

export type HeaderValue = string;

/** All conditions must hold. Those that no request can meet are refused, with the nearest valid ones. */
export interface FaultDraft {
  provider?: ProviderName | null;
  operation?: string | null;
  method?: string | null;
  /** A pattern of the path as the vendor documents it; * matches anything. */
  path?: string | null;
  headers?: Record<string, HeaderValue>;
  /** The first matching request that it affects. */
  nth?: number;
  /** Before the operation, in its place, or after the operation took effect. */
  when?: "before" | "after";
  effect: Effect;
  /** How many requests it affects. */
  times?: number;
}

export interface Fault {
  id: string;
  provider: string | null;
  operation: string | null;
  method: string | null;
  path: string | null;
  headers: Record<string, string>;
  nth: number;
  when: "before" | "after";
  effect: Required<Effect>;
  times: number;
  /** How many requests have matched. */
  seen: number;
  /** How many of them it has affected. */
  fired: number;
}

export type Headers = Record<string, string>;

export interface Request {
  id: number;
  at: Instant;
  provider: ProviderName;
  operation: string | null;
  method: string;
  path: string;
  query: Array<[string, string]>;
  headers: Headers;
  /** JSON if it is JSON, otherwise text; null without a body. */
  body: unknown;
  /** What the operation does not read, such as a misspelled member. */
  unread: string[];
  status: number;
  reply: {
    headers: Headers;
    body: unknown;
  };
  /** The weakest of all that shaped the exchange. */
  evidence: Evidence;
  /** The parts that rest on weaker evidence than the operation does. */
  evidence_fields: FieldEvidence[];
  /** The id of the rule that refused the request. */
  rule: string | null;
  /** The id of the fault that affected it. */
  fault: string | null;
}

/** An exact decimal of any size, as text. */
export type Amount = string;

export interface Entry {
  /** Null for amounts brought forward from the fixture. */
  at: Instant | null;
  provider: ProviderName;
  /** The id of its subject. */
  subject: string;
  description: string;
  postings: Array<{
    account: AccountName;
    unit: Unit;
    amount: Amount;
  }>;
}

/** The kind of account, its subject and its owner. */
export type AccountName = string;

/** g is a gram of CO2e, cent a US cent; other units are the vendor's. */
export type Unit = string;

export interface Balance {
  provider: ProviderName;
  account: AccountName;
  unit: Unit;
  amount: Amount;
}

export interface Check {
  name: string;
  /** The invariant. */
  statement: string;
  holds: boolean;
  /** The number of items checked. */
  counted: number;
  /** The first violations, with their figures. */
  failures: Array<{
    subject: string;
    expected: Amount;
    found: Amount;
  }>;
}

export interface Miss {
  id: number;
  method: string;
  path: string;
  differs: Record<string, {
    asked: unknown;
    was: unknown;
  }>;
}

export type WebhookState = "pending" | "delivered" | "given up" | "refused";

/** An attempt of a webhook that is due. */
export interface NextAttempt {
  webhook: Webhook;
  /** The bytes of the body, as the vendor signs them. */
  content: string;
  /**
   * The vendor's headers, with the id of the webhook. Null if its endpoint is disabled or no longer
   * registered; then send nothing.
   */
  headers: Record<string, string> | null;
  /** How long the vendor waits for the reply. */
  timeout_seconds: number;
}

export interface Webhook {
  id: string;
  provider: ProviderName;
  /** When it was created. */
  at: Instant;
  kind: string;
  subject: string;
  url: string;
  /** The vendor's id of the URL, where URLs are registered. */
  endpoint: string | null;
  /** The body, as it was when the webhook was created. */
  body: Record<string, unknown>;
  state: WebhookState;
  /** When the next attempt is due; null if there is none. */
  due: Instant | null;
  /** The webhook that this one duplicates. */
  copy_of: string | null;
  /** The weakest evidence of everything that shaped it. */
  evidence: Evidence;
  /** What shaped it, each part with its evidence. */
  evidence_fields: FieldEvidence[];
  attempts: Array<{
    /** When it was due, by the space's clock. */
    at: Instant;
    status: number | null;
    error: string | null;
    /** The vendor's headers of this attempt. */
    headers: Record<string, string>;
  }>;
}

/** A snapshot of another format, of other provider versions or of other fixtures is refused. */
export interface Snapshot {
  format: 1;
  emulator: string;
  /** The version of each provider's memory. */
  providers: Partial<Record<ProviderName, number>>;
  /** A digest of the fixtures. */
  fixtures: string;
  seed: Seed;
  /** Whether the space has changed, so that time only goes forward. */
  begun: boolean;
  /** The frozen time, or the offset from the machine's clock. */
  clock: {
    frozen_at: Instant | null;
    ahead_microseconds: number;
  };
  /** How many identifiers of each kind have been issued. */
  ids: Record<string, number>;
  faults: {
    added: number;
    faults: Fault[];
  };
  /** The webhooks, in the outbox's own form. */
  outbox: Record<string, unknown>;
  /** The memory of each provider, in its own form. */
  memory: Partial<Record<ProviderName, Record<string, unknown>>>;
}

/** Secrets are placeholders in double braces. */
export interface Bundle {
  format: 1;
  emulator: string;
  seed: Seed;
  fixtures: string;
  /** Where links to the emulator's pages lead; absent in older bundles. */
  pages_url?: string | null;
  /** The server's option `--links`. */
  links?: "emulator" | "vendor" | null;
  /** The snapshot that the run began with; null for a new space. */
  origin: Snapshot | null;
  /** Changes that a test made, by settings or acts, each with its number of turns before. */
  changes: Array<{
    after: number;
    at: Instant;
    provider: ProviderName;
    settings: Record<string, unknown> | null;
    act: string | null;
    subject: string;
  }>;
  requests: RecordedRequest[];
}

export interface RecordedRequest {
  number: number;
  /** The number of the turn; delays can change the order. */
  order: number;
  at: Instant;
  provider: ProviderName;
  method: string;
  path: string;
  query: string;
  headers: RawHeaders;
  body: string;
  encoding: "utf-8" | "base64";
  before: RecordedEffect;
  after: RecordedEffect;
  /** The numbers of the requests that were delayed meanwhile. */
  held: number[];
  status: number;
  reply_headers: RawHeaders;
  reply_body: string;
}

/** The effect of a fault before or after the turn; null without one. */
export type RecordedEffect = Effect | null;

export type RawHeaders = Array<[string, string]>;

/** The credentials of each provider in its built-in fixture. */
export interface Credentials {
  oneclickimpact: { api_key: string; live_api_key: string; };
  cnaught: { api_key: string; };
  carboninsights: { username: string; password: string; };
  dcycle: { api_key: string; organization_id: string; };
  thallo: { api_key: string; };
}

/** Every operation: its parameters, body and reply. */
export interface Operations {
  /** Check server health; needs no token */
  "GET /health": {
    reply: {
      status: "ok";
      version: string;
      providers: ProviderName[];
    };
  };
  /** List the providers, with their addresses and credentials in this space */
  "GET /providers": {
    reply: {
      providers: Provider[];
    };
  };
  /** Get a provider, with its address and credentials in this space */
  "GET /providers/{provider}": {
    path: {
      provider: string;
    };
    reply: Provider;
  };
  /** Get this document, with this space as its server */
  "GET /contracts/control.json": {
    reply: Contract;
  };
  /** Get the contract of a provider, with this space as its server */
  "GET /contracts/{provider}.json": {
    path: {
      provider: string;
    };
    reply: Contract;
  };
  /** Get the JSON Schema of a provider's fixture */
  "GET /fixtures/{provider}.schema.json": {
    path: {
      provider: string;
    };
    reply: Record<string, unknown>;
  };
  /** List the evidence of every operation, its fields and every rule */
  "GET /evidence": {
    query?: {
      provider?: ProviderName;
    };
    reply: {
      providers: Partial<Record<ProviderName, {
        operations: Record<string, Evidence>;
        /** By operation, the parts that may rest on weaker evidence than the operation does. */
        fields: Record<string, FieldEvidence[]>;
        rules: Rule[];
      }>>;
    };
  };
  /** List the spaces of this server */
  "GET /spaces": {
    reply: {
      spaces: Array<{
        name: Name;
        requests: number;
      }>;
      spaces_max: number;
    };
  };
  /** Delete a space */
  "DELETE /spaces/{name}": {
    path: {
      name: string;
    };
    reply: {
      deleted: string;
    };
  };
  /** Reset the space, including clock, faults and journal */
  "POST /reset": {
    body?: {
      /** Determines every identifier from now on; the server's seed by default. */
      seed?: Seed | null;
    };
    reply: {
      space: Name;
      seed: Seed;
    };
  };
  /** List the scenarios that can fill a space */
  "GET /scenarios": {
    reply: {
      scenarios: Array<{
        name: Name;
        title: string;
        summary: string;
        vendors: ProviderName[];
        /** The number of steps of its story. */
        steps: number;
      }>;
    };
  };
  /** Reset the space, and fill it with a scenario */
  "POST /scenarios/{name}": {
    path: {
      name: string;
    };
    body?: {
      /** Determines every identifier, amount and choice; the server's seed by default. */
      seed?: Seed | null;
    };
    reply: Story;
  };
  /** Show the story of the scenario that filled the space */
  "GET /story": {
    reply: Story;
  };
  /** Play more activity of the scenario that filled the space */
  "POST /story/continue": {
    body?: {
      /** How many rounds to play. */
      rounds?: number;
    };
    reply: Story;
  };
  /** Show the memory of a provider */
  "GET /state/{provider}": {
    path: {
      provider: string;
    };
    query?: {
      /** The first item of each collection to show. */
      offset?: number;
      /** The number of items of each collection to show. */
      limit?: number;
    };
    reply: {
      provider: ProviderName;
      state: Record<string, unknown>;
      totals: Record<string, number>;
    };
  };
  /** Get the settings of a provider */
  "GET /settings/{provider}": {
    path: {
      provider: string;
    };
    reply: Record<string, unknown>;
  };
  /** Change some settings of a provider */
  "PATCH /settings/{provider}": {
    path: {
      provider: string;
    };
    body: Record<string, unknown>;
    reply: Record<string, unknown>;
  };
  /** Get a snapshot of the space */
  "GET /snapshot": {
    reply: Snapshot;
  };
  /** Restore a snapshot, completely or not at all */
  "PUT /snapshot": {
    body: Snapshot;
    reply: {
      space: Name;
    };
  };
  /** List the stored snapshots of the space */
  "GET /snapshots": {
    reply: {
      snapshots: Name[];
      snapshots_max: number;
    };
  };
  /** Store a snapshot under a name, replacing an existing one */
  "POST /snapshots/{name}": {
    path: {
      name: string;
    };
    reply: {
      snapshot: Name;
    };
  };
  /** Delete a stored snapshot */
  "DELETE /snapshots/{name}": {
    path: {
      name: string;
    };
    reply: {
      deleted: string;
    };
  };
  /** Restore a stored snapshot */
  "POST /snapshots/{name}/restore": {
    path: {
      name: string;
    };
    reply: {
      snapshot: Name;
    };
  };
  /**
   * Get the run since the space was created, reset, restored or cleared, without secrets, to replay it
   * elsewhere
   */
  "GET /bundle": {
    reply: Bundle;
  };
  /** Read the clock */
  "GET /clock": {
    reply: Clock;
  };
  /** Set the clock, freeze it, or let it run */
  "PUT /clock": {
    body: {
      now?: Instant | null;
      frozen?: boolean | null;
    };
    reply: {
      now: Instant;
      frozen: boolean;
      events: Event[];
    };
  };
  /** List the events that become due if nothing else happens */
  "GET /clock/upcoming": {
    query?: {
      /** How far to look ahead, in seconds of the space's clock. */
      seconds?: number;
      /** The number of events to show, the earliest first. */
      limit?: number;
    };
    reply: {
      now: Instant;
      frozen: boolean;
      events: Event[];
      /** The number of events within the span, shown or not. */
      total: number;
    };
  };
  /** Advance the clock */
  "POST /clock/advance": {
    body: {
      /** At most a hundred years; time never goes back. */
      seconds: number;
    };
    reply: {
      now: Instant;
      frozen: boolean;
      events: Event[];
    };
  };
  /** List the faults of the space, oldest first */
  "GET /faults": {
    reply: {
      faults: Fault[];
    };
  };
  /** Add a fault */
  "POST /faults": {
    body: FaultDraft;
    reply: Fault;
  };
  /** Remove all faults */
  "DELETE /faults": {
    reply: {
      faults: Fault[];
    };
  };
  /** Remove a fault */
  "DELETE /faults/{id}": {
    path: {
      id: string;
    };
    reply: {
      deleted: string;
    };
  };
  /** List the acts: events at a vendor that its API cannot cause */
  "GET /acts": {
    reply: {
      acts: Partial<Record<ProviderName, Record<string, string>>>;
    };
  };
  /** Perform an act, such as a payment at a checkout */
  "POST /acts/{provider}/{act}": {
    path: {
      provider: string;
      act: string;
    };
    body: {
      /** The id of the resource that the act is about. */
      subject: string;
    };
    reply: {
      provider: ProviderName;
      act: string;
      subject: string;
      result: unknown;
    };
  };
  /** List the webhooks, oldest first, with every attempt */
  "GET /webhooks": {
    query?: {
      provider?: ProviderName;
      kind?: "impact.initiated" | "impact.completed" | "impact.cancelled" | "order.fulfilled" | "order.cancelled";
      /** The id of the resource that it reports. */
      subject?: string;
      state?: WebhookState;
      /** How many of the matching webhooks to leave out before the first one to list. */
      offset?: number;
      /** How many of the matching webhooks to list. Without a limit, all of them. */
      limit?: number;
    };
    reply: {
      webhooks: Webhook[];
      total: number;
      dropped: number;
      paused: boolean;
    };
  };
  /** Deliver webhooks on command, or in the background */
  "PATCH /webhooks": {
    body: {
      paused: boolean;
    };
    reply: {
      paused: boolean;
    };
  };
  /** Get the attempt that is due next, to make it yourself */
  "GET /webhooks/next": {
    reply: {
      attempt: NextAttempt | null;
    };
  };
  /** Make the next due attempt */
  "POST /webhooks/step": {
    reply: {
      attempted: Webhook[];
    };
  };
  /** Make all due attempts in order, including retries that the clock has made due */
  "POST /webhooks/deliver": {
    reply: {
      attempted: Webhook[];
    };
  };
  /** Reorder pending webhooks */
  "POST /webhooks/reorder": {
    body: {
      ids: string[];
    };
    reply: {
      webhooks: Webhook[];
    };
  };
  /** Get a webhook, with every attempt */
  "GET /webhooks/{id}": {
    path: {
      id: string;
    };
    reply: Webhook;
  };
  /** Record what came of an attempt that you have made yourself */
  "POST /webhooks/{id}/attempts": {
    path: {
      id: string;
    };
    body: {
      status?: number | null;
      error?: string | null;
    };
    reply: Webhook;
  };
  /** Attempt a webhook now, pending or completed */
  "POST /webhooks/{id}/redeliver": {
    path: {
      id: string;
    };
    reply: Webhook;
  };
  /** Deliver the same call again, now */
  "POST /webhooks/{id}/duplicate": {
    path: {
      id: string;
    };
    reply: Webhook;
  };
  /** List the requests, oldest first, without secrets */
  "GET /requests": {
    query?: {
      provider?: ProviderName;
      operation?: string;
      /** Case does not matter. */
      method?: string;
      /** The whole path, as the vendor documents it. */
      path?: string;
      status?: number;
      /** Not before this instant, by the space's clock. */
      since?: Instant;
      /** The number that the reply carried as X-Emulator-Request-Id. */
      id?: number;
      /** Only the latest ones, at most this many. Without it, all of them. */
      limit?: number;
    };
    reply: {
      requests: Request[];
      dropped: number;
    };
  };
  /** Clear the journal */
  "DELETE /requests": {
    reply: {
      requests: Request[];
      dropped: number;
    };
  };
  /** Wait until enough matching requests have arrived */
  "GET /requests/wait": {
    query?: {
      provider?: ProviderName;
      operation?: string;
      /** Case does not matter. */
      method?: string;
      /** The whole path, as the vendor documents it. */
      path?: string;
      status?: number;
      /** Not before this instant, by the space's clock. */
      since?: Instant;
      /** The number that the reply carried as X-Emulator-Request-Id. */
      id?: number;
      /** The number of requests to wait for. */
      count?: number;
      /** The maximum wait, in real seconds. */
      timeout?: number;
    };
    reply: {
      requests: Request[];
      dropped: number;
    };
  };
  /** Send a recorded request again, as a new request with the same headers and body */
  "POST /requests/{id}/replay": {
    path: {
      id: string;
    };
    reply: Request;
  };
  /** Follow what happens in the space, as server-sent events */
  "GET /events": {
    query?: {
      /** Begin with the entries that are kept, instead of now. */
      replay?: "true" | "false";
      /** When to end the stream, in real seconds; 0 returns what there is. By default it never ends. */
      timeout?: number;
    };
    reply: unknown;
  };
  /** List the emissions that vendors have measured, by organization, scope, category and month */
  "GET /emissions": {
    reply: {
      emissions: Array<{
        provider: ProviderName;
        organization: string;
        scope: 1 | 2 | 3;
        category: string;
        month: string;
        co2e_grams: number;
      }>;
    };
  };
  /** Get the books of all providers, oldest entry first, with the balances of the accounts */
  "GET /ledger": {
    query?: {
      provider?: ProviderName;
      /** A pattern of an account that an entry touches; * matches anything. The whole entry is shown. */
      account?: string;
      /** Only postings in this unit. */
      unit?: "g" | "cent" | "tree" | "pound of waste" | "coral";
      /** Not before this instant, by the space's clock. */
      since?: Instant;
      /** The first entry, and the first balance, to show. */
      offset?: number;
      /** The number of entries and of balances to show. */
      limit?: number;
    };
    reply: {
      entries: Entry[];
      /** The balance of each account over these entries. */
      balances: Balance[];
      /** The sum of all balances in each unit, which is 0. */
      sums: Record<string, Amount>;
      totals: {
        entries: number;
        balances: number;
      };
      /** The providers without books, and why. */
      without_books: Partial<Record<ProviderName, string>>;
    };
  };
  /** List what moved between kinds of accounts, over all entries of the books */
  "GET /ledger/flows": {
    query?: {
      provider?: ProviderName;
    };
    reply: {
      flows: Array<{
        provider: ProviderName;
        unit: Unit;
        from: string;
        to: string;
        amount: Amount;
      }>;
    };
  };
  /** Check the invariants of the books and of the vendors' memories */
  "GET /ledger/verify": {
    reply: {
      /** Whether every check holds. */
      holds: boolean;
      checks: Check[];
    };
  };
}
