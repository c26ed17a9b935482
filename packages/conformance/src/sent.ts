/** What the stage's `conversation` option sends upstream: must come back nowhere. */
export const sentPrompt = "The caller's cat is called Wilhelmina";
export const sentVariable = "variable 4711 of this caller";
