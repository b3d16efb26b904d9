/** What the rules about people who sign in need from storage; see `stores.ts`. */
import type { Role } from './role.ts';
import type { SignIn } from './stores.ts';

/** That somebody is signed in on the page. */
export interface Session {
  readonly tenantId: number;
  /** SHA-256 hex of the token in the cookie. */
  readonly sessionHash: string;
  readonly userId: number;
  readonly createdAt: number;
  /** Moves on while it is used. */
  readonly endsAt: number;
}

/** What the token of a cookie leads to. */
export interface FoundSession extends Session {
  readonly role: Role;
  /** `null`: the user is not there. */
  readonly userState: number | null;
}

export interface SessionStore {
  find(tenantId: number, sessionHash: string): Promise<FoundSession | null>;
  /**
   * Keeps the session, notes on the sign-in that there was one, and forgets sessions that ended before `now`. `false`, keeping nothing, when
   * the sign-in is not the one any more that was verified.
   */
  begin(signIn: SignIn, session: Session, now: number): Promise<boolean>;
  /** Moves the end of a session that is there. */
  extend(tenantId: number, sessionHash: string, endsAt: number): Promise<void>;
  end(tenantId: number, sessionHash: string): Promise<void>;
  /** Every session of the user, and every token that goes back to its sign-in. */
  endAll(tenantId: number, userId: number): Promise<void>;
  /** How many admins may sign in. */
  admins(tenantId: number): Promise<number>;
  /** Keeps the code with which the first admin comes in, instead of the one before. */
  putSetupCode(tenantId: number, codeHash: string, endsAt: number): Promise<void>;
  signIns(tenantId: number): Promise<SignIn[]>;
  /** Of a user. */
  signIn(tenantId: number, userId: number): Promise<SignIn | null>;
}

/** What a change of people needs beside the objects, in the same transaction. */
export interface AccessEdit {
  /** Who signs in with this mail address, or which sign-in this user has; `null` without. */
  signInBy(key: 'email' | 'userId', value: string | number): Promise<SignIn | null>;
  /** Keeps how a user signs in, instead of what was kept before; then sessions and tokens got through that end at once. */
  putSignIn(signIn: SignIn): Promise<void>;
  /** Forgets how a user signs in, if it does; its sessions and tokens end at once. */
  endSignIn(userId: number): Promise<void>;
  /** Ends the user's sessions and tokens. */
  endSessions(userId: number): Promise<void>;
  beginSession(session: Session): Promise<void>;
  /** The users who are admins and may sign in. */
  admins(): Promise<readonly number[]>;
  /** Whether this is the code of the first admin, and has not ended; then it is used up. */
  useSetupCode(codeHash: string, now: number): Promise<boolean>;
}
