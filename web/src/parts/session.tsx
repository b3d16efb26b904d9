/** Who is signed in, and the client that asks in their name. */
import type { GenjinClient, SessionGetData } from '@genjin/client';
import { createContext, useContext } from 'react';

export type Role = 'admin' | 'member' | 'viewer';

export interface Session {
  readonly client: GenjinClient;
  readonly me: NonNullable<SessionGetData['user']>;
  readonly role: Role;
  readonly tenantId: number;
  readonly tenantName: string;
  /** The address that the enterprise is a mirror of; '': it is none. */
  readonly mirrorOf: string;
  readonly version: string;
  /** Whether they may record: in a mirror nobody may. */
  readonly mayWrite: boolean;
  readonly signOut: () => void;
}

export const SessionContext = createContext<Session | null>(null);

/** Only below what is shown to who is signed in. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error('nobody is signed in');
  return session;
}

/** Where the API is: beside this page, also when the page stands below a path of its own. */
export const baseUrl = new URL('.', window.location.href).href;
