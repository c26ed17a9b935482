// Prints the total of vitest's reports as one line, and fails on anything that did not run or did not pass.
import { readFileSync } from "node:fs";

const reports = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, "utf8")));
const sum = (name) => reports.reduce((total, report) => total + report[name], 0);
const [passed, failed] = [sum("numPassedTests"), sum("numFailedTests")];
const notRun = sum("numPendingTests") + sum("numTodoTests");
console.log(`${passed} passed, ${failed} failed${notRun > 0 ? `, ${notRun} skipped` : ""}`);
const brokenSuites = reports.flatMap(({ testResults }) => testResults.filter(({ status }) => status === "failed"));
for (const { name, message } of brokenSuites) if (message) console.error(`${name}: ${message}`);
if (notRun > 0) console.error("In CI every test has to run.");
const isEmpty = reports.some(({ numPassedTests }) => numPassedTests === 0);
process.exitCode = reports.every(({ success }) => success) && !isEmpty && failed === 0 && notRun === 0 ? 0 : 1;
