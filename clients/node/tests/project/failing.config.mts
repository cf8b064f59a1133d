export default { test: { include: ["failing.vitest.mts"] } };
