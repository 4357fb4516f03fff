// <ui-tabs>: parts of a page as tabs. Without a script they stand one below the other, and the links lead to them.
import { $, $$, rove } from './core';

customElements.define('ui-tabs', class extends HTMLElement {
  private tabs: HTMLAnchorElement[] = [];

  connectedCallback(): void {
    const list = $('.tabs', this);
    if (!list || this.tabs.length) return;
    this.tabs = $$<HTMLAnchorElement>('a', list);
    list.setAttribute('role', 'tablist');
    for (const tab of this.tabs) {
      const id = tab.hash.slice(1);
      tab.id = `tab-${id}`;
      tab.setAttribute('role', 'tab');
      tab.setAttribute('aria-controls', id);
      const panel = this.panel(tab);
      panel.setAttribute('role', 'tabpanel');
      panel.setAttribute('aria-labelledby', tab.id);
      tab.addEventListener('click', (event) => { event.preventDefault(); this.choose(tab, true); });
    }
    list.addEventListener('keydown', (event) => {
      const to = rove(this.tabs, event, 'x');
      if (to) this.choose(to as HTMLAnchorElement, true);
    });
    this.addEventListener('reveal', (event) => {
      const panel = (event.target as Element).closest('[data-tab]');
      const tab = this.tabs.find((one) => panel && this.panel(one) === panel);
      if (tab) this.choose(tab, false);
    });
    const wrong = this.tabs.find((tab) => $('.tab-dot', tab));
    this.choose(wrong ?? this.tabs.find((tab) => tab.hash === location.hash) ?? this.tabs[0]!, false);
  }

  private panel(tab: HTMLAnchorElement): HTMLElement { return document.getElementById(tab.hash.slice(1))!; }

  private choose(tab: HTMLAnchorElement, kept: boolean): void {
    for (const one of this.tabs) {
      const on = one === tab;
      one.setAttribute('aria-selected', String(on));
      one.tabIndex = on ? 0 : -1;
      this.panel(one).hidden = !on;
    }
    // The address says which part is open, so that a reload shows it again.
    if (kept) history.replaceState(history.state, '', tab.hash);
  }
});
