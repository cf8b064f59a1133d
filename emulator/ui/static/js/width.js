// The width of an element, so that a chart's text is as large as that around it.

import { useEffect, useRef, useState } from "./vendored.js";

/** Return a reference for an element, and its width in pixels: `least` at the least, which is also what is drawn first. */
export function useWidth(least) {
  const element = useRef(null);
  const [width, setWidth] = useState(least);
  useEffect(() => {
    const watcher = new ResizeObserver(([{ contentRect }]) => setWidth(Math.max(least, Math.floor(contentRect.width))));
    watcher.observe(element.current);
    return () => watcher.disconnect();
  }, []);
  return [element, width];
}
