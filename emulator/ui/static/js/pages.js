// The pages of the dashboard, in the order of the menu.

import { Overview } from "./pages/overview.js";
import { Requests } from "./pages/requests.js";

export const PAGES = {
  overview: { title: "Overview", key: "o", view: Overview },
  requests: { title: "Requests", key: "r", view: Requests, wide: true },
};

export const GROUPS = [
  { title: "Activity", names: ["overview", "requests"] },
  { title: "Reference", names: [] },
];
