/** Shows a line for each step, with its time: `setup: TITLE ... 1.2 s`. */
export async function step(title, work) {
  const start = performance.now();
  process.stderr.write(`setup: ${title} ... `);
  try {
    const result = await work();
    process.stderr.write(`${((performance.now() - start) / 1000).toFixed(1)} s\n`);
    return result;
  } catch (error) {
    process.stderr.write("failed\n");
    throw error;
  }
}
