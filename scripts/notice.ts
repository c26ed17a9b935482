/** Prints a line from a test file that skips or builds something: vitest shows the console of failing tests alone. */
export const notice = (line: string): void => void process.stdout.write(`${line}\n`);
