/** Shows when a step begins, and how long it took: others may run beside it. */
export async function step(title, work) {
  const start = performance.now();
  process.stderr.write(`setup: ${title} ...\n`);
  try {
    const result = await work();
    process.stderr.write(`setup: ${title}: ${((performance.now() - start) / 1000).toFixed(1)} s\n`);
    return result;
  } catch (error) {
    process.stderr.write(`setup: ${title}: failed\n`);
    throw error;
  }
}
