// The pages of the dashboard, in the order of the menu.

import { Books } from "./pages/books.js";
import { Emissions } from "./pages/emissions.js";
import { Faults } from "./pages/faults.js";
import { Overview } from "./pages/overview.js";
import { Requests } from "./pages/requests.js";
import { Settings } from "./pages/settings.js";
import { Snapshots } from "./pages/snapshots.js";
import { Spaces } from "./pages/spaces.js";
import { State } from "./pages/state.js";
import { Trust } from "./pages/trust.js";
import { Webhooks } from "./pages/webhooks.js";

export const PAGES = {
  overview: { title: "Overview", key: "o", view: Overview },
  requests: { title: "Requests", key: "r", view: Requests, wide: true },
  webhooks: { title: "Webhooks", key: "w", view: Webhooks },
  state: { title: "State", key: "s", view: State, wide: true },
  books: { title: "Books", key: "b", view: Books },
  emissions: { title: "Emissions", key: "e", view: Emissions },
  faults: { title: "Faults", key: "f", view: Faults },
  settings: { title: "Settings and acts", key: "a", view: Settings },
  snapshots: { title: "Snapshots", key: "n", view: Snapshots },
  spaces: { title: "Spaces", key: "p", view: Spaces },
  trust: { title: "Trust", key: "t", view: Trust },
};

export const GROUPS = [
  { title: "Activity", names: ["overview", "requests", "webhooks"] },
  { title: "Vendors", names: ["state", "books", "emissions"] },
  { title: "Control", names: ["faults", "settings", "snapshots", "spaces"] },
  { title: "Reference", names: ["trust"] },
];
