// The editor of formatted text, made by TipTap. It keeps no more than core/fields/rich_policy.py allows, and that has the last word.
import { Editor, Extension, type Content, type JSONContent } from '@tiptap/core';
import StarterKit from '@tiptap/starter-kit';
import { $, $$, backward, el, forward, icon, t } from './core';

interface Act { name: string; icon: string; label: string; is?: [string, object?]; run: (editor: Editor) => void }

const ACTS: (Act | null)[] = [
  { name: 'bold', icon: 'bold', label: t('Bold'), is: ['bold'], run: (e) => e.chain().focus().toggleBold().run() },
  { name: 'italic', icon: 'italic', label: t('Italic'), is: ['italic'], run: (e) => e.chain().focus().toggleItalic().run() },
  { name: 'underline', icon: 'underline', label: t('Underline'), is: ['underline'], run: (e) => e.chain().focus().toggleUnderline().run() },
  { name: 'strike', icon: 'strikethrough', label: t('Strike through'), is: ['strike'], run: (e) => e.chain().focus().toggleStrike().run() },
  null,
  { name: 'heading', icon: 'heading', label: t('Heading'), is: ['heading', { level: 3 }], run: (e) => e.chain().focus().toggleHeading({ level: 3 }).run() },
  { name: 'bullets', icon: 'list', label: t('List'), is: ['bulletList'], run: (e) => e.chain().focus().toggleBulletList().run() },
  { name: 'numbers', icon: 'list-numbers', label: t('Numbered list'), is: ['orderedList'], run: (e) => e.chain().focus().toggleOrderedList().run() },
  { name: 'quote', icon: 'quote', label: t('Quotation'), is: ['blockquote'], run: (e) => e.chain().focus().toggleBlockquote().run() },
  null,
  { name: 'link', icon: 'link', label: t('Link'), is: ['link'], run: linked },
];
const SCHEME = /^(https?:\/\/|mailto:|tel:)/i;

/** Where a link leads, as it was typed: an address without a scheme is one of the web or of a person. */
function address(typed: string): string | null {
  const text = typed.trim();
  if (SCHEME.test(text)) return text;
  if (/^[^\s/:@]+@[^\s/:@]+$/.test(text)) return `mailto:${text}`;
  return /^[^\s/:@]+\.[^\s:@]+$/.test(text) ? `https://${text}` : null;
}

/** Ask for the address of a link beside the editor; an empty one takes the link away. */
function linked(editor: Editor): void {
  const box = editor.view.dom.closest('ui-rich')!;
  const open = $('.rich-link', box);
  if (open) { open.remove(); editor.commands.focus(); return; }
  const field = el('input', { type: 'text', class: 'inp', dir: 'ltr', inputmode: 'url', 'aria-label': t('Address of the link'), placeholder: 'https://' });
  field.value = String(editor.getAttributes('link').href ?? '');
  const wrong = el('span', { class: 'err', role: 'alert' });
  const done = (): void => {
    const href = field.value.trim() ? address(field.value) : '';
    if (href === null) { wrong.textContent = t('Write an address such as https://example.com or a mail address.'); field.focus(); return; }
    line.remove();
    const chain = editor.chain().focus().extendMarkRange('link');
    if (!href) chain.unsetLink().run();
    else if (editor.state.selection.empty && !editor.isActive('link')) chain.insertContent({ type: 'text', text: field.value.trim(), marks: [{ type: 'link', attrs: { href } }] }).run();
    else chain.setLink({ href }).run();
  };
  const line = el('div', { class: 'rich-link row' }, field, el('button', { type: 'button', class: 'btn sm', onclick: done }, t('Set the link')), wrong);
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') { event.preventDefault(); event.stopPropagation(); done(); }
    if (event.key === 'Escape') { event.preventDefault(); event.stopPropagation(); line.remove(); editor.commands.focus(); }
  });
  $('[role=toolbar]', box)!.after(line);
  field.focus();
}

/** What is pasted without its attributes, but for where links lead: the page must not even look at the rest of them. */
const bare = (html: string): string => html.replace(/<([a-z][\w:-]*)(\s[^>]*)?>/gi, (_, tag: string, rest = '') =>
  `<${tag}${[...String(rest).matchAll(/\s(?:href|data-pm-slice)\s*=\s*(?:"[^"]*"|'[^']*')/gi)].map(([one]) => one).join('')}>`);

/** What stands in an input: markup, or plain text with an empty line between paragraphs, as the server reads it. */
function contentOf(text: string): Content {
  if (/<\/?[a-z][^<>]*>/i.test(text)) return text; // parsed apart from the page
  const words = (line: string): JSONContent[] => line ? [{ type: 'text', text: line }] : [];
  const lines = (part: string): JSONContent[] => part.split('\n').flatMap((line, at) => at ? [{ type: 'hardBreak' }, ...words(line)] : words(line));
  return { type: 'doc', content: text.trim().split(/\n\s*\n/).map((part) => ({ type: 'paragraph', content: lines(part) })) };
}

