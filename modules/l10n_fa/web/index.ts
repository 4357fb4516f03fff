// Registers the Jalali calendar with the date picker of the core, which itself knows the Gregorian one only.
import { registerCalendar } from 'payvand';
import { from, len, months, parse, to } from './jalali';

registerCalendar({
  id: 'jalali',
  months,
  week: ['ی', 'د', 'س', 'چ', 'پ', 'ج', 'ش'],
  first: 6,
  weekend: [5],
  from,
  to,
  len,
  parse,
});
