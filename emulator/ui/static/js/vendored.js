// The libraries that the pages use, in one place.

export { html, render, useEffect, useLayoutEffect, useMemo, useRef, useState } from "./../vendored/htm-preact.js";
