// <ui-combo>: choose one record or several by typing (ARIA combobox with a listbox). Without script it is a text field
// that the server looks up by title.
import { $, $$, el, icon, place, say, t } from './core';

interface Option { id: number; title: string; hint?: string; entity?: string }

customElements.define('ui-combo', class extends HTMLElement {
  private field!: HTMLInputElement;
  private list!: HTMLElement;
  private options: Option[] = [];
  private at = -1;
  private asked = 0;
  private timer = 0;

  private get multiple(): boolean { return this.hasAttribute('multiple'); }

  connectedCallback(): void {
    if (this.list) return;
    this.field = $<HTMLInputElement>('input[type=text]', this)!;
    const id = `${this.field.id}-list`;
    this.list = el('div', { class: 'pop combo', popover: 'manual', role: 'listbox', id, 'aria-label': this.field.getAttribute('aria-label') ?? t('Choices') });
    this.append(this.list);
    for (const [name, value] of Object.entries({ role: 'combobox', 'aria-expanded': 'false', 'aria-autocomplete': 'list', 'aria-controls': id, autocomplete: 'off' })) this.field.setAttribute(name, value);
    this.field.addEventListener('input', () => this.soon());
    this.field.addEventListener('click', () => this.ask());
    this.field.addEventListener('keydown', (event) => this.key(event));
    this.field.addEventListener('blur', () => setTimeout(() => this.leave(), 150));
    this.addEventListener('click', (event) => {
      const chip = (event.target as Element).closest<HTMLElement>('[data-remove]');
      if (chip) { chip.closest('.tag')?.remove(); this.changed(); this.field.focus(); }
    });
  }

  private soon(): void { clearTimeout(this.timer); this.timer = window.setTimeout(() => this.ask(), 180); }

  private async ask(): Promise<void> {
    const number = (this.asked += 1);
    const url = new URL(this.dataset.url!, location.href);
    const typed = this.field.value.trim();
    url.searchParams.set('q', typed === this.was() ? '' : typed);
    try {
      const answer = await fetch(url, { headers: { Accept: 'application/json' } });
      if (number !== this.asked) return; // a later question is already on its way
      this.options = answer.ok ? ((await answer.json()) as { items: Option[] }).items : [];
      this.show(answer.ok ? t('Nothing found') : t('The list could not be loaded'));
    } catch {
      this.options = [];
      this.show(t('The list could not be loaded'));
    }
  }

  private show(nothing: string): void {
    this.at = this.options.length ? 0 : -1;
    this.list.replaceChildren(...this.options.map((option, i) => el('div', {
      class: 'mi', role: 'option', id: `${this.list.id}-${i}`, onpointerdown: (event: Event) => { event.preventDefault(); this.choose(option); },
    }, el('span', { class: 'clip' }, option.title), option.hint && el('span', { class: 'faint xs clip' }, option.hint))));
    if (!this.options.length) this.list.append(el('p', { class: 'faint sm pad' }, nothing));
    if (!this.list.matches(':popover-open')) this.list.showPopover();
    this.list.style.minWidth = `${this.offsetWidth}px`;
    place(this.list, this);
    this.field.setAttribute('aria-expanded', 'true');
    this.mark();
    if (!this.options.length) say(nothing);
  }

  private mark(): void {
    $$('[role=option]', this.list).forEach((option, i) => {
      option.setAttribute('aria-selected', String(i === this.at));
      if (i === this.at) { this.field.setAttribute('aria-activedescendant', option.id); option.scrollIntoView({ block: 'nearest' }); }
    });
  }

  private key(event: KeyboardEvent): void {
    const open = this.list.matches(':popover-open');
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (!open) { void this.ask(); return; }
      const n = this.options.length;
      if (n) this.at = (this.at + (event.key === 'ArrowDown' ? 1 : n - 1)) % n;
      this.mark();
    } else if (event.key === 'Enter' && open && this.options[this.at]) {
      event.preventDefault();
      this.choose(this.options[this.at]!);
    } else if (event.key === 'Escape' && open) {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    } else if (event.key === 'Backspace' && this.multiple && !this.field.value) {
      $$('.tag', this).at(-1)?.remove();
      this.changed();
    }
  }

  private choose(option: Option): void {
    if (this.multiple) {
      const name = this.dataset.name!;
      if (!$$<HTMLInputElement>(`input[name="${name}"]`, this).some((input) => input.value === String(option.id))) {
        this.field.before(el('span', { class: 'tag h-gray' }, el('input', { type: 'hidden', name, value: option.id }), option.title,
          el('button', { type: 'button', class: 'lkb', 'data-remove': true, 'aria-label': `${t('Remove')} ${option.title}` }, icon('x', 'sm'))));
      }
      this.field.value = '';
    } else {
      this.set('[data-id]', option.entity ? `${option.entity}:${option.id}` : String(option.id));
      this.set('[data-was]', option.title);
      this.field.value = option.title;
    }
    this.close();
    this.changed();
  }

  private was(): string { return $<HTMLInputElement>('[data-was]', this)?.value ?? ''; }

  private set(query: string, value: string): void { const input = $<HTMLInputElement>(query, this); if (input) input.value = value; }

  private leave(): void {
    this.close();
    if (!this.multiple && !this.field.value.trim()) { this.set('[data-id]', ''); this.set('[data-was]', ''); }
  }

  private close(): void {
    if (this.list.matches(':popover-open')) this.list.hidePopover();
    this.field.setAttribute('aria-expanded', 'false');
    this.field.removeAttribute('aria-activedescendant');
  }

  private changed(): void { this.dispatchEvent(new Event('change', { bubbles: true })); }
});
