/** Digits of every script as 0-9: \p{Nd} comes in runs of ten that begin with zero. */
export const asciiDigits = (text: string): string => text.replace(/\p{Nd}/gu, (digit) => {
  const code = digit.codePointAt(0)!;
  for (let zero = code; zero >= code - 9; zero -= 1) if (!/\p{Nd}/u.test(String.fromCodePoint(zero - 1))) return String(code - zero);
  return digit;
});
