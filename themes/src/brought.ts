// Functions that modules bring to expressions, by their qualified names. They take and give JSON (numbers and ids as
// texts, days as 2026-03-21), so that no digit is lost; where an argument is empty they are not asked.
export type Brought = (...values: never[]) => unknown;

export const BROUGHT = new Map<string, Brought>();
/** Say what a function does that the module's `register_functions` declares. */
export const registerFunction = (name: string, act: Brought): void => { BROUGHT.set(name, act); };
