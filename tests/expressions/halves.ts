// What a module would write in its web/index.ts, for the function that test_brought.py declares.
import { registerFunction } from '../../themes/src/brought';

registerFunction('kit.initial', (text: string, count: string) => [...text].slice(0, Number(count)).join('').toUpperCase());
registerFunction('kit.later', (day: string) => new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10));
