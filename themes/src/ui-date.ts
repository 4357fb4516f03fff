// <ui-date>: a text field that the server reads in the reader's calendar, with a month to choose from.
import { addDays, addMonths, calendarOf, fromIso, iso, same, weekday, type Calendar, type Ymd } from './calendar';
import { $, backward, digits, el, forward, icon, lang, place, root, t } from './core';

const today = (): Ymd => fromIso(root.dataset.today ?? '') ?? fromIso(new Date().toISOString())!;

customElements.define('ui-date', class extends HTMLElement {
  private field!: HTMLInputElement;
  private popover_!: HTMLElement;
  private chosen: Ymd | null = null;
  private shown: Ymd = today();
  private time = '';

  private get calendar(): Calendar { return calendarOf(this.getAttribute('calendar')); }

  connectedCallback(): void {
    if (this.popover_) return;
    this.field = $<HTMLInputElement>('input', this)!;
    const value = this.getAttribute('value') ?? '';
    this.chosen = fromIso(value);
    this.time = this.getAttribute('time') ?? '';
    const button = el('button', { type: 'button', class: 'lkb', 'aria-label': t('Open the calendar'), 'aria-haspopup': 'dialog', onclick: () => this.open() }, icon('calendar', 'sm'));
    this.popover_ = el('div', { class: 'pop dp', popover: 'auto', role: 'dialog', 'aria-label': t('Choose a date') });
    this.popover_.addEventListener('keydown', (event) => this.key(event));
    this.field.parentElement!.append(button);
    this.append(this.popover_);
    this.field.addEventListener('keydown', (event) => {
      if ((event.key === 'ArrowDown' && event.altKey) || event.key === 'F4') { event.preventDefault(); this.open(); }
      if (event.key === 't' && !this.field.value) { event.preventDefault(); this.choose(today()); }
    });
    this.field.addEventListener('change', () => this.typed());
  }

  private format(day: Ymd): string {
    const here = this.calendar.from(day);
    const month = this.calendar.months(lang())[here.m - 1];
    return `${digits(here.d)} ${month} ${digits(here.y)}`;
  }

  private typed(): void {
    const [text = '', ...rest] = this.hasAttribute('with-time') ? splitTime(this.field.value) : [this.field.value];
    const day = this.calendar.parse?.(text, today()) ?? null;
    if (!day) return; // the server says what is wrong; nothing typed is thrown away
    this.chosen = day;
    this.time = rest[0] ?? '';
    this.write();
  }

  private write(): void {
    const day = this.chosen ? this.format(this.chosen) : '';
    const withTime = this.hasAttribute('with-time');
    this.field.value = day && withTime ? `${day} ${this.time || digits(9).concat(':', digits(0), digits(0))}` : day;
    // Which day that is, for conditions that look at it; a text that was changed since says another one
    if (this.chosen && !withTime) Object.assign(this.dataset, { iso: iso(this.chosen), of: this.field.value });
  }

  private choose(day: Ymd | null): void {
    this.chosen = day;
    this.write();
    this.popover_.hidePopover();
    this.field.focus();
    this.field.dispatchEvent(new Event('input', { bubbles: true }));
  }

  private open(): void {
    this.shown = this.chosen ?? today();
    this.draw();
    this.popover_.showPopover();
    place(this.popover_, this);
    this.focusDay();
  }

  private focusDay(): void { $(`[data-day="${iso(this.shown)}"]`, this.popover_)?.focus(); }

  private move(day: Ymd): void { this.shown = day; this.draw(); this.focusDay(); }

  private key(event: KeyboardEvent): void {
    if (!(event.target as HTMLElement).dataset.day) return;
    const calendar = this.calendar;
    const inWeek = (weekday(this.shown) - calendar.first + 7) % 7;
    const steps: Record<string, () => Ymd> = {
      [forward()]: () => addDays(this.shown, 1), [backward()]: () => addDays(this.shown, -1),
      ArrowDown: () => addDays(this.shown, 7), ArrowUp: () => addDays(this.shown, -7),
      PageDown: () => addMonths(calendar, this.shown, event.shiftKey ? 12 : 1),
      PageUp: () => addMonths(calendar, this.shown, event.shiftKey ? -12 : -1),
      Home: () => addDays(this.shown, -inWeek), End: () => addDays(this.shown, 6 - inWeek), t: today,
    };
    const step = steps[event.key];
    if (step) { event.preventDefault(); this.move(step()); }
  }

  private draw(): void {
    const calendar = this.calendar;
    const month = calendar.from(this.shown);
    const title = `${calendar.months(lang())[month.m - 1]} ${digits(month.y)}`;
    const turn = (months: number, label: string, name: string): HTMLElement => el('button', {
      type: 'button', class: 'btn ghost icon sm', 'aria-label': label, onclick: () => { this.shown = addMonths(calendar, this.shown, months); this.draw(); },
    }, icon(name, 'sm dir'));
    this.popover_.replaceChildren(
      el('div', { class: 'dp-h' }, turn(-1, t('Previous month'), 'chevron-left'), el('b', { 'aria-live': 'polite' }, title), turn(1, t('Next month'), 'chevron-right')),
      this.table(month, title),
      el('div', { class: 'dp-f' },
        el('button', { type: 'button', class: 'btn ghost sm', onclick: () => this.choose(today()) }, t('Today')),
        el('bdi', { class: 'xs faint', dir: 'ltr' }, iso(this.shown)),
        el('button', { type: 'button', class: 'btn ghost sm', onclick: () => this.choose(null) }, t('Clear'))));
  }

  private table(month: Ymd, title: string): HTMLElement {
    const calendar = this.calendar;
    const week = typeof calendar.week === 'function' ? calendar.week(lang()) : calendar.week;
    const first = calendar.to({ ...month, d: 1 });
    const lead = (weekday(first) - calendar.first + 7) % 7;
    const rows = Math.ceil((lead + calendar.len(month.y, month.m)) / 7);
    const head = el('tr', {}, ...[...Array(7)].map((_, i) => el('th', { scope: 'col' }, week[(calendar.first + i) % 7])));
    const body = [...Array(rows)].map((_, row) => el('tr', {}, ...[...Array(7)].map((__, i) => this.day(addDays(first, row * 7 + i - lead), month))));
    return el('table', { role: 'grid', 'aria-label': title }, el('thead', {}, head), el('tbody', {}, ...body));
  }

  private day(day: Ymd, month: Ymd): HTMLElement {
    const here = this.calendar.from(day);
    const classes = [here.m !== month.m && 'out', this.calendar.weekend.includes(weekday(day)) && 'off', same(day, today()) && 'today', same(day, this.chosen) && 'on'];
    return el('td', { role: 'gridcell', 'aria-selected': same(day, this.chosen) ? 'true' : 'false' }, el('button', {
      type: 'button', 'data-day': iso(day), tabindex: same(day, this.shown) ? 0 : -1, class: classes.filter(Boolean).join(' '),
      'aria-label': this.format(day), 'aria-current': same(day, today()) ? 'date' : null, onclick: () => this.choose(day),
    }, digits(here.d)));
  }
});

/** Split "day hour:minute" into both; the hour is optional. */
function splitTime(text: string): string[] {
  const found = /^(.*?)[\s،,]+([^\s]+[:٫.][^\s]+)\s*$/.exec(text.trim());
  return found ? [found[1]!, found[2]!] : [text];
}
