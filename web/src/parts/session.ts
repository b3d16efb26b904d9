/** An application's credentials, for as long as this tab is open and nowhere else. */
export interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

const key = 'genjin.application';

export function readCredentials(): Credentials | null {
  try {
    const kept: Partial<Credentials> | null = JSON.parse(sessionStorage.getItem(key) ?? 'null');
    return kept?.clientId && kept.clientSecret ? { clientId: kept.clientId, clientSecret: kept.clientSecret } : null;
  } catch {
    return null;
  }
}

export function keepCredentials(credentials: Credentials): void {
  sessionStorage.setItem(key, JSON.stringify(credentials));
}

export function forgetCredentials(): void {
  sessionStorage.removeItem(key);
}

/** Where the API is: beside this page, also when the page stands below a path of its own. */
export const baseUrl = new URL('.', window.location.href).href;
