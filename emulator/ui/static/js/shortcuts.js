// Keyboard shortcuts: "g" and a letter opens a page, "/" goes to the filter, "?" shows this list.

import { html, useEffect } from "./vendored.js";
import { PAGES } from "./pages.js";

const KEYS = Object.entries(PAGES).map(([name, { key }]) => [key, name]);

export function useShortcuts(showHelp) {
  useEffect(() => {
    let pending = false;
    function pressed(event) {
      if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input, select, textarea, dialog")) return;
      const name = pending && KEYS.find(([key]) => key === event.key)?.[1];
      pending = event.key === "g" && !pending;
      if (name) location.hash = name;
      else if (event.key === "?") showHelp();
      else if (event.key === "/") document.querySelector("[data-filter]")?.focus();
      else return;
      event.preventDefault();
    }
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, []);
}

export function Shortcuts() {
  return html`<dl class="facts">
    ${KEYS.map(([key, name]) => html`<dt><kbd>g</kbd> <kbd>${key}</kbd></dt><dd>${PAGES[name].title}</dd>`)}
    <dt><kbd>/</kbd></dt><dd>Go to the filter</dd>
    <dt><kbd>↑</kbd> <kbd>↓</kbd></dt><dd>Move through the requests</dd>
    <dt><kbd>Esc</kbd></dt><dd>Close a dialog or a request</dd>
  </dl>`;
}
