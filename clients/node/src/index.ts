/**
 * Carbon Emulator from Node: a local stand-in for the APIs of 1ClickImpact, CNaught, Carbon Insights, Dcycle and Thallo.
 */

export { Clock } from "./clock.js";
export type * as contract from "./contract.js";
export type {
  Bundle,
  Credentials,
  Event as ClockEvent,
  Evidence,
  Fault,
  FaultDraft,
  Operations,
  ProviderName,
  Request as JournalEntry,
  Snapshot,
  Story,
  Webhook,
} from "./contract.js";
export type { Application } from "./application.js";
export { NoReply, Refused } from "./control-client.js";
export type { Duration } from "./durations.js";
export type { SpaceEvent } from "./event-stream.js";
export { CarbonEmulator } from "./emulator.js";
export { Faults } from "./faults.js";
export { Provider } from "./provider.js";
export { Requests, type RequestFilter } from "./requests.js";
export type { StartOptions } from "./server-process.js";
export { type LedgerFilter, type Providers, Space } from "./space.js";
export { Webhooks, type WebhookFilter } from "./webhooks.js";
