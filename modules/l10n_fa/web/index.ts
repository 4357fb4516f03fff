// Registers the Jalali calendar with the date picker of the core, which itself knows the Gregorian one only.
import { registerCalendar } from 'payvand';
import { from, len, months, parse, to, week } from './jalali';

registerCalendar({
  id: 'jalali',
  months,
  week,
  first: 6,
  weekend: [5],
  from,
  to,
  len,
  parse,
});
