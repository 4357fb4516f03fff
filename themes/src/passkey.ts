// Passkeys: the server asks, a device answers, and the form carries the answer back. Loaded when somebody presses the button.
import { $, t } from './core';

interface Named { id: string; type: 'public-key' }
interface Options {
  challenge: string;
  user?: { id: string; name: string; displayName: string };
  excludeCredentials?: Named[];
  allowCredentials?: Named[];
}
interface Asked { step?: string; options?: string; problem?: string; go?: string }

const bytes = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));
const text = (given: ArrayBuffer | null): string | undefined => (given ? btoa(String.fromCharCode(...new Uint8Array(given))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '') : undefined);
const named = (keys: Named[] = []): PublicKeyCredentialDescriptor[] => keys.map((key) => ({ id: bytes(key.id), type: key.type }));

/** Ask a device for a new key or for a known one, as the server says, and send the form with what it answers. */
export async function passkey(button: HTMLButtonElement): Promise<void> {
  const form = button.form!;
  if (button.getAttribute('aria-busy') || !form.reportValidity()) return;
  button.setAttribute('aria-busy', 'true');
  tell(form, '');
  try {
    const asked = await ask(form, button.dataset.passkey!);
    if (asked.go) { location.assign(asked.go); return; }
    if (!asked.options || !asked.step) { tell(form, asked.problem ?? t('That did not work; nothing was lost. Try again.')); return; }
    put(form, 'credential', JSON.stringify(written(await answered(JSON.parse(asked.options) as Options))));
    put(form, 'step', asked.step);
    form.requestSubmit();
  } catch {
    tell(form, t('No passkey was used. Try again, or choose another way.'));
  } finally {
    button.removeAttribute('aria-busy');
  }
}

async function ask(form: HTMLFormElement, url: string): Promise<Asked> {
  const answer = await fetch(url, { method: 'POST', body: new FormData(form), credentials: 'same-origin' });
  return answer.headers.get('content-type')?.includes('json') ? await answer.json() as Asked : {};
}

async function answered(options: Options): Promise<PublicKeyCredential> {
  const challenge = bytes(options.challenge);
  const found = options.user
    ? await navigator.credentials.create({ publicKey: { ...options as unknown as PublicKeyCredentialCreationOptions, challenge, user: { ...options.user, id: bytes(options.user.id) }, excludeCredentials: named(options.excludeCredentials) } })
    : await navigator.credentials.get({ publicKey: { ...options as unknown as PublicKeyCredentialRequestOptions, challenge, allowCredentials: named(options.allowCredentials) } });
  if (!found) throw new Error('no passkey');
  return found as PublicKeyCredential;
}

function written(found: PublicKeyCredential): unknown {
  const { clientDataJSON } = found.response;
  const { attestationObject } = found.response as AuthenticatorAttestationResponse;
  const { authenticatorData, signature, userHandle } = found.response as AuthenticatorAssertionResponse;
  const made = attestationObject ? { attestationObject: text(attestationObject) } : { authenticatorData: text(authenticatorData), signature: text(signature), userHandle: text(userHandle) };
  return { id: found.id, rawId: text(found.rawId), type: found.type, response: { clientDataJSON: text(clientDataJSON), ...made } };
}

function put(form: HTMLFormElement, name: string, value: string): void {
  $<HTMLInputElement>(`input[name="${name}"]`, form)!.value = value;
}

function tell(form: HTMLFormElement, problem: string): void {
  const place = $('[data-problem]', form)!;
  place.setAttribute('role', 'alert');
  place.textContent = problem;
  place.hidden = !problem;
}
