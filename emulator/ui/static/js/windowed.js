// A list that renders the visible rows alone, so that ten thousand of them scroll like ten.

import { html, useEffect, useLayoutEffect, useRef, useState } from "./vendored.js";

const SPARE_ROWS = 12;

/** Rows of one height. The row at the index `scrollTo` is scrolled into sight, unless it is -1. */
export function WindowedList({ rows, rowHeight, render, label, onKeyDown, scrollTo }) {
  const element = useRef(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(600);

  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setHeight(entry.contentRect.height));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    if (scrollTo === undefined || scrollTo < 0) return;
    const list = element.current;
    const y = scrollTo * rowHeight;
    if (y < list.scrollTop) list.scrollTop = y;
    else if (y + rowHeight > list.scrollTop + list.clientHeight) list.scrollTop = y + rowHeight - list.clientHeight;
  }, [scrollTo]);

  const first = Math.max(0, Math.floor(top / rowHeight) - SPARE_ROWS);
  const last = Math.min(rows.length, Math.ceil((top + height) / rowHeight) + SPARE_ROWS);
  return html`<div class="windowed" ref=${element} tabindex="0" role="listbox" aria-label=${label} onKeyDown=${onKeyDown}
      onScroll=${(event) => setTop(event.currentTarget.scrollTop)}>
    <div style=${{ height: `${rows.length * rowHeight}px`, position: "relative" }}>
      <div style=${{ position: "absolute", top: `${first * rowHeight}px`, left: 0, right: 0 }}>
        ${rows.slice(first, last).map((row, offset) => render(row, first + offset))}
      </div>
    </div>
  </div>`;
}
