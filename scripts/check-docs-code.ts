import { documents } from "./markdown/document.js";
import { examples } from "./markdown/examples.js";
import { modulesOf } from "./markdown/modules.js";
import { problemsIn } from "./markdown/program.js";

/**
 * Compiles the code of every document, and of every example in the published code. Swift, Kotlin, Dart and C# are out of
 * reach: no compiler of theirs is here.
 */
export function checkDocsCode(): void {
  const inDocs = documents().flatMap(modulesOf);
  const inCode = examples();
  console.log(`  ${inDocs.length} modules in documents, ${inCode.length} examples in the code`);
  const wrong = problemsIn([...inDocs, ...inCode]);
  if (wrong.length > 0) throw new Error(wrong.join("\n"));
}