/** Lists and quotations have the direction of the first letter in them; each line has its own by the styles. */
const Directed = Extension.create({
  name: 'directed',
  addGlobalAttributes: () => [{ types: ['bulletList', 'orderedList', 'blockquote'], attributes: { dir: { default: 'auto', parseHTML: () => 'auto' } } }],
});

const markupOf = (place: HTMLElement): string => [...place.childNodes].map((one) => new XMLSerializer().serializeToString(one)).join('');

/** Tab leads on as in every other input; what stands deeper in a list is made by Ctrl and the brackets. */
function nested(editor: Editor, event: KeyboardEvent): boolean {
  const way = { BracketRight: 'sinkListItem', BracketLeft: 'liftListItem' }[event.code] as 'sinkListItem' | 'liftListItem' | undefined;
  if (!way || event.altKey || !(event.ctrlKey || event.metaKey) || !editor.isActive('listItem')) return event.key === 'Tab';
  event.preventDefault();
  editor.commands[way]('listItem');
  return true;
}

export interface RichEditor { read: () => void; free: (on: boolean) => void }

/** Put the editor in the place of what only showed the text. */
export function startEditor(input: HTMLTextAreaElement, shown: HTMLElement, focused: boolean): RichEditor {
  const host = el('div', { class: 'rich-host' });
  const attributes: Record<string, string> = { class: 'inp prose rich' };
  for (const name of ['id', 'role', 'aria-multiline', 'aria-label', 'aria-invalid', 'aria-required', 'aria-describedby']) {
    const value = shown.getAttribute(name);
    if (value !== null) attributes[name] = value;
  }
  const editor: Editor = new Editor({
    element: host,
    content: input.value === input.defaultValue ? markupOf(shown) : contentOf(input.value),
    injectCSS: false,
    extensions: [Directed, StarterKit.configure({
      heading: { levels: [3, 4] }, dropcursor: false, gapcursor: false, trailingNode: false,
      link: { openOnClick: false, autolink: true, protocols: ['http', 'https', 'mailto', 'tel'], HTMLAttributes: { target: null, rel: 'noopener noreferrer nofollow' }, isAllowedUri: (uri) => SCHEME.test(uri) },
    })],
    editorProps: { attributes, transformPastedHTML: bare, handleDOMEvents: { keydown: (_, event) => nested(editor, event) } },
    onUpdate: () => {
      const now = editor.isEmpty ? '' : editor.getHTML();
      input.value = now === first ? input.defaultValue : now;
      input.dispatchEvent(new Event('input', { bubbles: true }));
    },
    onBlur: () => void input.dispatchEvent(new Event('change', { bubbles: true })),
  });
  const first = input.value === input.defaultValue ? editor.getHTML() : undefined;
  const bar = toolbar(editor, attributes['aria-label'] ?? '', attributes.id!);
  shown.replaceWith(bar, host);
  if (focused) editor.commands.focus('end');
  return {
    read: () => void editor.commands.setContent(contentOf(input.value), { emitUpdate: false }),
    free: (on) => { editor.setEditable(on, false); $('.rich-link', bar.parentElement!)?.remove(); },
  };
}

function toolbar(editor: Editor, label: string, controls: string): HTMLElement {
  const bar = el('div', { class: 'rich-bar', role: 'toolbar', 'aria-label': t('Format {field}').replace('{field}', label), 'aria-controls': controls });
  const buttons = new Map<HTMLButtonElement, Act>();
  for (const act of ACTS) {
    if (!act) { bar.append(el('span', { class: 'rich-gap', role: 'separator', 'aria-orientation': 'vertical' })); continue; }
    const button = el('button', { type: 'button', class: 'btn icon ghost sm', 'data-act': act.name, title: act.label, 'aria-label': act.label, 'aria-pressed': 'false', tabindex: buttons.size ? -1 : 0, onclick: () => act.run(editor) }, icon(act.icon, 'sm'));
    button.addEventListener('mousedown', (event) => event.preventDefault()); // the selection stays where it is
    buttons.set(button, act);
    bar.append(button);
  }
  bar.addEventListener('keydown', (event) => {
    const all = $$<HTMLButtonElement>('button', bar);
    const at = all.indexOf(document.activeElement as HTMLButtonElement);
    const to = { [forward()]: at + 1, [backward()]: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    all.forEach((one) => { one.tabIndex = -1; });
    const next = all[(to + all.length) % all.length]!;
    next.tabIndex = 0;
    next.focus();
  });
  const tell = (): void => buttons.forEach((act, button) => button.setAttribute('aria-pressed', String(Boolean(act.is && editor.isActive(...act.is)))));
  editor.on('transaction', tell);
  tell();
  return bar;
}
