// Loads a page's script as a browser would, and prints the message of what that throws.
// All that Vite's own part of it asks of the page.
globalThis.document = { createElement: () => ({ relList: { supports: () => true } }) };
try {
  await import(process.argv[2]);
} catch (error) {
  console.log(error.message);
}
