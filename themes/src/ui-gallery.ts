// <ui-gallery>: fetches the files of a record into its form; uploads one after the other and tells how far it is; shows
// pictures large in a dialog, where arrow keys lead on in reading direction. Without script all of it are links and forms.
import { $, $$, backward, digits, el, forward, icon, say, t, toast } from './core';
import { put } from './hx';

interface Told { problems?: { name: string; reason: string }[]; title?: string; detail?: string }

customElements.define('ui-gallery', class extends HTMLElement {
  connectedCallback(): void {
    if (this.dataset.ready) return;
    this.dataset.ready = '1';
    const { load, told } = this.dataset;
    if (load) { void this.renew(load); return; }
    if (told) { toast(told); say(told); }
    this.addEventListener('submit', (event) => this.sent(event));
    this.addEventListener('click', (event) => this.pressed(event));
    this.addEventListener('dragover', (event) => event.preventDefault());
    this.addEventListener('drop', (event) => { const form = $<HTMLFormElement>('[data-upload]', this); if (!form || !event.dataTransfer?.files.length) return; event.preventDefault(); void this.upload(form, [...event.dataTransfer.files]); });
  }

  private async renew(url: string, options: RequestInit = {}): Promise<HTMLElement | null> {
    const answer = await fetch(url, { ...options, headers: { 'X-Part': '1', Accept: 'text/html' } }).catch(() => null);
    const box = el('div', { hidden: true });
    this.append(box);
    if (answer) await put(box, await answer.text());
    box.remove();
    const made = $('ui-gallery', box);
    if (made) this.replaceWith(made);
    else if (!this.dataset.load) toast(t('That did not work. Reload the page and try again.'));
    return made;
  }

  private sent(event: SubmitEvent): void {
    const form = event.target as HTMLFormElement;
    event.preventDefault();
    if (this.hasAttribute('aria-busy')) return;
    if (form.matches('[data-upload]')) void this.upload(form, [...($<HTMLInputElement>('input[type=file]', form)!.files ?? [])]);
    else void this.renew(form.action, { method: 'POST', body: new FormData(form) }).then((made) => $<HTMLElement>('a,input[type=file]', made ?? this)?.focus());
  }

  private async upload(form: HTMLFormElement, files: File[]): Promise<void> {
    this.setAttribute('aria-busy', 'true');
    const [bar, words] = [el('progress', { max: files.length, value: 0, 'aria-label': t('Uploading') }), el('span', { class: 'sm' })];
    $('[data-progress]', this)!.replaceChildren(bar, words);
    const wrong: string[] = [];
    for (const [n, file] of files.entries()) {
      words.textContent = `${digits(n + 1)} / ${digits(files.length)}`;
      const reason = await this.send(form, file, (part) => { bar.value = n + part; });
      if (reason) wrong.push(`${file.name}: ${reason}`);
    }
    this.removeAttribute('aria-busy');
    const made = await this.renew(form.action);
    if (!made) return;
    if (wrong.length) $('[data-progress]', made)!.replaceChildren(el('div', { class: 'alert bad', role: 'alert' }, icon('alert-circle', 'sm'), el('ul', {}, ...wrong.map((one) => el('li', {}, el('bdi', {}, one))))));
    else say(t('The files are there'));
    $<HTMLElement>('input[type=file]', made)?.focus();
  }

  /** Sends one file; returns why it was not taken, or nothing. */
  private send(form: HTMLFormElement, file: File, told: (part: number) => void): Promise<string> {
    const data = new FormData();
    data.set('csrf', $<HTMLInputElement>('[name=csrf]', form)!.value);
    data.set('file', file, file.name);
    return new Promise((done) => {
      const asked = new XMLHttpRequest();
      asked.open('POST', form.action);
      asked.setRequestHeader('Accept', 'application/json');
      asked.upload.addEventListener('progress', (event) => { if (event.lengthComputable) told(event.loaded / event.total); });
      asked.addEventListener('error', () => done(t('The connection is gone. Try again.')));
      asked.addEventListener('load', () => {
        if (asked.status < 300) { done(''); return; }
        let answer: Told = {};
        try { answer = JSON.parse(asked.responseText) as Told; } catch { /* an error page tells nothing to a script */ }
        done(answer.problems?.[0]?.reason ?? (asked.status === 413 ? t('The file is too large.') : t('That did not work; nothing was lost. Try again.')));
      });
      asked.send(data);
    });
  }

  private pressed(event: MouseEvent): void {
    const link = (event.target as Element).closest<HTMLAnchorElement>('a[data-large]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.show(link);
  }

  private show(from: HTMLAnchorElement): void {
    const all = $$<HTMLAnchorElement>('a[data-large]', this);
    let at = all.indexOf(from);
    const picture = el('img', { class: 'gal-x' });
    const name = el('p', { id: 'gal-name', class: 'm', 'aria-live': 'polite' });
    const turn = (by: number): void => {
      at = (at + by + all.length) % all.length;
      const small = $<HTMLImageElement>('img', all[at])!;
      picture.src = all[at]!.href;
      picture.alt = small.alt;
      name.replaceChildren(el('bdi', {}, small.alt), all.length > 1 ? ` · ${digits(at + 1)} / ${digits(all.length)}` : '');
    };
    const button = (label: string, sign: string, act: () => void): HTMLElement => el('button', { type: 'button', class: 'btn ghost icon', 'aria-label': label, onclick: act }, icon(sign, sign.startsWith('chevron') ? 'dir' : ''));
    const box = el('dialog', { class: 'card gal-v', 'aria-labelledby': 'gal-name' });
    box.append(el('div', { class: 'gal-t' }, name, el('span', { class: 'grow' }), button(t('Close'), 'x', () => box.close())), picture);
    if (all.length > 1) box.append(el('div', { class: 'gal-t' }, button(t('Previous picture'), 'chevron-left', () => turn(-1)), el('span', { class: 'grow' }), button(t('Next picture'), 'chevron-right', () => turn(1))));
    box.addEventListener('keydown', (event) => {
      const by = event.key === forward() ? 1 : event.key === backward() ? -1 : 0;
      if (by) { event.preventDefault(); turn(by); }
    });
    box.addEventListener('close', () => { box.remove(); all[at]?.focus(); });
    document.body.append(box);
    turn(0);
    box.showModal();
  }
});
