// What modules may import as 'payvand'.
export { $, $$, ascii, digits, el, icon, lang, on, place, rove, say, t, toast } from './core';
export { registerFunction } from './brought';
export { registerCalendar, type Calendar, type Ymd } from './calendar';
